/** `(config, observation, now) → Plan`: what differs from the configuration, and the steps that fix it. */
import { storedFile } from "../store/store_paths.ts";
import type { CertificateSpec, Config } from "../config/types.ts";
import { PARTS } from "../certificate/types.ts";
import { pendingActionBlockers, storePlaceBlocker } from "./blockers.ts";
import { planCertificate } from "./plan_certificate.ts";
import { abandonedRecords } from "./refused_answer.ts";
import { removedRevocations } from "./revocation.ts";
import { planServices } from "./plan_services.ts";
import { EVERYTHING, type Selection } from "./selection.ts";
import { gatherServices } from "./desired_service.ts";
import type { CertificateState, Plan, Step, TransferStep } from "./types.ts";
import type { Observation } from "../observe/types.ts";

/**
 * @param specs The certificates that the command is about.
 * @param observation Covers the whole configuration: a service may serve other certificates too.
 */
export function plan(
  config: Config,
  specs: readonly CertificateSpec[],
  observation: Observation,
  now: Date,
  selection: Selection = EVERYTHING,
): Plan {
  const { zone, runner, ownGroups } = observation;
  const storeBlocker = storePlaceBlocker(config.certStore, observation);
  const certificates: CertificateState[] = [];
  const steps: Step[] = [];
  const selected = new Set(specs);
  const validating = new Set(
    config.certificates.flatMap(({ services }) => services)
      .flatMap(({ id, validate }) => validate === undefined ? [] : id),
  );
  for (const [at, spec] of config.certificates.entries()) {
    if (!selected.has(spec)) continue;
    const observed = observation.certificates[at];
    if (observed === undefined) throw new Error(`"${spec.name}" was not observed`);
    const blockers = [...storeBlocker, ...pendingActionBlockers(spec, observation, selection)];
    const context = { now, zone, runner, ownGroups, validating, selection, server: config.vault };
    const planned = planCertificate(spec, observed, blockers, context);
    certificates.push(planned.state);
    steps.push(...planned.steps);
  }
  // A command that names certificates is about no others.
  if (selection.issue && specs === config.certificates) {
    const removed = [...removedRevocations(observation), ...abandonedRecords(observation, now)];
    for (const { state, step } of removed) {
      certificates.push(state);
      steps.push(step);
    }
  }
  const base = { at: now, certStore: config.certStore, certificates };
  if (!selection.services && !selection.deploy) return { ...base, services: [], steps };
  const named = new Set(specs.flatMap((spec) => spec.services.map(({ id }) => id)));
  const desired = gatherServices(config.certificates).filter(({ id }) => named.has(id));
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
function filesOf({ certificates, certStore }: Config): ReadonlyMap<string, readonly string[]> {
  const served = certificates.filter(({ services }) => services.length > 0);
  return new Map(served.map(({ name, targets }) => [
    name,
    targets.length > 0
      ? targets.flatMap(({ what, path }) =>
        what === "bundle" ? PARTS.map((part) => `${path}/${part}.pem`) : path
      )
      : PARTS.map((part) => storedFile(certStore, name, part)),
  ]));
}

function transferSteps({ unclaimed }: Observation, named: ReadonlySet<string>): TransferStep[] {
  return unclaimed.filter(({ successors }) => successors.every((successor) => named.has(successor)))
    .map((unclaimed) => ({ kind: "transfer", ...unclaimed }));
}
