/** What one certificate is due for, and the steps that follow. */
import { renewalStart } from "../certificate/renewal.ts";
import type { CertificateSpec } from "../config/types.ts";
import { strayWarnings } from "./bundle.ts";
import { deployStep, issueStep, tidyStep } from "./certificate_steps.ts";
import { judgeDrift } from "./drift.ts";
import type { Supply } from "./file_drift.ts";
import { hurtsNow, isWhole, judgeDue, storedCertificate, validityOf } from "./due.ts";
import { chooseHand, OWN_HAND } from "./choose_writer.ts";
import { holdBack, marginFor } from "./hold_back.ts";
import {
  nothingToDeploy,
  storeObstacles,
  targetObstacles,
  withoutRepetitions,
} from "./blockers.ts";
import { planRecovery } from "./recovery.ts";
import type { HostUsers } from "../host/replacers.ts";
import type { Selection } from "./selection.ts";
import type { Blocked, CertificateState, Drift, Due, Step, Wait } from "./types.ts";
import type { CertificateObservation } from "../observe/types.ts";
import { judgeWarnings } from "./warnings.ts";

export interface PlannedCertificate {
  readonly state: CertificateState;
  readonly steps: readonly Step[];
}

/** What is the same for all certificates. */
export interface Moment extends HostUsers {
  readonly now: Date;
  readonly zone: string;
  /** Services that judge new files. */
  readonly judging: ReadonlySet<string>;
  readonly selection: Selection;
}

/** @param obstacles What stops it beside the certificate itself. */
export function planCertificate(
  spec: CertificateSpec,
  observed: CertificateObservation,
  obstacles: readonly Blocked[],
  moment: Moment,
): PlannedCertificate {
  const { selection } = moment;
  const unreadable = storeObstacles(observed);
  const readable = unreadable.length === 0;
  const judged = judgeDue(spec, observed.stored, moment.now);
  const timed = judged && hold(spec, observed, judged, moment);
  const due = timed?.due ?? (readable ? forcedIssue(selection) : undefined);
  const issue = due && timed?.waits === undefined && selection.issue && readable
    ? issueStep(spec, observed, due)
    : undefined;
  const whole = readable && isWhole(judged);
  const certificate = storedCertificate(observed.stored);
  const supply: Supply = {
    stored: whole,
    renewed: issue !== undefined,
    ...(certificate && { certificate }),
  };
  const forced = selection.force && selection.deploy;
  const unjudged = new Set(observed.unjudged.map(({ path }) => path));
  const drifts = spec.targets.map((target, at) => {
    const seen = observed.targets[at];
    const more = { forced, unjudged: unjudged.has(target.path) };
    return seen === undefined ? [] : judgeDrift(target, seen, supply, more);
  });
  const hands = spec.targets.map((target, at) => {
    const seen = observed.targets[at];
    return seen === undefined ? OWN_HAND : chooseHand(target, seen, moment);
  });
  const recovery = planRecovery(spec, observed, hands, moment);
  const blocked = withoutRepetitions([
    ...unreadable,
    ...recovery.blocked,
    ...(selection.deploy ? targetObstacles(spec, observed, hands, drifts) : []),
    ...obstacles,
    ...(readable && !whole && !issue ? nothingToDeploy(spec, due, selection) : []),
  ]);
  const deploy = selection.deploy && blocked.length === 0
    ? deployStep(spec, observed, drifts, { whole, judging: moment.judging, hands })
    : undefined;
  const steps = [tidyStep(spec, observed, hands, recovery.replaced), issue, deploy].filter((step) =>
    step !== undefined
  );
  const state = certificateState(spec, observed, drifts, blocked, moment);
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
  const validity = validityOf(observed.stored);
  if (validity === undefined || hurtsNow(due) || spec.windows.length === 0) return { due };
  if (selection.issue && selection.force) return { due };
  const urgency = {
    end: validity.notAfter,
    margin: marginFor(validity),
    reason: "by then it would be too close to its end",
    ...(due.reason === "in-renewal-window" && { since: renewalStart(spec, validity) }),
  };
  const held = holdBack(spec.windows, urgency, now, zone);
  if (held.kind === "act") return { due: { ...due, detail: `${due.detail}${held.detail}` } };
  return { due, waits: { ...held.wait, detail: `${held.wait.detail}: ${due.detail}` } };
}

function certificateState(
  spec: CertificateSpec,
  observed: CertificateObservation,
  drifts: readonly (readonly Drift[])[],
  blocked: readonly Blocked[],
  { now, zone }: Moment,
): CertificateState {
  const certificate = storedCertificate(observed.stored);
  return {
    name: spec.name,
    ...(certificate === undefined
      ? {}
      : { certificate, renewAt: renewalStart(spec, validityOf(observed.stored) ?? certificate) }),
    warnings: [...judgeWarnings(spec, observed.stored, now, zone), ...strayWarnings(observed)],
    targets: spec.targets.map(({ what, path }, at) => ({ what, path, drift: drifts[at] ?? [] })),
    blocked,
  };
}

function forcedIssue(selection: Selection): Due | undefined {
  return selection.issue && selection.force
    ? { reason: "forced", detail: "it was asked for by --force" }
    : undefined;
}
