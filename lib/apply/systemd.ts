/** Lets systemd units load new files. Needs run permission for systemctl. */
import type { Control } from "../config/types.ts";
import { runCommand } from "../observe/command.ts";
import { observeUnits, SYSTEMCTL } from "../observe/services.ts";

/** What came of an action. */
export type ActionResult =
  | { readonly kind: "done" }
  /** The unit is not running, and nobody asked to start it: it loads the files when it starts. */
  | { readonly kind: "not-active"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

/** systemd gives a job 90 s by default (DefaultTimeoutStartSec) to end in some way. */
const ACTION_LIMIT = 120_000;

/** `systemctl`'s verbs; only `restart` starts a unit that was stopped. */
const VERBS: Readonly<Record<Control, string>> = {
  "reload": "reload",
  "restart": "restart",
  "reload-or-restart": "try-reload-or-restart",
  "try-reload-or-restart": "try-reload-or-restart",
};

export async function actOnUnit(unit: string, control: Control): Promise<ActionResult> {
  const before = (await observeUnits([unit])).get(unit);
  if (before?.load === "not-found") {
    return failed(`systemd knows no unit "${unit}"; is its name right?`);
  }
  if (before?.active === "failed" && control !== "restart") {
    return failed(`it has failed, and nobody asked to start it; see: ${journal(unit)}`);
  }
  if (before?.active === "inactive" && control !== "restart") {
    return { kind: "not-active", message: "it is not active, so it was not started" };
  }
  const verb = VERBS[control];
  const result = await runCommand(SYSTEMCTL, [verb, "--", unit], ACTION_LIMIT);
  if (result.code === 124) {
    return failed(`"systemctl ${verb} ${unit}" took longer than ${ACTION_LIMIT / 1000} s`);
  }
  if (result.code !== 0) {
    return failed(`"systemctl ${verb} ${unit}" failed: ${firstLines(result.stderr)}`);
  }
  const after = (await observeUnits([unit])).get(unit);
  if (after?.active === "failed" || (after?.active === "inactive" && !after.ranToItsEnd)) {
    return failed(`after "systemctl ${verb} ${unit}" it is ${after.active}; see: ${journal(unit)}`);
  }
  return { kind: "done" };
}

function failed(message: string): ActionResult {
  return { kind: "failed", message };
}

function journal(unit: string): string {
  return `journalctl -u ${unit}`;
}

/** What systemctl said, short enough for one line. */
function firstLines(text: string): string {
  const line = text.trim().split("\n").map((line) => line.trim()).join(" ").slice(0, 500);
  return line === "" ? "no reason given" : line;
}
