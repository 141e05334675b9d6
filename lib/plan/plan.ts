/** `(config, observation, now) → Plan`: what differs from the wish, and the steps that mend it. */
import { renewalStart } from "../certificate/renewal.ts";
import { octal } from "../config/octal.ts";
import type { CertificateSpec, Config } from "../config/types.ts";
import { judgeDrift, judgeObstacles, type Supply, targetStep } from "./drift.ts";
import { hurtsNow, isWhole, judgeDue, loadedUntil, storedCertificate, validityOf } from "./due.ts";
import { holdBack } from "./hold_back.ts";
import { planServices } from "./plan_services.ts";
import { requestFor } from "./request.ts";
import { gatherServices } from "./service_wish.ts";
import type {
  Blocked,
  CertificateObservation,
  CertificateState,
  DeployStep,
  Drift,
  Due,
  IssueStep,
  Observation,
  Plan,
  ServiceState,
  Step,
  Wait,
} from "./types.ts";
import { judgeWarnings } from "./warnings.ts";

/** Which kinds of steps a command takes, and whether it takes them though not due. */
export interface Selection {
  readonly issue: boolean;
  readonly deploy: boolean;
  readonly services: boolean;
  readonly force: boolean;
}

/** What `vcm run` does. */
export const EVERYTHING: Selection = { issue: true, deploy: true, services: true, force: false };

/**
 * @param specs The certificates that the command is about, of those of the configuration.
 * @param observation All of the configuration: a service may serve certificates beyond the command.
 */
export function plan(
  config: Config,
  specs: readonly CertificateSpec[],
  observation: Observation,
  now: Date,
  selection: Selection = EVERYTHING,
): Plan {
  const { zone } = observation;
  const certificates: CertificateState[] = [];
  const services: ServiceState[] = [];
  const steps: Step[] = [];
  const selected = new Set(specs);
  const judging = new Set(
    config.certificates.flatMap(({ services }) => services)
      .flatMap(({ id, validate }) => validate === undefined ? [] : id),
  );
  for (const [at, spec] of config.certificates.entries()) {
    if (!selected.has(spec)) continue;
    const observed = observation.certificates[at];
    if (observed === undefined) throw new Error(`"${spec.name}" was not observed`);
    const obstacles = markerObstacles(spec, observation, selection);
    const planned = planCertificate(spec, observed, obstacles, { now, zone, judging, selection });
    certificates.push(planned.state);
    steps.push(...planned.steps);
  }
  if (selection.services || selection.deploy) {
    const named = new Set(specs.flatMap((spec) => spec.services.map(({ id }) => id)));
    const wishes = gatherServices(config.certificates).filter(({ id }) => named.has(id));
    const files = new Map(
      config.certificates.map(({ name, targets }) => [name, targets.map(({ path }) => path)]),
    );
    const { services: acts, force: forced } = selection;
    const look = { observation, files, now, forced, acts };
    const planned = planServices(wishes, steps, look);
    services.push(...planned.states);
    steps.push(...planned.steps);
  }
  return { at: now, certStore: config.certStore, certificates, services, steps };
}

interface PlannedCertificate {
  readonly state: CertificateState;
  readonly steps: readonly Step[];
}

/** What is the same for all certificates. */
interface Moment {
  readonly now: Date;
  readonly zone: string;
  /** Services that judge new files. */
  readonly judging: ReadonlySet<string>;
  readonly selection: Selection;
}

function planCertificate(
  spec: CertificateSpec,
  observed: CertificateObservation,
  obstacles: readonly Blocked[],
  moment: Moment,
): PlannedCertificate {
  const { now, selection } = moment;
  const unreadable = storeObstacles(observed);
  const readable = unreadable.length === 0;
  const judged = judgeDue(spec, observed.stored, now);
  const timed = judged && hold(spec, observed, judged, moment);
  const due = timed?.due ?? (readable ? forcedIssue(selection) : undefined);
  const issue = due && timed?.waits === undefined && selection.issue && readable
    ? issueStep(spec, due)
    : undefined;
  const whole = readable && isWhole(judged);
  const certificate = storedCertificate(observed.stored);
  const supply: Supply = {
    stored: whole,
    renewed: issue !== undefined,
    ...(certificate && { certificate }),
  };
  const forced = selection.force && selection.deploy;
  const drifts = spec.targets.map((target, at) => {
    const seen = observed.targets[at];
    return seen === undefined ? [] : judgeDrift(target, seen, supply, forced);
  });
  const blocked = withoutRepetitions([
    ...unreadable,
    ...(selection.deploy ? targetObstacles(spec, observed) : []),
    ...obstacles,
    ...(readable && !whole && !issue ? nothingToDeploy(spec, due, selection) : []),
  ]);
  const deploy = selection.deploy && blocked.length === 0
    ? deployStep(spec, observed, drifts, { whole, judging: moment.judging })
    : undefined;
  const steps = [tidyStep(observed), issue, deploy].filter((step) => step !== undefined);
  const state = certificateState(spec, observed, drifts, blocked, now);
  const waits = timed?.waits;
  return { state: { ...state, ...(due && { due }), ...(waits && { waits }) }, steps };
}

