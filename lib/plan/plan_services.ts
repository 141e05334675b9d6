/** Which services have to act, why, and whether they may now. */
import { changesContent } from "./drift.ts";
import { judgeMarker } from "./pending_action.ts";
import { loadedUntil, storedCertificate, validityOf } from "./due.ts";
import { holdBack, marginFor, type Urgency } from "./hold_back.ts";
import { formatMoment } from "../text/format_time.ts";
import type { ServiceWish } from "./desired_service.ts";
import type {
  CertificateObservation,
  MarkerObservation,
  Observation,
  ServedObservation,
} from "../observe/types.ts";
import type {
  Debt,
  DeployStep,
  IssueStep,
  JudgeStep,
  ServiceState,
  ServiceStep,
  SettleStep,
  Step,
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
  wishes: readonly ServiceWish[],
  steps: readonly Step[],
  look: Omit<Look, "changing">,
): PlannedServices {
  const changing = new Set(steps.flatMap((step) => changesFiles(step) ? step.certificate : []));
  const whole = { ...look, changing };
  const planned: readonly PlannedService[] = wishes.map((wish) =>
    look.acts ? planService(wish, whole) : { step: judgeStep(wish, whole) }
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
  readonly step?: JudgeStep | ServiceStep | SettleStep | undefined;
}

function planService(wish: ServiceWish, look: Look): PlannedService {
  const { observation, now, forced } = look;
  const deployed = wish.certificates.filter((name) => look.changing.has(name));
  const served = observation.served.filter(({ service }) => service === wish.id);
  const problem = served.map(({ served }) => served.kind === "unreachable" ? served.problem : "")
    .find((problem) => problem !== "");
  const strange = servesAnother(served, look);
  const state: ServiceState = {
    service: wish.id,
    certificates: wish.certificates,
    ...(strange !== undefined && { servedUntil: strange.until }),
    ...(problem !== undefined && { problem }),
  };
  const marker = markerOf(wish, observation);
  const verdict = marker && judgeMarker(marker, wish, observation);
  const actedAt = verdict?.kind === "owed" ? verdict.actedAt : undefined;
  const act = (debt: Debt): PlannedService => ({
    state: { ...state, debt },
    step: {
      ...serviceStep(wish, debt, deployed, look),
      ...(actedAt !== undefined && { actedAt }),
    },
  });
  if (forced) return act({ reason: "forced", detail: "it was asked for by --force" });
  const debt = judgeDebt(verdict?.kind === "owed" ? verdict.detail : strange?.detail, deployed);
  if (debt === undefined) {
    if (verdict === undefined) return { state };
    return { state, step: { kind: "settle", service: wish.id, detail: verdict.detail } };
  }
  const ends = [
    ...deployed.map((name) => endInUse(name, observation)),
    ...(verdict?.kind === "owed" ? [marker?.until] : []),
    ...(strange === undefined ? [] : [strange.until]),
  ];
  const owed = verdict?.kind === "owed" ? marker : undefined;
  const urgency = {
    ...urgencyOf(ends, marginOf(wish, observation)),
    ...(owed !== undefined && { since: new Date(owed.since) }),
  };
  const held = holdBack(wish.windows, urgency, now, observation.zone);
  if (held.kind === "wait") {
    const late = held.wait.late || owed?.failure !== undefined || actedAt !== undefined;
    const waits = { ...held.wait, late, detail: `${held.wait.detail}: ${debt.detail}` };
    return { state: { ...state, debt, waits }, step: judgeStep(wish, look) };
  }
  return act({ ...debt, detail: `${debt.detail}${held.detail}` });
}

function judgeDebt(owed: string | undefined, deployed: readonly string[]): Debt | undefined {
  if (owed !== undefined) return { reason: "owed", detail: owed };
  if (deployed.length === 0) return undefined;
  return { reason: "deployed", detail: `it loads the new files of ${deployed.join(", ")}` };
}

function markerOf(wish: ServiceWish, { markers }: Observation): MarkerObservation | undefined {
  const known = markers.kind === "present" ? markers.value : [];
  return known.find(({ service }) => service === wish.id);
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
    const detail = `${at} serves another certificate than the one of ${name} on disk: ` +
      `serial ${serial}, until ${formatMoment(notAfter)}`;
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
    return { margin, reason: "it may have no valid certificate loaded" };
  }
  const end = new Date(Math.min(...known.map((end) => end.getTime())));
  const reason = `the certificate that it has loaded expires ${formatMoment(end)}`;
  return { end, margin, reason };
}

/** What it has loaded is of the kind of what is stored for it now. */
function marginOf({ certificates }: ServiceWish, observation: Observation): number {
  const named = observation.certificates.filter(({ name }) => certificates.includes(name));
  return Math.max(...named.map(({ stored }) => marginFor(validityOf(stored))));
}

/** New files that lie there until the service starts by itself must be such that it can. */
function judgeStep(wish: ServiceWish, look: Look): JudgeStep | undefined {
  const deployed = wish.certificates.filter((name) => look.changing.has(name));
  if (deployed.length === 0 || wish.validate.length === 0) return undefined;
  const detail = `it judges the new files of ${deployed.join(", ")}`;
  return {
    kind: "judge",
    service: wish.id,
    debt: { reason: "deployed", detail },
    certificates: deployed,
    about: aboutOf(deployed, look),
    validate: wish.validate,
    timeout: wish.timeout,
  };
}

function aboutOf(certificates: readonly string[], { files }: Look): ServiceStep["about"] {
  return { certificates, files: certificates.flatMap((name) => files.get(name) ?? []) };
}

function serviceStep(
  wish: ServiceWish,
  debt: Debt,
  deployed: readonly string[],
  look: Look,
): ServiceStep {
  const { observation, changing } = look;
  return {
    kind: "service",
    service: wish.id,
    action: wish.action,
    debt,
    certificates: deployed,
    about: aboutOf(deployed.length > 0 ? deployed : wish.certificates, look),
    validate: wish.validate,
    probes: wish.probes.filter(({ certificate }) => {
      const observed = observation.certificates.find(({ name }) => name === certificate);
      return changing.has(certificate) || (observed !== undefined && isDeployed(observed));
    }),
    timeout: wish.timeout,
  };
}
