/** Which services have to act, why, and whether they may now. */
import { changesContent } from "./drift.ts";
import { judgePendingAction } from "./pending_action.ts";
import { loadedUntil, storedCertificate, validityOf } from "./due.ts";
import { holdBack, marginFor, type Urgency } from "./hold_back.ts";
import { formatTime } from "../text/format_time.ts";
import type { DesiredService } from "./desired_service.ts";
import type {
  CertificateObservation,
  Observation,
  PendingActionObservation,
  ServedObservation,
} from "../observe/types.ts";
import type {
  ClearStep,
  DeployStep,
  IssueStep,
  PendingReason,
  ServiceState,
  ServiceStep,
  Step,
  ValidateStep,
} from "./types.ts";

export interface PlannedServices {
  readonly states: readonly ServiceState[];
  readonly steps: readonly Step[];
}

/** What all services are judged by. */
interface Look {
  readonly observation: Observation;
  /** Certificates whose files, or whose sets in the store, change in this run. */
  readonly changing: ReadonlySet<string>;
  /** Files of each certificate, as the configuration has them. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  readonly now: Date;
  readonly forced: boolean;
  /** The command lets services act; where it does not, they judge new files all the same. */
  readonly acts: boolean;
}

/** @param steps Those of the certificates, which come before. */
export function planServices(
  desired: readonly DesiredService[],
  steps: readonly Step[],
  look: Omit<Look, "changing">,
): PlannedServices {
  const changing = new Set(steps.flatMap((step) => changesFiles(step) ? step.certificate : []));
  const whole = { ...look, changing };
  const planned: readonly PlannedService[] = desired.map((desired) =>
    look.acts ? planService(desired, whole) : { step: validateStep(desired, whole) }
  );
  return {
    states: planned.flatMap(({ state }) => state ?? []),
    steps: planned.flatMap(({ step }) => step ?? []),
  };
}

/** Whether what services read is changed. */
function changesFiles(step: Step): step is DeployStep | IssueStep {
  if (step.kind === "issue") return step.services.length > 0;
  return step.kind === "deploy" && step.targets.some((target) => changesContent(target.drift));
}

interface PlannedService {
  readonly state?: ServiceState;
  readonly step?: ValidateStep | ServiceStep | ClearStep | undefined;
}

function planService(desired: DesiredService, look: Look): PlannedService {
  const { observation, now, forced } = look;
  const deployed = desired.certificates.filter((name) => look.changing.has(name));
  const served = observation.served.filter(({ service }) => service === desired.id);
  const problem = served.map(({ served }) => served.kind === "unreachable" ? served.problem : "")
    .find((problem) => problem !== "");
  const strange = servesAnother(served, look);
  const state: ServiceState = {
    service: desired.id,
    certificates: desired.certificates,
    ...(strange !== undefined && { servedUntil: strange.until }),
    ...(problem !== undefined && { problem }),
  };
  const pendingAction = pendingActionOf(desired, observation);
  const verdict = pendingAction && judgePendingAction(pendingAction, desired, observation);
  const actedAt = verdict?.kind === "pending" ? verdict.actedAt : undefined;
  const act = (pending: PendingReason): PlannedService => ({
    state: { ...state, pending },
    step: {
      ...serviceStep(desired, pending, deployed, look),
      ...(actedAt !== undefined && { actedAt }),
    },
  });
  if (forced) return act({ reason: "forced", detail: "requested by --force" });
  const pending = pendingReason(
    verdict?.kind === "pending" ? verdict.detail : strange?.detail,
    deployed,
  );
  if (pending === undefined) {
    if (verdict === undefined) return { state };
    return { state, step: { kind: "clear", service: desired.id, detail: verdict.detail } };
  }
  const ends = [
    ...deployed.map((name) => endInUse(name, observation)),
    ...(verdict?.kind === "pending" ? [pendingAction?.until] : []),
    ...(strange === undefined ? [] : [strange.until]),
  ];
  const stillPending = verdict?.kind === "pending" ? pendingAction : undefined;
  const urgency = {
    ...urgencyOf(ends, marginOf(desired, observation)),
    ...(stillPending !== undefined && { since: new Date(stillPending.since) }),
  };
  const held = holdBack(desired.windows, urgency, now, observation.zone);
  if (held.kind === "wait") {
    const late = held.wait.late || stillPending?.failure !== undefined || actedAt !== undefined;
    const waits = { ...held.wait, late, detail: `${held.wait.detail}: ${pending.detail}` };
    return { state: { ...state, pending, waits }, step: validateStep(desired, look) };
  }
  return act({ ...pending, detail: `${pending.detail}${held.detail}` });
}