/** A renewal waits for its window as long as the certificate lasts; by force it does not. */
function hold(
  spec: CertificateSpec,
  observed: CertificateObservation,
  due: Due,
  { now, zone, selection }: Moment,
): { readonly due: Due; readonly waits?: Wait } {
  const end = validityOf(observed.stored)?.notAfter;
  if (end === undefined || hurtsNow(due) || spec.windows.length === 0) return { due };
  if (selection.issue && selection.force) return { due };
  const reason = "it would have expired before that is over";
  const held = holdBack(spec.windows, { end, reason }, now, zone);
  if (held.kind === "act") return { due: { ...due, detail: `${due.detail}${held.detail}` } };
  return { due, waits: { until: held.until, detail: `${held.detail}: ${due.detail}` } };
}

function certificateState(
  spec: CertificateSpec,
  observed: CertificateObservation,
  drifts: readonly (readonly Drift[])[],
  blocked: readonly Blocked[],
  now: Date,
): CertificateState {
  const certificate = storedCertificate(observed.stored);
  return {
    name: spec.name,
    ...(certificate === undefined
      ? {}
      : { certificate, renewAt: renewalStart(spec, validityOf(observed.stored) ?? certificate) }),
    warnings: judgeWarnings(spec, observed.stored, now),
    targets: spec.targets.map(({ what, path }, at) => ({ what, path, drift: drifts[at] ?? [] })),
    blocked,
  };
}

function forcedIssue(selection: Selection): Due | undefined {
  return selection.issue && selection.force
    ? { reason: "forced", detail: "it was asked for by --force" }
    : undefined;
}

function storeObstacles({ stored }: CertificateObservation): Blocked[] {
  return [stored.leaf, stored.key, stored.chain, stored.fullchain, stored.ca].flatMap((presence) =>
    presence.kind === "unreadable" ? { kind: presence.kind, message: presence.problem } : []
  );
}

function nothingToDeploy(
  spec: CertificateSpec,
  due: Due | undefined,
  selection: Selection,
): Blocked[] {
  if (!selection.deploy || due === undefined || spec.targets.length === 0) return [];
  const message = `Nothing in the store can be deployed: ${due.detail}; run "vcm issue" first`;
  return [{ kind: "impossible", message }];
}

/** Markers that cannot be read are not the same as no debts. */
function markerObstacles(
  spec: CertificateSpec,
  { markers }: Observation,
  selection: Selection,
): Blocked[] {
  return markers.kind === "unreadable" && selection.services && spec.services.length > 0
    ? [{ kind: "unreadable", message: markers.problem }]
    : [];
}

/** One folder that is missing may keep several targets from being written. */
function withoutRepetitions(blocked: readonly Blocked[]): Blocked[] {
  return [...new Map(blocked.map((obstacle) => [obstacle.message, obstacle])).values()];
}

function targetObstacles(spec: CertificateSpec, observed: CertificateObservation): Blocked[] {
  return spec.targets.flatMap((target, at) => {
    const seen = observed.targets[at];
    return seen === undefined ? [] : judgeObstacles(target, seen);
  });
}

function tidyStep(observed: CertificateObservation): Step | undefined {
  const leftovers = observed.targets.filter((target) => target.leftover)
    .map((target) => target.path);
  const { interrupted, exposedKey } = observed;
  if (!interrupted && leftovers.length === 0 && exposedKey === undefined) return undefined;
  const detail = [
    ...(interrupted || leftovers.length > 0 ? ["an interrupted run left something"] : []),
    ...(exposedKey === undefined
      ? []
      : [`every user may open privkey.pem in the store (mode ${octal(exposedKey)})`]),
  ].join("; ");
  return {
    kind: "tidy",
    certificate: observed.name,
    store: interrupted,
    leftovers,
    detail,
    closeKey: exposedKey !== undefined,
  };
}

function issueStep(spec: CertificateSpec, due: Due): IssueStep {
  return {
    kind: "issue",
    certificate: spec.name,
    due,
    request: requestFor(spec),
    renew: spec.renew,
  };
}

function deployStep(
  spec: CertificateSpec,
  observed: CertificateObservation,
  drifts: readonly (readonly Drift[])[],
  { whole, judging }: { readonly whole: boolean; readonly judging: ReadonlySet<string> },
): DeployStep | undefined {
  const targets = spec.targets.flatMap((target, at) => {
    const [seen, drift] = [observed.targets[at], drifts[at]];
    return seen === undefined || drift === undefined || drift.length === 0
      ? []
      : targetStep(target, seen, drift);
  });
  if (targets.length === 0) return undefined;
  const inUseUntil = loadedUntil(observed);
  return {
    kind: "deploy",
    certificate: spec.name,
    storedSetUsable: whole,
    targets,
    services: spec.services.map(({ id }) => id),
    ...(inUseUntil !== undefined && { inUseUntil }),
    revocable: spec.services.some(({ id }) => judging.has(id)),
  };
}
