/** `(config, observation, now) → Plan`: what differs from the wish, and the steps that mend it. */
import { renewalStart } from "../certificate/renewal.ts";
import { octal } from "../config/octal.ts";
import type { CertificateSpec, Config } from "../config/types.ts";
import { gatherServices, judgeMarker, type ServiceWish } from "./debt.ts";
import { changesContent, judgeDrift, judgeObstacles, type Supply, targetStep } from "./drift.ts";
import { isWhole, judgeDue, storedCertificate } from "./due.ts";
import { requestFor } from "./request.ts";
import type {
  Blocked,
  CertificateObservation,
  CertificateState,
  Debt,
  DeployStep,
  Drift,
  Due,
  IssueStep,
  Observation,
  Plan,
  Step,
} from "./types.ts";

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
  const certificates: CertificateState[] = [];
  const steps: Step[] = [];
  const selected = new Set(specs);
  for (const [at, spec] of config.certificates.entries()) {
    if (!selected.has(spec)) continue;
    const observed = observation.certificates[at];
    if (observed === undefined) throw new Error(`"${spec.name}" was not observed`);
    const obstacles = markerObstacles(spec, observation, selection);
    const planned = planCertificate(spec, observed, obstacles, now, selection);
    certificates.push(planned.state);
    steps.push(...planned.steps);
  }
  if (selection.services) {
    const named = new Set(specs.flatMap((spec) => spec.services.map(({ unit }) => unit)));
    const wishes = gatherServices(config.certificates).filter(({ unit }) => named.has(unit));
    steps.push(...planServices(wishes, observation, steps, selection));
  }
  return { at: now, certStore: config.certStore, certificates, steps };
}

interface PlannedCertificate {
  readonly state: CertificateState;
  readonly steps: readonly Step[];
}

function planCertificate(
  spec: CertificateSpec,
  observed: CertificateObservation,
  obstacles: readonly Blocked[],
  now: Date,
  selection: Selection,
): PlannedCertificate {
  const unreadable = storeObstacles(observed);
  const readable = unreadable.length === 0;
  const judged = judgeDue(spec, observed.stored, now);
  const due = judged ?? (readable ? forcedIssue(selection) : undefined);
  const issue = due && selection.issue && readable ? issueStep(spec, due) : undefined;
  const whole = readable && isWhole(judged);
  const supply: Supply = { stored: whole, renewed: issue !== undefined };
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
    ? deployStep(spec, observed, drifts, whole)
    : undefined;
  const steps = [tidyStep(observed), issue, deploy].filter((step) => step !== undefined);
  return { state: certificateState(spec, observed, due, drifts, blocked), steps };
}

function certificateState(
  spec: CertificateSpec,
  observed: CertificateObservation,
  due: Due | undefined,
  drifts: readonly (readonly Drift[])[],
  blocked: readonly Blocked[],
): CertificateState {
  const certificate = storedCertificate(observed.stored);
  return {
    name: spec.name,
    ...(certificate === undefined
      ? {}
      : { certificate, renewAt: renewalStart(spec.renew, certificate) }),
    ...(due === undefined ? {} : { due }),
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
  storedSetUsable: boolean,
): DeployStep | undefined {
  const targets = spec.targets.flatMap((target, at) => {
    const [seen, drift] = [observed.targets[at], drifts[at]];
    return seen === undefined || drift === undefined || drift.length === 0
      ? []
      : targetStep(target, seen, drift);
  });
  if (targets.length === 0) return undefined;
  const units = spec.services.map((service) => service.unit);
  return { kind: "deploy", certificate: spec.name, storedSetUsable, targets, units };
}

function planServices(
  wishes: readonly ServiceWish[],
  observation: Observation,
  steps: readonly Step[],
  selection: Selection,
): Step[] {
  const changing = new Set(
    steps.flatMap((step) =>
      step.kind === "deploy" && step.targets.some((target) => changesContent(target.drift))
        ? step.certificate
        : []
    ),
  );
  return wishes.flatMap((wish) => planService(wish, observation, changing, selection));
}

function planService(
  wish: ServiceWish,
  observation: Observation,
  changing: ReadonlySet<string>,
  selection: Selection,
): Step[] {
  const deployed = wish.certificates.filter((name) => changing.has(name));
  const act = (debt: Debt): Step[] => [{
    kind: "service",
    unit: wish.unit,
    control: wish.control,
    debt,
    certificates: deployed,
  }];
  if (selection.force) return act({ reason: "forced", detail: "it was asked for by --force" });
  const markers = observation.markers.kind === "present" ? observation.markers.value : [];
  const marker = markers.find((marker) => marker.unit === wish.unit);
  const verdict = marker && judgeMarker(marker, wish, observation);
  if (verdict?.kind === "owed") return act({ reason: "owed", detail: verdict.detail });
  if (deployed.length > 0) {
    return act({ reason: "deployed", detail: `it loads the new files of ${deployed.join(", ")}` });
  }
  return verdict ? [{ kind: "settle", unit: wish.unit, detail: verdict.detail }] : [];
}
