/**
 * Observes the store, deployed files and services. Changes nothing. Needs read permission, run
 * permission for getent and for the tools that ask service managers, and net permission for probes.
 */
import { directoryOf } from "../text/path.ts";
import {
  type CertificateSpec,
  type Config,
  entriesOf,
  type EntrySpec,
  type FileSpec,
  type TargetSpec,
} from "../config/types.ts";
import type {
  CertificateObservation,
  FileObservation,
  Observation,
  Revocations,
  TargetObservation,
} from "./types.ts";
import type { Presence } from "../host/types.ts";
import type { RefusedAnswer, Replaced } from "../store/types.ts";
import { type AccountBook, lookUpAccounts, ownGroupsOf } from "../host/accounts.ts";
import type { observeBundle } from "./bundle.ts";
import { expect, type StoredTexts } from "./expected.ts";
import { observePendingActions } from "./pending_actions.ts";
import { ABSENT, READER, type Reader } from "../host/read.ts";
import type { EncryptionOf } from "./password_file.ts";
import { type StoreLook, StoreReader } from "../store/read_set.ts";
import { storeProblem } from "../store/store_trust.ts";
import { DirectoryCache, observeTarget } from "./target.ts";
import { AncestorFinder } from "../host/path_ancestors.ts";

const NO_REVOCATIONS: Revocations = { ofFile: new Map(), removed: [] };

/** @param units What systemd says, if it was asked about all units. */
export async function observe(
  config: Config,
  now = new Date(),
  units?: Observation["units"],
): Promise<Observation> {
  const specs = config.certificates;
  const entries = entriesOf(config);
  const targets = entries.flatMap((spec) => spec.targets);
  const asked = lookUpAccounts(
    targets.flatMap((target) => target.owner ?? []),
    targets.flatMap((target) => target.group ?? []),
  );
  // Rare kinds of names need a library that is not loaded otherwise.
  const rare = specs.some((spec) => spec.otherSans.length > 0)
    ? (await import("../certificate/alt_names.ts")).readOtherNames
    : undefined;
  const store = new StoreReader(config.certStore, rare, now);
  const trusted = config.trust.length > 0 ? await import("./trust.ts") : undefined;
  const trust = config.trust.flatMap((spec) => {
    const look = trusted?.lookAtTrust(config.certStore, spec);
    return look === undefined ? [] : [[spec, look] as const];
  });
  const crls = trust.flatMap(([, { crls }]) => crls);
  const encryptionOf = await encryptionReaderFor(targets);
  const bundled = targets.some(({ what }) => what === "bundle");
  const lookAtBundle = bundled ? (await import("./bundle.ts")).observeBundle : noBundle;
  const accounts = await asked;
  const runner = Deno.uid() ?? 0;
  const ancestors = new AncestorFinder(runner, accounts);
  const paths = targets.map(({ path }) => path);
  const foreign = await readerOfForeign(targets, ancestors);
  const directories = new DirectoryCache(ancestors, foreign, paths);
  const revoking = store.namesBeingRevoked();
  const { ofFile, removed } = revoking.length > 0
    ? (await import("./revocations.ts")).observeRevocations(config, revoking)
    : NO_REVOCATIONS;
  const recorded = store.namesRefused();
  const refused = recorded.length > 0
    ? (await import("../store/refused_answer.ts")).readRefusedAnswers(config.certStore, recorded)
    : undefined;
  const tools = { directories, accounts, encryptionOf, lookAtBundle };
  const observeEntry = (spec: EntrySpec, look: EntryLook) =>
    observeCertificate(spec, look, pendingValidationOf(spec, store), tools);
  // The texts of a set are kept only if they are needed again: they are most of what is read.
  const lossy = new Map<string, StoreLook>();
  const leaves = new Map<string, string>();
  const observed: readonly CertificateObservation[] = [
    ...specs.map((spec) => {
      const look = store.look(spec);
      const seen = observeEntry(spec, look);
      if (seen.targets.some(mayLose)) lossy.set(spec.name, look);
      const { cert } = look.texts;
      if (cert.kind === "present" && isProbed(spec)) leaves.set(spec.name, cert.value);
      return {
        ...seen,
        revocation: ofFile.get(spec.name),
        refused: refused?.get(spec.name),
        revokedBy: crls.length > 0 ? trusted?.findRevocation(crls, look) : undefined,
      };
    }),
    ...trust.map(([spec, look]) => ({ ...observeEntry(spec, look), trust: look.trust })),
  ];
  // What a file holds matters only if it is to be replaced.
  const certificates = lossy.size > 0
    ? await (await import("./find_loss.ts")).withLosses(
      config,
      lossy,
      observed,
      { ...tools, mayLose },
    )
    : observed;
  const actions = await observePendingActions(config.certStore, entries, units);
  const served = specs.some(isProbed)
    ? await (await import("./probe.ts")).observeAllServed(specs, (name) => leaves.get(name))
    : [];
  const storeAncestors = ancestors.above(config.certStore);
  return {
    certificates,
    ...actions,
    removed,
    foreignRefused: foreignRefused(specs, refused),
    served,
    units,
    zone: zoneFor(entries),
    runner,
    ownGroups: await ownGroupsOf(ancestors.owners),
    storeAncestors,
    storeProblem: storeProblem(config.certStore),
  };
}

