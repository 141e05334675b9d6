/** Asks systemd about units. Needs run permission for systemctl. */
import type { UnitState } from "./types.ts";
import { tryCommand } from "./run_command.ts";

export const SYSTEMCTL = ["/usr/bin/systemctl", "/bin/systemctl"];
const SHOW_LIMIT = 20_000;
const PROPERTIES = "Id,LoadState,ActiveState,SubState,StateChangeTimestamp,ActiveEnterTimestamp," +
  "InactiveExitTimestamp,ReloadResult,CanReload,Type,RemainAfterExit,ExitType,Result,NRestarts," +
  "MainPID,ConditionResult,ConditionTimestamp";

/**
 * Units for one call: of longer output only the beginning is kept (run_command.ts), and the answer about
 * a unit with the longest name has less than 800 characters.
 */
const AT_ONCE = 80;

/**
 * State of units by name; without those about which systemd cannot be asked.
 *
 * @param systemctl Absolute paths to try.
 */
export async function observeUnits(
  units: readonly string[],
  systemctl: readonly string[] = SYSTEMCTL,
): Promise<Map<string, UnitState>> {
  const found = new Map<string, UnitState>();
  for (let at = 0; at < units.length; at += AT_ONCE) {
    const some = units.slice(at, at + AT_ONCE);
    const states = parseUnits(await show(some, systemctl));
    // It would not answer the next call either.
    if (states.length === 0) break;
    // An alias is answered under the unit's own name. If a unit has no answer, places tell nothing.
    const isWhole = states.length === some.length;
    for (const [place, state] of states.entries()) {
      found.set(isWhole && some[place] || state.unit, state);
    }
  }
  return found;
}

/**
 * The answer of systemctl, empty if it cannot be run. Times are in microseconds if systemd can print
 * them (version 249 and later), else in seconds. With seconds, a service that reloaded in the second of
 * a write seems not to have loaded it: that costs one more reload and loses nothing.
 */
async function show(units: readonly string[], systemctl: readonly string[]): Promise<string> {
  const ask = (...options: string[]) => {
    const args = ["show", `--property=${PROPERTIES}`, ...options, "--", ...units];
    return tryCommand(systemctl, args, SHOW_LIMIT);
  };
  const exact = await ask("--timestamp=us+utc");
  const isOld = exact?.code !== 0 && /timestamp/.test(exact?.stderr ?? "");
  return (isOld ? await ask() : exact)?.stdout ?? "";
}

/** Reads the answer of `systemctl show`: one block of `Key=value` lines for each unit, in the order asked. */
export function parseUnits(text: string): UnitState[] {
  return text.trim().split(/\n\s*\n/).filter((block) => block !== "").map((block) => {
    const values = new Map(
      block.split("\n").map((line) => {
        const at = line.indexOf("=");
        return [line.slice(0, at), line.slice(at + 1)] as const;
      }),
    );
    const ranToItsEnd = values.get("Type") === "oneshot" && values.get("Result") === "success" &&
      values.get("RemainAfterExit") !== "yes";
    // Such a unit never becomes active.
    const start = ranToItsEnd ? "InactiveExitTimestamp" : "ActiveEnterTimestamp";
    return {
      unit: values.get("Id") ?? "",
      load: values.get("LoadState") ?? "",
      active: values.get("ActiveState") ?? "",
      sub: values.get("SubState") ?? "",
      type: values.get("Type") ?? "",
      changedAt: parseTimestamp(values.get("StateChangeTimestamp") ?? ""),
      startedAt: parseTimestamp(values.get(start) ?? ""),
      reloadResult: values.get("ReloadResult") ?? "success",
      canReload: values.get("CanReload") !== "no",
      ranToItsEnd,
      // Absent before systemd 235, and for units without processes.
      restarts: Number(values.get("NRestarts") ?? 0) || 0,
      // With this type the unit outlives its main process (systemd 250 and later).
      hasMain: values.get("ExitType") !== "cgroup" && (values.get("MainPID") ?? "0") !== "0",
      // Without a time none was checked: the unit was not started, or systemd has forgotten that.
      conditionMet: values.get("ConditionResult") !== "no" || !values.get("ConditionTimestamp"),
    };
  });
}

/** `Tue 2026-11-24 10:00:00.123456 UTC` in milliseconds since the epoch; 0 for none. */
export function parseTimestamp(text: string): number {
  const match = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)? UTC/.exec(text);
  if (!match) return 0;
  const second = Date.parse(`${match[1]}T${match[2]}Z`);
  return Number.isNaN(second) ? 0 : second + Number(`0${match[3] ?? ""}`) * 1000;
}
