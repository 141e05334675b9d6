/** Makes systemd units load new files. Needs run permission for systemctl. */
import type { Control } from "../../config/types.ts";
import type { UnitState } from "../../host/types.ts";
import { runCommand } from "../../host/run_command.ts";
import { observeUnits, SYSTEMCTL } from "../../host/units.ts";
import { howUnloaded, stuckReload } from "../../plan/unit_problem.ts";
import type { ActionResult } from "./commands.ts";
import { DONE, failed, managerFailed } from "./result.ts";

/** Milliseconds. A reload that takes longer is not waited for: the next one would wait for it too. */
const LONG_RELOAD = 10_000;

/** Arguments of `systemctl` before the unit's name; only start and restart start a stopped unit. */
function argumentsFor(control: Control, signal: string): readonly string[] {
  switch (control) {
    case "reload":
    case "start":
    case "restart":
      return [control];
    case "reload-or-restart":
    case "try-reload-or-restart":
      return ["try-reload-or-restart"];
    case "signal":
      return ["kill", "--kill-who=main", `--signal=SIG${signal}`];
  }
}

/** @param timeout Seconds. */
export async function actOnUnit(
  unit: string,
  control: Control,
  timeout: number,
  signal = "HUP",
): Promise<ActionResult> {
  const refusal = refuse(unit, control, (await observeUnits([unit])).get(unit));
  if (refusal !== undefined) return refusal;
  const args = argumentsFor(control, signal);
  const result = await runCommand(SYSTEMCTL, [...args, "--", unit], timeout * 1000);
  const said = `"systemctl ${args.join(" ")} ${unit}"`;
  const after = (await observeUnits([unit])).get(unit);
  if (result.code !== 0) {
    const { kind, message, ...late } = managerFailed(said, result, timeout);
    const still = late.timedOut && after !== undefined ? `; ${howUnfinished(after)}` : "";
    return { kind, message: `${message}${still}`, ...late };
  }
  if (after?.active === "inactive" && !after.conditionMet) {
    return failed(
      `after ${said} it is inactive, because a condition of the unit was not met; ` +
        `see: systemctl status ${unit}`,
    );
  }
  if (after?.active === "failed" || (after?.active === "inactive" && !after.ranToItsEnd)) {
    const how = after.active === "failed" ? "has failed" : "is inactive";
    return failed(`after ${said} it ${how}; see: ${journal(unit)}`);
  }
  return DONE;
}

/** What a unit does when its action has taken too long; the action goes on in systemd. */
function howUnfinished({ unit, active, changedAt }: UnitState): string {
  if (active === "reloading") return stuckReload(unit, changedAt);
  return `it is ${active === "active" ? "active" : `still ${active}`}; see: ${journal(unit)}`;
}

/** The result if systemctl would do nothing, or less than was asked for. */
function refuse(
  unit: string,
  control: Control,
  state: UnitState | undefined,
): ActionResult | undefined {
  if (state?.load === "not-found" && state.active === "inactive") {
    return failed(`systemd has no unit "${unit}"; to see why: vcm doctor`);
  }
  const starts = control === "restart" || control === "start";
  if (state?.active === "failed" && !starts) {
    return failed(`it has failed, and "${control}" does not start it; see: ${journal(unit)}`);
  }
  if (state?.active === "inactive" && !starts) {
    return {
      kind: "not-active",
      message: "it is not active; it loads the new files when it starts",
    };
  }
  // A signal reaches its processes whatever systemd knows of its file.
  const unloaded = control === "signal" ? undefined : state && howUnloaded(state);
  if (unloaded !== undefined) return failed(unloaded);
  if (state?.active === "reloading" && !starts && control !== "signal") {
    if (Date.now() - state.changedAt > LONG_RELOAD) {
      return failed(stuckReload(unit, state.changedAt));
    }
  }
  if (state?.active === "active" && control === "start") {
    return failed(
      'it is already active, and "start" does not load new files; use "reload" or "restart"',
    );
  }
  if (state?.active === "active" && control === "reload" && !state.canReload) {
    return failed(
      'it cannot reload (no ExecReload); use "control: reload-or-restart" or "restart"',
    );
  }
  return undefined;
}

function journal(unit: string): string {
  return `journalctl -u ${unit}`;
}