/** Unreadable ones are left to the configuration that names their certificates. */
function foreignRefused(
  specs: readonly CertificateSpec[],
  refused: ReadonlyMap<string, Presence<RefusedAnswer>> = new Map(),
): Observation["foreignRefused"] {
  const names = new Set(specs.map(({ name }) => name));
  return [...refused].flatMap(([name, found]) =>
    found.kind === "present" && !names.has(name) ? { name, refused: found.value } : []
  );
}

/** Loads decryption only if there is an encrypted target. */
async function encryptionReaderFor(targets: readonly TargetSpec[]): Promise<EncryptionOf> {
  if (targets.every(({ passwordFile }) => passwordFile === undefined)) return () => undefined;
  const { compareEncrypted } = await import("../certificate/encrypted.ts");
  return (await import("./password_file.ts")).encryptionReader(compareEncrypted);
}

/** Reads files in directories of other users; loaded only if there are any. */
async function readerOfForeign(
  targets: readonly TargetSpec[],
  ancestors: AncestorFinder,
): Promise<Reader> {
  const isForeign = targets.some(({ path }) => ancestors.find(directoryOf(path)).isForeign);
  return isForeign ? (await import("../host/read_unwaiting.ts")).UNWAITING_READER : READER;
}

/** A file that is no longer a target stays as it is: its ancestors were not checked. */
function pendingValidationOf(
  { name, targets }: EntrySpec,
  store: StoreReader,
): Pick<CertificateObservation, "pendingValidation" | "unreadableRecord"> {
  const record = store.pendingValidation(name);
  if (record.kind === "unreadable") {
    return { pendingValidation: [], unreadableRecord: record.problem };
  }
  const replaced = record.kind === "present" ? record.value : [];
  const isTarget = ({ path }: Replaced) => targets.some((target) => target.path === path);
  return { pendingValidation: replaced.filter(isTarget) };
}

/** Why what an earlier run staged cannot be read: that is not the same as nothing. */
function stagedProblem({ staged }: EntryLook): string | undefined {
  const parts = staged && [staged.leaf, staged.key, staged.chain, staged.fullchain, staged.ca];
  const unread = parts?.find(({ kind }) => kind === "unreadable");
  return unread?.kind === "unreadable" ? unread.problem : undefined;
}

function isProbed({ services }: CertificateSpec): boolean {
  return services.some(({ probe }) => probe !== undefined);
}

/** The time zone is needed only if there is a maintenance window. */
function zoneFor(specs: readonly EntrySpec[]): string {
  const timed = specs.some(({ windows, services }) =>
    windows.length > 0 || services.some((service) => service.windows.length > 0)
  );
  return timed ? Temporal.Now.timeZoneId() : "UTC";
}

/** Whether a file will be replaced that may hold more than VCM writes. */
function mayLose(target: TargetObservation): boolean {
  if (target.kind !== "file" || target.file.kind !== "present") return false;
  const { type, sameContent, foreign } = target.file.value;
  return type === "file" && !sameContent && !foreign && target.passwordProblem === undefined;
}

function noBundle(): never {
  throw new Error("The configuration has no bundle");
}

interface TargetTools {
  readonly directories: DirectoryCache;
  readonly accounts: AccountBook;
  readonly encryptionOf: EncryptionOf;
  /** Loaded only if the configuration has a bundle. */
  readonly lookAtBundle: typeof observeBundle;
}

/** What was seen in the store of a certificate or trust entry. */
interface EntryLook extends Pick<StoreLook, "stored" | "interrupted" | "staged" | "exposedKey"> {
  readonly texts: StoredTexts;
}

function observeCertificate(
  spec: EntrySpec,
  look: EntryLook,
  record: ReturnType<typeof pendingValidationOf>,
  tools: TargetTools,
): CertificateObservation {
  return {
    name: spec.name,
    stored: look.stored,
    interrupted: look.interrupted,
    staged: look.staged,
    pendingValidation: record.pendingValidation,
    unreadableRecord: record.unreadableRecord ?? stagedProblem(look),
    exposedKey: look.exposedKey,
    targets: spec.targets.map((target) => {
      if (target.what !== "bundle") return observeContent(target, spec.name, look, tools);
      return tools.lookAtBundle(target, {
        ...tools,
        pendingValidation: record.pendingValidation,
        expected: (part) => expect({ what: part }, spec.name, look.texts, undefined),
      });
    }),
  };
}

function observeContent(
  target: FileSpec,
  name: string,
  { texts }: EntryLook,
  { directories, accounts, encryptionOf }: TargetTools,
): FileObservation {
  const encryption = encryptionOf(target);
  if (encryption !== undefined && "problem" in encryption) {
    const seen = observeTarget(target, ABSENT, directories, accounts);
    return { ...seen, passwordProblem: encryption.problem };
  }
  return observeTarget(target, expect(target, name, texts, encryption), directories, accounts);
}
