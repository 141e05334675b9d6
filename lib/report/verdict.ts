/** The status of a plan or an outcome, in one word and as an exit status. */
import { hurtsNow } from "../plan/due.ts";
import type {
  CertificateState,
  Plan,
  RecoverStep,
  RevokeStep,
  ServiceState,
  Step,
} from "../plan/types.ts";
import { isWarnedBroken, severityOf } from "../plan/warnings.ts";
import type { Outcome } from "./outcome.ts";

export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
/** Usage or configuration. */
export const EXIT_USAGE = 2;
/** With `--detailed-exitcode`: something was or would be changed, and nothing failed. */
export const EXIT_CHANGED = 10;
/** Another run holds the lock: EX_TEMPFAIL of sysexits(3). */
export const EXIT_LOCKED = 75;
/** `vcm check` cannot tell the status: UNKNOWN of monitoring plugins. */
export const EXIT_UNKNOWN = 3;

/** The status of a host, as monitoring plugins report it. */
export type Standing = "fine" | "due" | "broken" | "unknown";

/** Exit status of `vcm check`, of the Monitoring Plugins guidelines: OK, WARNING, CRITICAL, UNKNOWN. */
export const CHECK_STATUS: Readonly<Record<Standing, number>> = {
  fine: 0,
  due: 1,
  broken: 2,
  unknown: EXIT_UNKNOWN,
};

/** If several apply: broken before unknown before due. */
export function judgeStatus(plan: Plan): Standing {
  const { certificates, services } = plan;
  const broken = certificates.some(isBroken);
  const ended = services.some(({ servedUntil }) => servedUntil && servedUntil <= plan.at);
  if (broken || ended) return "broken";
  const blocked = certificates.flatMap((certificate) => certificate.blocked);
  const unreachable = services.some(({ problem }) => problem !== undefined);
  if (
    certificates.some(isUnsure) || unreachable || blocked.some(({ kind }) => kind === "unreadable")
  ) return "unknown";
  const hasSteps = plan.steps.some(({ kind }) => kind !== "clear" && kind !== "transfer");
  const late = [...certificates, ...services].some(({ waits }) => waits?.late);
  return hasSteps || late || blocked.length > 0 ? "due" : "fine";
}

/** Whether a step finishes what an interrupted command began. */
export function isRecovery(step: Step): step is RecoverStep | RevokeStep {
  return step.kind === "recover" || step.kind === "revoke";
}

/** Whether its services lack, or will soon lack, a good certificate or one of its files. */
export function isBroken({ due, targets, warnings }: CertificateState): boolean {
  return (due !== undefined && hurtsNow(due)) ||
    targets.some(({ drift }) => drift.some(({ kind }) => kind === "missing")) ||
    isWarnedBroken(warnings);
}

/** Whether VCM cannot tell if the certificate is in order. */
export function isUnsure({ warnings }: CertificateState): boolean {
  return warnings.some((warning) => severityOf(warning) === "unknown");
}

/** How many certificates and services wait for a window. */
export function countWaiting({ certificates, services }: Plan): number {
  return [...certificates, ...services].filter(({ waits }) => waits !== undefined).length;
}

/** How many certificates are broken by what their warnings say. */
export function countWarnedBroken({ certificates }: Plan): number {
  return certificates.filter(({ warnings }) => isWarnedBroken(warnings)).length;
}

/** Whether the service has a pending action that does not wait for its window. */
export function hasPendingAction({ pending, waits }: ServiceState): boolean {
  return pending?.reason === "pending" && waits === undefined;
}

/** Exit status of `run`, `issue`, `deploy` and `restart`. */
export function outcomeStatus(outcome: Outcome, detailed: boolean): number {
  const { failed, issued, deployed, acted, recovered } = outcome;
  if (failed.length > 0) return EXIT_FAILED;
  return detailed && issued + deployed + acted + recovered > 0 ? EXIT_CHANGED : EXIT_OK;
}

/** Exit status of `plan`. */
export function planStatus({ certificates, steps }: Plan, detailed: boolean): number {
  if (!detailed) return EXIT_OK;
  if (certificates.some(({ blocked }) => blocked.length > 0)) return EXIT_FAILED;
  return steps.length > 0 ? EXIT_CHANGED : EXIT_OK;
}
