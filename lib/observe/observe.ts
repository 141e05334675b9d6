/**
 * Reads what is: store, deployed files, services. Changes nothing; needs read permission, and run
 * permission for getent and systemctl.
 */
import type { CertificateSpec, Config } from "../config/types.ts";
import type { CertificateObservation, Observation } from "../plan/types.ts";
import { type AccountBook, lookUpAccounts } from "./accounts.ts";
import { readFolder } from "./read.ts";
import { observeMarkers } from "./services.ts";
import { observeStore, type StoreLook } from "./store.ts";
import { FolderCache, observeTarget } from "./target.ts";

export async function observe(config: Config): Promise<Observation> {
  const specs = config.certificates;
  const targets = specs.flatMap((spec) => spec.targets);
  const asked = lookUpAccounts(
    targets.flatMap((target) => target.owner ?? []),
    targets.flatMap((target) => target.group ?? []),
  );
  const listing = readFolder(config.certStore);
  // Names of rare kinds need a library that other files do not.
  const rare = specs.some((spec) => spec.otherSans.length > 0)
    ? (await import("../certificate/alt_names.ts")).readOtherNames
    : undefined;
  const looks = specs.map((spec) => observeStore(config.certStore, spec, listing, rare));
  const accounts = await asked;
  const folders = new FolderCache();
  const certificates = specs.map((spec, at) =>
    observeCertificate(spec, looks[at] as StoreLook, folders, accounts)
  );
  const units = new Set(specs.flatMap((spec) => spec.services.map((service) => service.unit)));
  const markers = await observeMarkers(config.certStore, units);
  return { certificates, markers };
}

function observeCertificate(
  spec: CertificateSpec,
  look: StoreLook,
  folders: FolderCache,
  accounts: AccountBook,
): CertificateObservation {
  return {
    name: spec.name,
    stored: look.stored,
    interrupted: look.interrupted,
    ...(look.exposedKey === undefined ? {} : { exposedKey: look.exposedKey }),
    targets: spec.targets.map((target) =>
      observeTarget(target, look.texts[target.what], folders, accounts)
    ),
  };
}
