/** Makes systemd units load new files. Needs run permission for systemctl. */
import type { Control } from "../../config/types.ts";
import type { UnitState } from "../../host/types.ts";
import { runCommand } from "../../host/run_command.ts";
import { observeUnits, SYSTEMCTL } from "../../host/units.ts";
import type { ActionResult } from "./commands.ts";
import { DONE, failed, managerFailed } from "./result.ts";

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
  if (result.code !== 0) return managerFailed(said, result, timeout);
  const after = (await observeUnits([unit])).get(unit);
  if (after?.active === "failed" || (after?.active === "inactive" && !after.ranToItsEnd)) {
    return failed(`after ${said} it is ${after.active}; see: ${journal(unit)}`);
  }
  return DONE;
}

/** The result if systemctl would do nothing, or less than was asked for. */
function refuse(
  unit: string,
  control: Control,
  state: UnitState | undefined,
): ActionResult | undefined {
  if (state?.load === "not-found") {
    return failed(`systemd has no unit "${unit}"; check the name`);
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