function pendingReason(
  notLoaded: string | undefined,
  deployed: readonly string[],
): PendingReason | undefined {
  if (notLoaded !== undefined) return { reason: "pending", detail: notLoaded };
  if (deployed.length === 0) return undefined;
  return { reason: "deployed", detail: `it loads the new files of ${deployed.join(", ")}` };
}

function pendingActionOf(
  desired: DesiredService,
  { pendingActions }: Observation,
): PendingActionObservation | undefined {
  const known = pendingActions.kind === "present" ? pendingActions.value : [];
  return known.find(({ service }) => service === desired.id);
}

/** What says more than any record: another certificate is served than the one that is deployed. */
function servesAnother(
  served: readonly ServedObservation[],
  { observation, changing }: Look,
): { readonly detail: string; readonly until: Date } | undefined {
  for (const { certificate: name, at, served: found } of served) {
    const observed = observation.certificates.find((one) => one.name === name);
    // What is not deployed yet cannot be served.
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

function endInUse(name: string, { certificates }: Observation): Date | undefined {
  const observed = certificates.find((one) => one.name === name);
  return observed && loadedUntil(observed);
}

function urgencyOf(ends: readonly (Date | undefined)[], margin: number): Urgency {
  const known = ends.filter((end) => end !== undefined);
  if (known.length < ends.length || known.length === 0) {
    return { margin, reason: "the service may have no valid certificate loaded" };
  }
  const end = new Date(Math.min(...known.map((end) => end.getTime())));
  const reason = `the certificate that the service has loaded expires ${formatTime(end)}`;
  return { end, margin, reason };
}

/** What it has loaded is of the kind of what is stored for it now. */
function marginOf({ certificates }: DesiredService, observation: Observation): number {
  const named = observation.certificates.filter(({ name }) => certificates.includes(name));
  return Math.max(...named.map(({ stored }) => marginFor(validityOf(stored))));
}

/** New files that lie there until the service starts by itself must be such that it can. */
function validateStep(desired: DesiredService, look: Look): ValidateStep | undefined {
  const deployed = desired.certificates.filter((name) => look.changing.has(name));
  if (deployed.length === 0 || desired.validate.length === 0) return undefined;
  const detail = `it validates the new files of ${deployed.join(", ")}`;
  return {
    kind: "validate",
    service: desired.id,
    pending: { reason: "deployed", detail },
    certificates: deployed,
    about: aboutOf(deployed, look),
    validate: desired.validate,
    timeout: desired.timeout,
  };
}

function aboutOf(certificates: readonly string[], { files }: Look): ServiceStep["about"] {
  return { certificates, files: certificates.flatMap((name) => files.get(name) ?? []) };
}

function serviceStep(
  desired: DesiredService,
  pending: PendingReason,
  deployed: readonly string[],
  look: Look,
): ServiceStep {
  const { observation, changing } = look;
  return {
    kind: "service",
    service: desired.id,
    action: desired.action,
    pending,
    certificates: deployed,
    about: aboutOf(deployed.length > 0 ? deployed : desired.certificates, look),
    validate: desired.validate,
    probes: desired.probes.filter(({ certificate }) => {
      const observed = observation.certificates.find(({ name }) => name === certificate);
      return changing.has(certificate) || (observed !== undefined && isDeployed(observed));
    }),
    timeout: desired.timeout,
  };
}
