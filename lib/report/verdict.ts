/** The status of a plan or an outcome, in one word and as an exit status. */
import { EXIT_CHANGED, EXIT_FAILED, EXIT_OK, EXIT_UNKNOWN } from "./exit_status.ts";
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
export function assessStatus({ certificates, services, steps, at }: Plan): Standing {
  const bad = badStatus(certificates, services, at);
  if (bad !== undefined) return bad;
  const hasSteps = steps.some(({ kind }) => !["clear", "transfer", "forget"].includes(kind));
  const late = [...certificates, ...services].some(({ waits }) => waits?.late);
  const blocked = certificates.some((state) => state.blocked.length > 0);
  const isOff = countWarnedDue(certificates) > 0 || services.some(isStuck);
  return hasSteps || late || blocked || isOff ? "due" : "fine";
}

/** How many certificates are not in order by what their warnings say, but neither broken nor unknown. */
export function countWarnedDue(certificates: readonly CertificateState[]): number {
  return certificates.filter(({ warnings }) =>
    warnings.some((warning) => severityOf(warning) === "due")
  ).length;
}

/** Whether something is broken, or VCM cannot tell. If both apply: broken. */
export function badStatus(
  certificates: readonly CertificateState[],
  services: readonly ServiceState[],
  now: Date,
): "broken" | "unknown" | undefined {
  const expired = services.some(({ servedUntil }) => servedUntil && servedUntil <= now);
  if (expired || services.some(isDown) || certificates.some(isBroken)) return "broken";
  const unreachable = services.some(({ problem }) => problem !== undefined);
  return unreachable || certificates.some(isUnsure) ? "unknown" : undefined;
}

/** Whether a step finishes what an interrupted command began. */
export function isRecovery(step: Step): step is RecoverStep | RevokeStep {
  return step.kind === "recover" || step.kind === "revoke";
}

/** Whether its services lack, or will soon lack, a good certificate or one of its files. */
function isBroken({ due, targets, warnings }: CertificateState): boolean {
  return (due !== undefined && hurtsNow(due)) ||
    targets.some(({ drift }) => drift.some(({ kind }) => kind === "missing")) ||
    isWarnedBroken(warnings);
}

/** Whether its unit is down, and no pending action is about to change that. */
function isDown({ unit }: ServiceState): boolean {
  return unit?.kind === "failed" || unit?.kind === "restarting";
}

/** Whether its unit runs, but cannot load new files. */
export function isStuck({ unit }: ServiceState): boolean {
  return unit?.kind === "reloading" || unit?.kind === "unloaded";
}

/** Whether something is wrong with its unit. A missing one may be installed later. */
export function isUnitWrong(state: ServiceState): boolean {
  return isDown(state) || isStuck(state);
}

/** Whether VCM cannot tell if the certificate is in order. */
function isUnsure({ warnings, blocked }: CertificateState): boolean {
  return blocked.some(({ kind }) => kind === "unreadable") ||
    warnings.some((warning) => severityOf(warning) === "unknown");
}

/** Names of the certificates of which an interrupted run left something to recover. */
export function unrecovered({ steps }: Plan): ReadonlySet<string> {
  return new Set(steps.filter(isRecovery).map(({ certificate }) => certificate));
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
