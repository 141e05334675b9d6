/** The state of one certificate, and its steps. */
import { renewalStart } from "../certificate/renewal.ts";
import type { CertificateSpec } from "../config/types.ts";
import { strayWarnings } from "./bundle.ts";
import { deployStep, issueStep } from "./certificate_steps.ts";
import type { Supply } from "./drift.ts";
import { hurtsNow, isStagedDesired, isWhole, judgeDue } from "./due.ts";
import { storedCertificate, validityOf } from "./stored_validity.ts";
import { holdBack, marginFor } from "./hold_back.ts";
import { nothingToDeploy, storeBlockers, targetBlockers, withoutRepetitions } from "./blockers.ts";
import { type PlannedTarget, planTargets } from "./planned_target.ts";
import { planRecovery, recoverStep } from "./recovery.ts";
import { revocationDue, revokeStep } from "./revocation.ts";
import type { PlanContext, Selection } from "./selection.ts";
import type { Blocked, CertificateState, Due, Step, Wait } from "./types.ts";
import type { CertificateObservation } from "../observe/types.ts";
import { judgeWarnings } from "./warnings.ts";

/** @param blockers Blockers beyond those of the certificate itself. */
export function planCertificate(
  spec: CertificateSpec,
  observed: CertificateObservation,
  blockers: readonly Blocked[],
  context: PlanContext,
): { readonly state: CertificateState; readonly steps: readonly Step[] } {
  const { selection } = context;
  const unreadable = storeBlockers(observed);
  const readable = unreadable.length === 0;
  const judged = revocationDue(observed) ?? judgeDue(spec, observed.stored, context.now);
  const staged = !(selection.issue && selection.force) &&
    isStagedDesired(spec, observed.staged, judged, context.now);
  const found = judged && (staged ? { ...judged, detail: judged.detail + RECEIVED } : judged);
  const timed = found && hold(spec, observed, found, context);
  const due = timed?.due ?? (readable ? forcedIssue(selection) : undefined);
  const issue = due && timed?.waits === undefined && selection.issue && readable
    ? issueStep(spec, observed, due, staged)
    : undefined;
  const whole = readable && isWhole(found);
  const supply: Supply = {
    stored: whole,
    renewed: issue !== undefined,
    certificate: storedCertificate(observed.stored),
  };
  const targets = planTargets(spec, observed, supply, context);
  const recovery = planRecovery(targets, observed.pendingValidation, context);
  const blocked = withoutRepetitions([
    ...unreadable,
    ...recovery.blocked,
    ...(selection.deploy ? targetBlockers(targets) : []),
    ...blockers,
    ...(readable && !whole && !issue ? nothingToDeploy(spec, due, selection) : []),
  ]);
  const deploy = selection.deploy && blocked.length === 0
    ? deployStep(spec, observed, targets, whole, context.validating)
    : undefined;
  const recover = recoverStep(
    spec,
    staged ? { ...observed, interrupted: false } : observed,
    targets,
    recovery.replaced,
  );
  const revoke = selection.issue ? revokeStep(observed) : undefined;
  const steps = [recover, revoke, issue, deploy].filter((step) => step !== undefined);
  const state = certificateState(spec, observed, targets, context);
  return { state: { ...state, blocked, due, waits: timed?.waits }, steps };
}

const RECEIVED =
  "; an earlier run received a new one and could not store it, so it is stored, and the " +
  "server is not asked";

/** A renewal waits for its window while the certificate is valid; a forced one does not wait. */
function hold(
  spec: CertificateSpec,
  observed: CertificateObservation,
  due: Due,
  { now, zone, selection }: PlanContext,
): { readonly due: Due; readonly waits?: Wait } {
  const validity = validityOf(observed.stored);
  if (validity === undefined || hurtsNow(due) || spec.windows.length === 0) return { due };
  if (selection.issue && selection.force) return { due };
  const urgency = {
    end: validity.notAfter,
    margin: marginFor(validity),
    reason: "the certificate would then be too close to its expiry",
    since: due.reason === "in-renewal-window" ? renewalStart(spec, validity) : undefined,
  };
  const held = holdBack(spec.windows, urgency, now, zone);
  if (held.kind === "act") return { due: { ...due, detail: `${due.detail}${held.detail}` } };
  return { due, waits: { ...held.wait, detail: `${held.wait.detail}: ${due.detail}` } };
}

function certificateState(
  spec: CertificateSpec,
  observed: CertificateObservation,
  targets: readonly PlannedTarget[],
  { now, zone }: PlanContext,
): Omit<CertificateState, "due" | "waits" | "blocked"> {
  const validity = validityOf(observed.stored);
  return {
    name: spec.name,
    certificate: storedCertificate(observed.stored),
    renewAt: validity && renewalStart(spec, validity),
    warnings: [...judgeWarnings(spec, observed.stored, now, zone), ...strayWarnings(observed)],
    targets: targets.map(({ spec: { what, path }, drift }) => ({ what, path, drift })),
  };
}

function forcedIssue(selection: Selection): Due | undefined {
  return selection.issue && selection.force
    ? { reason: "forced", detail: "requested by --force" }
    : undefined;
}
