/** Which services must act, why, and whether they may act now. */
import { changesContent } from "./drift.ts";
import { checkPendingAction, probeProblem } from "./pending_action.ts";
import { type UnitProblem, unitProblem } from "./unit_problem.ts";
import { loadedUntil, storedCertificate, validityOf } from "./stored_validity.ts";
import { holdBack, marginFor, type Urgency } from "./hold_back.ts";
import { formatTime } from "../text/format_time.ts";
import type { DesiredService } from "./desired_service.ts";
import type {
  CertificateObservation,
  Observation,
  PendingActionObservation,
} from "../observe/types.ts";
import type {
  ClearStep,
  DeployStep,
  FetchStep,
  IssueStep,
  PendingReason,
  RecoverStep,
  ServiceState,
  ServiceStep,
  Step,
  ValidateStep,
} from "./types.ts";

/** What the plan of one service needs; of certificates and probes only its own are observed. */
interface Context {
  readonly observation: Observation;
  readonly byName: ReadonlyMap<string, CertificateObservation>;
  /** Certificates whose files, or whose sets in the store, change in this run. */
  readonly changing: ReadonlySet<string>;
  /** Files of each certificate, as the configuration has them. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** Certificates of an emergency: services load them outside their windows. */
  readonly urgent: ReadonlySet<string>;
  readonly now: Date;
  readonly forced: boolean;
  /** Whether the command lets services act; if not, they still validate new files. */
  readonly acts: boolean;
}

/** @param steps Steps of the certificates, which come before those of the services. */
export function planServices(
  desired: readonly DesiredService[],
  steps: readonly Step[],
  shared: Omit<Context, "changing" | "byName">,
): { readonly states: readonly ServiceState[]; readonly steps: readonly Step[] } {
  const changing = new Set(steps.flatMap((step) => changesFiles(step) ? step.certificate : []));
  const { observation, acts } = shared;
  const byName = new Map(observation.certificates.map((one) => [one.name, one]));
  const served = Map.groupBy(observation.served, ({ service }) => service);
  const { pendingActions } = observation;
  const known = pendingActions.kind === "present" ? pendingActions.value : [];
  const records = new Map(known.map((record) => [record.service, record]));
  const planned: readonly PlannedService[] = desired.map((desired) => {
    // Each service looks at its own only: both may be thousands.
    const certificates = desired.certificates.flatMap((name) => byName.get(name) ?? []);
    const own = { ...observation, certificates, served: served.get(desired.id) ?? [] };
    const context = { ...shared, observation: own, byName, changing };
    return acts
      ? planService(desired, records.get(desired.id), context)
      : { step: validateStep(desired, context) };
  });
  return {
    states: planned.flatMap(({ state }) => state ?? []),
    steps: planned.flatMap(({ step }) => step ?? []),
  };
}

/** Whether a step changes what services read. */
function changesFiles(step: Step): step is DeployStep | IssueStep | FetchStep | RecoverStep {
  if (step.kind === "issue" || step.kind === "fetch") return step.services.length > 0;
  if (step.kind === "recover") return (step.rewrite?.services.length ?? 0) > 0;
  return step.kind === "deploy" && step.targets.some((target) => changesContent(target.drift));
}

interface PlannedService {
  readonly state?: ServiceState;
  readonly step?: ValidateStep | ServiceStep | ClearStep | undefined;
}

function planService(
  desired: DesiredService,
  record: PendingActionObservation | undefined,
  context: Context,
): PlannedService {
  const { observation, now, forced } = context;
  const deployed = changedFor(desired, context);
  const different = servesDifferent(desired, context);
  const verdict = record && checkPendingAction(record, desired, observation, now);
  const notLoaded = verdict?.kind === "pending" ? verdict : undefined;
  const state: ServiceState = {
    service: desired.id,
    certificates: desired.certificates,
    servedUntil: different?.until,
    problem: probeProblem(desired, observation),
    unit: unitOf(desired, context, notLoaded),
  };
  const reason = forced
    ? { reason: "forced", detail: "requested by --force" } as const
    : pendingReason(notLoaded?.detail ?? different?.detail, deployed);
  if (reason === undefined) {
    if (verdict === undefined) return { state };
    return { state, step: { kind: "clear", service: desired.id, detail: verdict.detail } };
  }
  const open = notLoaded && record;
  const ends = [
    ...deployed.map((name) => {
      const observed = context.byName.get(name);
      return observed && loadedUntil(observed);
    }),
    ...(open ? [open.until] : []),
    ...(different ? [different.until] : []),
  ];
  const urgency = {
    ...urgencyOf(ends, marginOf(observation)),
    since: open && new Date(open.since),
  };
  const isUrgent = desired.certificates.some((name) => context.urgent.has(name));
  const windows = forced || isUrgent ? [] : desired.windows;
  const held = holdBack(windows, urgency, now, observation.zone);
  const actedAt = notLoaded?.actedAt;
  if (held.kind === "wait") {
    const late = held.wait.late || open?.failure !== undefined || actedAt !== undefined;
    const unit = unitOf(desired, context);
    const waits = { ...held.wait, late, detail: `${held.wait.detail}: ${reason.detail}` };
    return {
      state: { ...state, unit, pending: reason, waits },
      step: validateStep(desired, context),
    };
  }
  const pending = { ...reason, detail: `${reason.detail}${held.detail}` };
  const step = serviceStep(desired, pending, deployed, context);
  return { state: { ...state, pending }, step: { ...step, actedAt } };
}

