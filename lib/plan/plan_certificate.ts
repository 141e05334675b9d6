/** The state of one certificate, and its steps. */
import { renewalStart } from "../certificate/renewal.ts";
import type { CertificateSpec } from "../config/types.ts";
import { aclWarnings } from "./acl_warnings.ts";
import { strayWarnings } from "./bundle.ts";
import { deployStep, issueStep } from "./certificate_steps.ts";
import type { Supply } from "./drift.ts";
import { checkDue, FORCED, hurtsNow, isStagedDesired, isWhole } from "./due.ts";
import { storedCertificate, validityOf } from "./stored_validity.ts";
import { holdBack, marginFor } from "./hold_back.ts";
import { nothingToDeploy, storeBlockers, targetBlockers, withoutRepetitions } from "./blockers.ts";
import { lossWarnings } from "./loss.ts";
import { type PlannedTarget, planTargets } from "./planned_target.ts";
import { planRecovery, recoverStep } from "./recovery.ts";
import {
  describeRefused,
  findRefused,
  forgetStep,
  refusalTerms,
  refusedBlocker,
} from "./refused_answer.ts";
import { mayHoldRevokedKey, revocationDue, revokeStep } from "./revocation.ts";
import { reissueState } from "./reissue.ts";
import type { PlanContext, Selection } from "./selection.ts";
import type { Blocked, CertificateState, Due, IfRefused, Refused, Step, Wait } from "./types.ts";
import type { CertificateObservation } from "../observe/types.ts";
import { findWarnings } from "./warnings.ts";

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
  const own = revocationDue(observed) ?? checkDue(spec, observed.stored, context.now);
  const staged = !(selection.issue && selection.force) && !mayHoldRevokedKey(observed) &&
    isStagedDesired(spec, observed.staged, own, context.now);
  const found = own && (staged ? { ...own, detail: own.detail + RECEIVED } : own);
  const asked = found ?? (readable ? forcedIssue(selection) : undefined);
  const timed = asked && timeIssue(spec, observed, asked, context, staged);
  const { due, waits, refused } = timed ?? {};
  const stopped = selection.issue && timed?.blocker && readable ? [timed.blocker] : [];
  const issue = timed && !timed.blocker && !waits && selection.issue && readable
    ? issueStep(spec, observed, timed.due, timed.ifRefused, staged)
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
    ...(readable && !whole && !issue && stopped.length === 0
      ? nothingToDeploy(spec, due, selection)
      : []),
  ]);
  const deploy = selection.deploy && blocked.length === 0
    ? deployStep(spec, observed, targets, whole, context.validating)
    : undefined;
  // What is staged is removed only if it is certain that it is not wanted.
  const recover = recoverStep(
    spec,
    staged || !readable ? { ...observed, interrupted: false } : observed,
    targets,
    recovery.replaced,
  );
  const revoke = selection.issue ? revokeStep(observed) : undefined;
  const forget = asked === undefined && readable && selection.issue
    ? forgetStep(observed)
    : undefined;
  const steps = [recover, revoke, issue, forget, deploy].filter((step) => step !== undefined);
  const state = certificateState(spec, observed, targets, context);
  return { state: { ...state, blocked: [...blocked, ...stopped], due, waits, refused }, steps };
}

/** When a certificate that is due is asked for. */
interface TimedIssue {
  readonly due: Due;
  readonly waits?: Wait | undefined;
  readonly refused?: Refused | undefined;
  /** Set until the next try after a refused answer. */
  readonly blocker?: Blocked | undefined;
  readonly ifRefused: IfRefused;
}

function timeIssue(
  spec: CertificateSpec,
  observed: CertificateObservation,
  due: Due,
  context: PlanContext,
  staged: boolean,
): TimedIssue {
  const { now, selection } = context;
  const terms = refusalTerms(spec, observed, due, context);
  const refused = findRefused(observed, terms, now);
  const ifRefused = { ...terms, count: refused?.count ?? 0 };
  // What is staged is stored without asking.
  if (refused === undefined || staged) return { ...hold(spec, observed, due, context), ifRefused };
  if (refused.next > now && !(selection.issue && selection.force)) {
    const { waits } = hold(spec, observed, due, { ...context, now: refused.next });
    const later = { ...refused, next: waits?.until ?? refused.next };
    return { due, refused: later, blocker: refusedBlocker(spec.name, later), ifRefused };
  }
  const again = { ...due, detail: `${due.detail}${describeRefused(refused)}` };
  const held = hold(spec, observed, again, context);
  return { ...held, waits: held.waits && { ...held.waits, late: true }, refused, ifRefused };
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
  if ((selection.issue && selection.force) || due.reason === "issued-before") return { due };
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
): Omit<CertificateState, "due" | "waits" | "refused" | "blocked"> {
  const { stored } = observed;
  const validity = validityOf(stored);
  const reissue = reissueState(spec.reissue, stored, now);
  return {
    name: spec.name,
    certificate: storedCertificate(stored),
    renewAt: earlier(validity && renewalStart(spec, validity), reissue?.from),
    reissue,
    warnings: [
      ...findWarnings(spec, stored, now, zone),
      ...strayWarnings(observed),
      ...aclWarnings(targets),
      ...lossWarnings(targets),
    ],
    targets: targets.map(({ spec: { what, path }, drift }) => ({ what, path, drift })),
  };
}

function earlier(a: Date | undefined, b: Date | undefined): Date | undefined {
  return a !== undefined && b !== undefined && b < a ? b : a;
}

function forcedIssue(selection: Selection): Due | undefined {
  return selection.issue && selection.force ? FORCED : undefined;
}
