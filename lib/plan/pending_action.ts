/** Whether a service has loaded what lies on its disk. */
import { formatTime } from "../text/format_time.ts";
import type { DesiredService } from "./desired_service.ts";
import type { LoadRecord, Observation, PendingActionObservation } from "../observe/types.ts";
import type { UnitState } from "../host/types.ts";

/** What a marker means now. */
export type PendingActionVerdict =
  | {
    readonly kind: "pending";
    readonly detail: string;
    /** When an action failed before which it was up, unless it was started since. */
    readonly actedAt?: Date;
  }
  | { readonly kind: "cleared"; readonly detail: string };

/**
 * File times come from a clock that ticks 100 to 1,000 times a second, so a file's may lie up to
 * one tick before the true moment; within it "loaded before" and "loaded after" look the same.
 */
const CLOCK_TICK = 11;

/** `ps` knows the start of a process to the second, and reckons it from the time since boot. */
const PROCESS_TICK = 2_000;

/**
 * A marker is a debt unless the service has loaded since, by its manager's own record. A unit: it
 * is active, its last reload did not fail, and its state changed after the marker and after the
 * last change of any file that it reads (both facts survive daemon-reload). A container or process:
 * it was started after them.
 *
 * Where an action on a service that was up failed, or was cut off, that it is down now settles
 * nothing: the action may be why. It is settled by a start after the action, even of a service that
 * is down again.
 *
 * Not seen: a reload that began before a file was replaced and ended after it.
 */
export function judgePendingAction(
  pendingAction: PendingActionObservation,
  desired: DesiredService,
  observation: Observation,
): PendingActionVerdict {
  const { record } = pendingAction;
  const deployed = Math.max(pendingAction.since, lastChange(desired, observation));
  const acted = pendingAction.actedAt?.getTime();
  const upSince = acted === undefined ? undefined : startAfter(record, acted);
  if (upSince !== undefined && startAfter(record, deployed) !== undefined) {
    return clearedAt(upSince);
  }
  const actedAt = upSince === undefined ? pendingAction.actedAt : undefined;
  const judged = judgeRecord(record, desired, deployed, actedAt);
  const problem = actedAt && probeProblem(desired, observation);
  const verdict = typeof judged === "object" && problem !== undefined ? ` (${problem})` : judged;
  if (typeof verdict === "object") return verdict;
  const detail = `it has not loaded the files deployed ${formatTime(new Date(deployed))}`;
  const failure = pendingAction.failure === undefined
    ? ""
    : `; last attempt: ${pendingAction.failure}`;
  return {
    kind: "pending",
    detail: `${detail}${verdict}${failure}`,
    ...(actedAt !== undefined && { actedAt }),
  };
}

/** When the service was started, if that was after a time, whatever has come of it since. */
function startAfter(record: LoadRecord | undefined, time: number): number | undefined {
  if (record === undefined) return undefined;
  const { startedAt = 0 } = record.kind === "unit" ? record.state : record;
  const tick = record.kind === "process" ? PROCESS_TICK : CLOCK_TICK;
  return startedAt > time + tick ? startedAt : undefined;
}

/** Why it cannot be seen that the service serves anything. */
function probeProblem({ id }: DesiredService, { served }: Observation): string | undefined {
  return served.filter(({ service }) => service === id)
    .map(({ served }) => served.kind === "unreachable" ? served.problem : undefined)
    .find((problem) => problem !== undefined);
}

/** The verdict, or what is to be added to a debt. */
function judgeRecord(
  record: LoadRecord | undefined,
  desired: DesiredService,
  deployed: number,
  actedAt: Date | undefined,
): PendingActionVerdict | string {
  const stopped = (how: string) => judgeStopped(how, desired, actedAt);
  switch (record?.kind) {
    case undefined:
      return "";
    case "unit":
      return judgeUnit(record.state, desired, deployed, stopped);
    case "container":
      if (record.state === "unknown") return " (there is no such container)";
      if (record.state === "stopped") return stopped("it is not running");
      return loadedAt(record.startedAt, deployed + CLOCK_TICK) ?? "";
    case "process":
      if (record.startedAt === undefined) return stopped("it is not running");
      return loadedAt(record.startedAt, deployed + PROCESS_TICK) ?? "";
  }
}

function judgeUnit(
  state: UnitState,
  desired: DesiredService,
  deployed: number,
  stopped: (how: string) => PendingActionVerdict | string,
): PendingActionVerdict | string {
  if (state.load === "not-found") return " (systemd has no such unit)";
  if (state.active === "failed") return " (it has failed)";
  if (state.active === "inactive") {
    const ran = state.ranToItsEnd && loadedAt(state.startedAt, deployed + CLOCK_TICK);
    return ran || stopped("it is inactive");
  }
  if (state.reloadResult !== "success") return ` (last reload: ${state.reloadResult})`;
  if (state.active !== "active") return "";
  // A reload is not the restart that was asked for.
  const loaded = desired.control === "restart" ? state.startedAt : state.changedAt;
  return loadedAt(loaded, deployed + CLOCK_TICK) ?? "";
}

function judgeStopped(
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