/** @param notLoaded The pending action, which says itself how the unit is. */
function unitOf(
  { action, settle }: DesiredService,
  { observation, now }: Context,
  notLoaded?: { readonly actedAt?: Date | undefined },
): UnitProblem | undefined {
  if (action.manager !== "systemd") return undefined;
  const state = observation.units?.get(action.name);
  const problem = state && unitProblem(state, now, settle);
  const isTold = problem?.kind === "failed" ||
    (problem?.kind === "restarting" && notLoaded?.actedAt !== undefined);
  return notLoaded !== undefined && isTold ? undefined : problem;
}

/** The certificates of the service that change in this run. */
function changedFor({ certificates }: DesiredService, { changing }: Context): string[] {
  return certificates.filter((name) => changing.has(name));
}

function pendingReason(
  notLoaded: string | undefined,
  deployed: readonly string[],
): PendingReason | undefined {
  if (notLoaded !== undefined) return { reason: "pending", detail: notLoaded };
  if (deployed.length === 0) return undefined;
  return { reason: "deployed", detail: `it loads the new files of ${deployed.join(", ")}` };
}

/** Whether it serves another certificate than the deployed one, which outweighs any record. */
function servesDifferent(
  { id }: DesiredService,
  { observation, byName, changing }: Context,
): { readonly detail: string; readonly until: Date } | undefined {
  for (const { service, certificate: name, at, served: found } of observation.served) {
    if (service !== id) continue;
    const observed = byName.get(name);
    // A certificate that is not deployed yet cannot be served.
    if (observed === undefined || found.kind !== "served" || changing.has(name)) continue;
    if (!isDeployed(observed)) continue;
    const wanted = storedCertificate(observed.stored);
    const { fingerprint, serial, notAfter } = found.certificate;
    if (wanted === undefined || fingerprint === wanted.fingerprint) continue;
    const detail = `${at} serves a different certificate than ${name} on disk: ` +
      `serial ${serial}, until ${formatTime(notAfter)}`;
    return { detail, until: notAfter };
  }
  return undefined;
}

function isDeployed({ targets }: CertificateObservation): boolean {
  return targets.every(({ file }) =>
    file.kind === "present" && file.value.sameContent &&
    (file.value.type === "file" || file.value.type === "bundle")
  );
}

function urgencyOf(ends: readonly (Date | undefined)[], margin: number): Urgency {
  if (ends.length === 0 || ends.includes(undefined)) {
    return { margin, reason: "the service may have no valid certificate loaded" };
  }
  const end = new Date(Math.min(...ends.flatMap((end) => end?.getTime() ?? [])));
  const reason = `the certificate that the service has loaded expires ${formatTime(end)}`;
  return { end, margin, reason };
}

/** Assumes that the loaded certificates have the lifetime of the stored ones. */
function marginOf({ certificates }: Observation): number {
  return Math.max(...certificates.map(({ stored }) => marginFor(validityOf(stored))));
}

/** Validates new files even if the service does not act now: it must be able to start with them. */
function validateStep(desired: DesiredService, context: Context): ValidateStep | undefined {
  const deployed = changedFor(desired, context);
  if (deployed.length === 0 || desired.validate.length === 0) return undefined;
  const detail = `it validates the new files of ${deployed.join(", ")}`;
  return {
    kind: "validate",
    service: desired.id,
    pending: { reason: "deployed", detail },
    certificates: deployed,
    about: aboutOf(deployed, context),
    validate: desired.validate,
    timeout: desired.timeout,
  };
}

function aboutOf(certificates: readonly string[], { files }: Context): ServiceStep["about"] {
  return { certificates, files: certificates.flatMap((name) => files.get(name) ?? []) };
}

function serviceStep(
  desired: DesiredService,
  pending: PendingReason,
  deployed: readonly string[],
  context: Context,
): ServiceStep {
  const { byName, changing } = context;
  return {
    kind: "service",
    service: desired.id,
    action: desired.action,
    pending,
    certificates: deployed,
    about: aboutOf(deployed.length > 0 ? deployed : desired.certificates, context),
    validate: desired.validate,
    probes: desired.probes.filter(({ certificate }) => {
      const observed = byName.get(certificate);
      return changing.has(certificate) || (observed !== undefined && isDeployed(observed));
    }),
    timeout: desired.timeout,
    settle: desired.settle,
  };
}
