/** `(config, observation, now) → Plan`: what differs from the configuration, and the steps that fix it. */
import { storedFile } from "../store/store_paths.ts";
import { type CertificateSpec, type Config, entriesOf, type TrustSpec } from "../config/types.ts";
import { PARTS, type StoredPart } from "../certificate/types.ts";
import { pendingActionBlockers, storePlaceBlocker } from "./blockers.ts";
import { planCertificate } from "./plan_certificate.ts";
import { abandonedRecords } from "./refused_answer.ts";
import { removedRevocations } from "./revocation.ts";
import { planTrust } from "./trust.ts";
import { planServices } from "./plan_services.ts";
import { EVERYTHING, type Selection } from "./selection.ts";
import { gatherServices } from "./desired_service.ts";
import type { CertificateState, Plan, Step, TransferStep } from "./types.ts";
import type { Observation } from "../observe/types.ts";

/**
 * @param specs The certificates and trust entries that the command is about.
 * @param observation Covers the whole configuration: a service may serve other certificates too.
 */
export function plan(
  config: Config,
  specs: readonly (CertificateSpec | TrustSpec)[],
  observation: Observation,
  now: Date,
  selection: Selection = EVERYTHING,
): Plan {
  const { zone, runner, ownGroups } = observation;
  const storeBlocker = storePlaceBlocker(config.certStore, observation);
  const certificates: CertificateState[] = [];
  const steps: Step[] = [];
  const entries = entriesOf(config);
  const selected = new Set(specs);
  const validating = new Set(
    entries.flatMap(({ services }) => services)
      .flatMap(({ id, validate }) => validate === undefined ? [] : id),
  );
  for (const [at, spec] of entries.entries()) {
    if (!selected.has(spec)) continue;
    const observed = observation.certificates[at];
    if (observed === undefined) throw new Error(`"${spec.name}" was not observed`);
    const blockers = [...storeBlocker, ...pendingActionBlockers(spec, observation, selection)];
    const context = { now, zone, runner, ownGroups, validating, selection, server: config.vault };
    const planned = "source" in spec
      ? planTrust(spec, observed, blockers, context)
      : planCertificate(spec, observed, blockers, context);
    certificates.push(planned.state);
    steps.push(...planned.steps);
  }
  // A command that names certificates is about no others.
  const isAll = config.trust.length === 0
    ? specs === config.certificates
    : specs.length === entries.length;
  if (selection.issue && isAll) {
    const removed = [...removedRevocations(observation), ...abandonedRecords(observation, now)];
    for (const { state, step } of removed) {
      certificates.push(state);
      steps.push(step);
    }
  }
  const base = { at: now, certStore: config.certStore, certificates };
  if (!selection.services && !selection.deploy) return { ...base, services: [], steps };
  const named = new Set(specs.flatMap((spec) => spec.services.map(({ id }) => id)));
  const desired = gatherServices(entries).filter(({ id }) => named.has(id));
  const { services: acts, force: forced } = selection;
  const urgent = new Set(
    certificates.flatMap(({ name, reissue }) => reissue?.isUrgent ? name : []),
  );
  const shared = { observation, files: filesOf(config), urgent, now, forced, acts };
  const planned = planServices(desired, steps, shared);
  const transferred = acts ? transferSteps(observation, named) : [];
  return { ...base, services: planned.states, steps: [...steps, ...transferred, ...planned.steps] };
}

/** The files that services read, by certificate: deployed ones or, if there are none, the store's. */
function filesOf(config: Config): ReadonlyMap<string, readonly string[]> {
  const served = entriesOf(config).filter(({ services }) => services.length > 0);
  const stored = (spec: CertificateSpec | TrustSpec): readonly StoredPart[] =>
    "source" in spec ? [spec.source.kind === "crl" ? "crl" : "ca"] : PARTS;
  return new Map(served.map((spec) => [
    spec.name,
    spec.targets.length > 0
      ? spec.targets.flatMap(({ what, path }) =>
        what === "bundle" ? PARTS.map((part) => `${path}/${part}.pem`) : path
      )
      : stored(spec).map((part) => storedFile(config.certStore, spec.name, part)),
  ]));
}

function transferSteps({ unclaimed }: Observation, named: ReadonlySet<string>): TransferStep[] {
  return unclaimed.filter(({ successors }) => successors.every((successor) => named.has(successor)))
    .map((unclaimed) => ({ kind: "transfer", ...unclaimed }));
}
