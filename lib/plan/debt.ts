/** Whether a service has loaded what lies on its disk. */
import { formatMoment } from "./moment.ts";
import type { ServiceWish } from "./service_wish.ts";
import type { LoadRecord, MarkerObservation, Observation, UnitState } from "./types.ts";

/** What a marker means now. */
export type MarkerVerdict =
  | { readonly kind: "owed"; readonly detail: string }
  | { readonly kind: "settled"; readonly detail: string };

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
 * Not seen: a reload that began before a file was replaced and ended after it.
 */
export function judgeMarker(
  marker: MarkerObservation,
  wish: ServiceWish,
  observation: Observation,
): MarkerVerdict {
  const deployed = Math.max(marker.since, lastChange(wish, observation));
  const verdict = judgeRecord(marker.record, wish, deployed);
  if (typeof verdict === "object") return verdict;
  const detail = `it has not loaded the files deployed ${formatMoment(new Date(deployed))}`;
  const failure = marker.failure === undefined ? "" : `; last time: ${marker.failure}`;
  return { kind: "owed", detail: `${detail}${verdict}${failure}` };
}

/** The verdict, or what is to be added to a debt. */
function judgeRecord(
  record: LoadRecord | undefined,
  wish: ServiceWish,
  deployed: number,
): MarkerVerdict | string {
  switch (record?.kind) {
    case undefined:
      return "";
    case "unit":
      return judgeUnit(record.state, wish, deployed);
    case "container":
      if (record.state === "unknown") return " (there is no such container)";
      if (record.state === "stopped") return judgeStopped("it is not running", wish);
      return loadedAt(record.startedAt, deployed + CLOCK_TICK) ?? "";
    case "process":
      if (record.startedAt === undefined) return judgeStopped("it is not running", wish);
      return loadedAt(record.startedAt, deployed + PROCESS_TICK) ?? "";
  }
}

function judgeUnit(
  state: UnitState,
  wish: ServiceWish,
  deployed: number,
): MarkerVerdict | string {
  if (state.load === "not-found") return " (systemd knows no such unit)";
  if (state.active === "failed") return " (it has failed)";
  if (state.active === "inactive") return judgeStopped("it is inactive", wish);
  if (state.reloadResult !== "success") return ` (last reload: ${state.reloadResult})`;
  if (state.active !== "active") return "";
  // A reload is not the restart that was asked for.
  const loaded = wish.control === "restart" ? state.startedAt : state.changedAt;
  return loadedAt(loaded, deployed + CLOCK_TICK) ?? "";
}

function judgeStopped(how: string, { control }: ServiceWish): MarkerVerdict | string {
  if (control === "restart" || control === "start") return ` (${how})`;
  return { kind: "settled", detail: `${how} and loads them when it starts` };
}

function loadedAt(loaded: number, deployed: number): MarkerVerdict | undefined {
  if (loaded <= deployed) return undefined;
  return { kind: "settled", detail: `it loaded them ${formatMoment(new Date(loaded))}` };
}

/** The last change of any file of the certificates that name the service. */
function lastChange(wish: ServiceWish, observation: Observation): number {
  const names = new Set(wish.certificates);
  return observation.certificates
    .filter((certificate) => names.has(certificate.name))
    .flatMap((certificate) => certificate.targets)
    .reduce(
      (last, { file }) => file.kind === "present" ? Math.max(last, file.value.changedAt) : last,
      0,
    );
}
