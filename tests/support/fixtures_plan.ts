/** Plans and their parts, put together by hand or made from observations. */
import type { CertificateSpec, Control, MaintenanceWindow } from "../../lib/config/types.ts";
import { maintenanceWindow } from "../../lib/config/scalars/window.ts";
import type { UnitState } from "../../lib/host/types.ts";
import type {
  CertificateObservation,
  LoadRecord,
  Observation,
  PendingActionObservation,
  Served,
} from "../../lib/observe/types.ts";
import type { DesiredService } from "../../lib/plan/desired_service.ts";
import { checkPendingAction } from "../../lib/plan/pending_action.ts";
import { plan } from "../../lib/plan/plan.ts";
import type { Selection } from "../../lib/plan/selection.ts";
import type {
  CertificateState,
  Plan,
  ServiceState,
  ServiceStep,
  Step,
} from "../../lib/plan/types.ts";
import {
  after,
  makeCertificate,
  makeConfig,
  makeObserved,
  makePendingAction,
  makeRequest,
  makeSeenFile,
  makeSpec,
  makeUnit,
  NOW,
  observationOf,
  plain,
} from "./fixtures.ts";

/** When `makePendingAction()` was written. */
export const WRITTEN = after(-7200).getTime();

/** Why an action that was left then is pending. */
export const NOT_LOADED = "it has not loaded the files deployed 2026-12-01 08:00 UTC";

export function makePlan(
  certificates: readonly CertificateState[],
  steps: readonly Step[] = [],
  services: readonly ServiceState[] = [],
): Plan {
  return { at: NOW, certStore: "/var/lib/vcm/certs", certificates, services, steps };
}

/** A certificate that is in order until 2027-01-30. */
export function makeState(name: string, parts: Partial<CertificateState> = {}): CertificateState {
  return {
    name,
    certificate: makeCertificate({ commonName: name, dnsNames: [name] }),
    renewAt: new Date("2027-01-16T00:00:00Z"),
    warnings: [],
    targets: [],
    blocked: [],
    ...parts,
  };
}

export function makeIssue(certificate: string, detail: string): Step {
  return {
    kind: "issue",
    certificate,
    due: { reason: "missing", detail },
    request: makeRequest({ mount: "pki_internal", commonName: certificate }),
    renew: { kind: "duration", seconds: 86_400 },
    spread: 0,
    services: [],
    ifRefused: { entry: "0123", count: 0 },
  };
}

/** A unit that pending reload. */
export function makeServiceStep(parts: Partial<ServiceStep> = {}): ServiceStep {
  const { service = "nginx.service" } = parts;
  return {
    kind: "service",
    service,
    action: { manager: "systemd", name: service, control: "reload" },
    pending: {
      reason: "pending",
      detail: NOT_LOADED,
    },
    certificates: [],
    about: { certificates: [], files: [] },
    validate: [],
    probes: [],
    timeout: 120,
    settle: 2,
    ...parts,
  };
}

/** A unit as the one certificate "a" wants it. */
export function makeDesired(parts: Partial<DesiredService> = {}): DesiredService {
  const { id = "nginx.service", control = "try-reload-or-restart" } = parts;
  return {
    id,
    control,
    action: { manager: "systemd", name: id, control },
    order: 0,
    certificates: ["a"],
    validate: [],
    probes: [],
    timeout: 120,
    settle: 2,
    windows: [],
    ...parts,
  };
}

/** What else a plan is made from. */
export interface PlanParts extends Partial<Omit<Observation, "certificates" | "pendingActions">> {
  readonly pendingActions?: readonly PendingActionObservation[] | undefined;
  readonly selection?: Selection | undefined;
  /** The certificates of the command line; all unless it names some. */
  readonly named?: readonly CertificateSpec[];
}

/** The plan for certificates as they are observed; all in order unless that is given. */
export function planOf(
  specs: readonly CertificateSpec[],
  observed: readonly CertificateObservation[] = specs.map((spec) => makeObserved(spec)),
  { pendingActions, selection, named = specs, ...parts }: PlanParts = {},
): Plan {
  const observation = observationOf(observed, pendingActions, parts);
  return plain(plan(makeConfig(specs), named, observation, NOW, selection));
}

/** What systemd knows of a unit. */
export function unitRecord(state: Partial<UnitState> = {}): LoadRecord {
  return { kind: "unit", state: makeUnit(state) };
}

export function containerRecord(
  state: "running" | "stopped" | "unknown",
  startedAt: number,
): LoadRecord {
  return { kind: "container", state, startedAt };
}

/** A pending action of a unit that has not loaded its files since. */
export function makeNotLoaded(
  parts: Partial<PendingActionObservation> = {},
): PendingActionObservation {
  const record = unitRecord({ changedAt: after(-10_000).getTime() });
  return makePendingAction({ record, ...parts });
}

/** A pending action as it was observed, and the files and the answer that it is held against. */
export interface PendingParts extends Partial<Omit<PendingActionObservation, "record">> {
  /** Unknown if it is left out. */
  readonly record?: LoadRecord | undefined;
  readonly control?: Control | undefined;
  /** When the service's one file changed: when the action was left, unless another time is given. */
  readonly changedAt?: number | undefined;
  readonly served?: Served | undefined;
}

/** What is to be done about a pending action. */
export function checkPending(parts: PendingParts) {
  const { record, control = "restart", changedAt = WRITTEN, served, ...rest } = parts;
  const { record: _, ...bare } = makePendingAction();
  const pendingAction = { ...bare, ...(record && { record }), ...rest };
  const targets = [makeSeenFile({ changedAt })];
  const answers = served ? [{ service: "nginx.service", certificate: "a", at: "x:1", served }] : [];
  const observed = [makeObserved(makeSpec({ name: "a" }), { targets })];
  const observation = observationOf(observed, [], { served: answers });
  return plain(checkPendingAction(pendingAction, makeDesired({ control }), observation, NOW));
}

/** Maintenance windows as the file has them. Throws Error on one that cannot be read. */
export function windowsOf(...texts: string[]): MaintenanceWindow[] {
  return texts.map((text) => {
    const window = maintenanceWindow.read(text);
    if (!("days" in window)) throw new Error(`Cannot read "${text}"`);
    return window;
  });
}

/** `NOW` is a Tuesday, 10:00 UTC. */
export const SATURDAY = windowsOf("Sat 02:00-04:00");
export const SATURDAY_OPENS = new Date("2026-12-05T02:00:00Z");
export const OPENS = "its window (Sat 02:00-04:00) opens 2026-12-05 02:00 UTC";
