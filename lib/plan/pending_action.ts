/** Whether a service has loaded the files on disk. */
import { formatTime } from "../text/format_time.ts";
import { howRestarting, isRestarting } from "./unit_problem.ts";
import type { DesiredService } from "./desired_service.ts";
import type { LoadRecord, Observation, PendingActionObservation } from "../observe/types.ts";
import type { UnitState } from "../host/types.ts";

/** Whether a pending action still applies. */
export type PendingActionVerdict =
  | {
    readonly kind: "pending";
    readonly detail: string;
    /** When an action on the running service failed, unless it was started since. */
    readonly actedAt?: Date | undefined;
  }
  | { readonly kind: "cleared"; readonly detail: string };

/**
 * Milliseconds. File times come from a clock that ticks 100 to 1,000 times a second, so a file's time
 * may be up to one tick early.
 */
const CLOCK_TICK = 11;

/** Milliseconds. `ps` computes the start of a process, in seconds, from the time since boot. */
const PROCESS_TICK = 2_000;

/**
 * A pending action applies until the service has loaded its files, by its manager's own record:
 *
 * - a unit is active, its last reload did not fail, and its state changed after the pending action and
 *   after the last change of any file that it reads (both facts survive daemon-reload);
 * - a container or process was started after them.
 *
 * If an action on a running service failed or was interrupted, the service may be down because of it.
 * Then only a start after the action clears it, even if the service is down again.
 *
 * This does not detect a reload that began before a file was replaced and ended after it.
 */
export function checkPendingAction(
  pendingAction: PendingActionObservation,
  desired: DesiredService,
  observation: Observation,
  now: Date,
): PendingActionVerdict {
  const { record } = pendingAction;
  const deployed = Math.max(pendingAction.since, lastChange(desired, observation));
  const acted = pendingAction.actedAt?.getTime();
  const restarting = howStarting(record, now, desired.settle);
  const isUp = acted !== undefined && restarting === undefined;
  const upSince = isUp ? startAfter(record, acted) : undefined;
  if (upSince !== undefined && startAfter(record, deployed) !== undefined) {
    return clearedAt(upSince);
  }
  const actedAt = upSince === undefined ? pendingAction.actedAt : undefined;
  const answer = actedAt && restarting !== undefined
    ? restarting && ` (${restarting})`
    : checkRecord(record, desired, deployed, actedAt);
  const problem = actedAt && probeProblem(desired, observation);
  const verdict = typeof answer === "object" && problem !== undefined ? ` (${problem})` : answer;
  if (typeof verdict === "object") return verdict;
  const detail = `it has not loaded the files deployed ${formatTime(new Date(deployed))}`;
  const { failure } = pendingAction;
  const last = failure === undefined ? "" : `; last attempt: ${failure}`;
  return { kind: "pending", detail: `${detail}${verdict}${last}`, actedAt };
}

/** A unit that its manager starts again and again was up each time; undefined: it is none. */
function howStarting(record: LoadRecord | undefined, now: Date, settle: number) {
  if (record?.kind !== "unit") return undefined;
  if (isRestarting(record.state, now, settle)) return howRestarting(record.state);
  return record.state.active === "activating" ? "" : undefined;
}

/** When the service was started, if that was after a time; it may have stopped since. */
function startAfter(record: LoadRecord | undefined, time: number): number | undefined {
  if (record === undefined) return undefined;
  const { startedAt = 0 } = record.kind === "unit" ? record.state : record;
  const tick = record.kind === "process" ? PROCESS_TICK : CLOCK_TICK;
  return startedAt > time + tick ? startedAt : undefined;
}

/** Why a probe of the service failed, if one did. */
export function probeProblem({ id }: DesiredService, { served }: Observation): string | undefined {
  for (const { service, served: found } of served) {
    if (service === id && found.kind === "unreachable") return found.problem;
  }
  return undefined;
}

/** The verdict or, if the action stays pending, a text to add to the detail. */
function checkRecord(
  record: LoadRecord | undefined,
  desired: DesiredService,
  deployed: number,
  actedAt: Date | undefined,
): PendingActionVerdict | string {
  const stopped = (how: string) => checkStopped(how, desired, actedAt);
  switch (record?.kind) {
    case undefined:
      return "";
    case "unit":
      // A process that ended after the action left such a unit active (`RemainAfterExit`).
      if (
        actedAt !== undefined && record.state.sub === "exited" && record.state.type !== "oneshot"
      ) {
        return ` (it was not started since the action of ${formatTime(actedAt)})`;
      }
      return checkUnit(record.state, desired, deployed, stopped);
    case "container":
      if (record.state === "unknown") return " (there is no such container)";
      if (record.state === "stopped") return stopped("it is not running");
      return loadedAt(record.startedAt, deployed + CLOCK_TICK) ?? "";
    case "process":
      if (record.startedAt === undefined) return stopped("it is not running");
      return loadedAt(record.startedAt, deployed + PROCESS_TICK) ?? "";
  }
}

function checkUnit(
  state: UnitState,
  desired: DesiredService,
  deployed: number,
  stopped: (how: string) => PendingActionVerdict | string,
): PendingActionVerdict | string {
  if (state.load === "not-found" && state.active === "inactive") {
    return " (systemd has no such unit)";
  }
  if (state.active === "failed") return " (it has failed)";
  if (state.active === "inactive") {
    const ran = state.ranToItsEnd && loadedAt(state.startedAt, deployed + CLOCK_TICK);
    return ran || stopped("it is inactive");
  }
  if (state.reloadResult !== "success") return ` (last reload: ${state.reloadResult})`;
  if (state.active !== "active") return "";
  // A reload does not replace the requested restart.
  const loaded = desired.control === "restart" ? state.startedAt : state.changedAt;
  return loadedAt(loaded, deployed + CLOCK_TICK) ?? "";
}

function checkStopped(
  how: string,
  { control }: DesiredService,
  actedAt: Date | undefined,
): PendingActionVerdict | string {
  if (actedAt !== undefined) {
    return ` (${how}, but was running before the action of ${formatTime(actedAt)})`;
  }
  if (control === "restart" || control === "start") return ` (${how})`;
  return { kind: "cleared", detail: `${how} and will load them when it starts` };
}

function loadedAt(loaded: number, deployed: number): PendingActionVerdict | undefined {
  return loaded <= deployed ? undefined : clearedAt(loaded);
}

function clearedAt(loaded: number): PendingActionVerdict {
  return { kind: "cleared", detail: `it loaded them ${formatTime(new Date(loaded))}` };
}

/** The last change of any file of the certificates that name the service. */
function lastChange(desired: DesiredService, observation: Observation): number {
  const names = new Set(desired.certificates);
  return observation.certificates
    .filter((certificate) => names.has(certificate.name))
    .flatMap((certificate) => certificate.targets)
    .reduce(
      (last, { file }) => file.kind === "present" ? Math.max(last, file.value.changedAt) : last,
      0,
    );
}
