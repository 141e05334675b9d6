/** Applies the changes that `vcm install` has shown, in their order. */
import { lockStore } from "../../store/lock.ts";
import { explainFailure } from "../../host/command_output.ts";
import { parseTimestamp } from "../../host/units.ts";
import type { Changes } from "./install_text.ts";
import { TIMER } from "./units_text.ts";
import type { ServiceHost } from "./service_host.ts";

/** Throws Error that says what is already done, or StoreError. */
export async function carryOutChanges(changes: Changes, on: ServiceHost): Promise<void> {
  const { first, files, store, then } = changes;
  const done: string[] = [];
  if (store !== undefined) lockStore(store)[Symbol.dispose]();
  for (const command of first) await call(command, done, on);
  for (const { path, state, after } of files) {
    if (state === "written") on.write(path, after ?? "");
    if (state === "removed") on.remove(path);
    if (state === "written" || state === "removed") done.push(`${path} is ${state}`);
  }
  for (const command of then) await call(command, done, on);
}

async function call(
  command: readonly string[],
  done: readonly string[],
  on: ServiceHost,
): Promise<void> {
  const result = await on.systemctl(command.slice(1));
  if (result.code === 0) return;
  const before = done.length === 0 ? "nothing" : done.join(", ");
  throw new Error(`"${command.join(" ")}" ${explainFailure(result, 60)}; already done: ${before}`);
}

/** When the timer starts the next run. */
export async function nextRun(on: ServiceHost): Promise<Date | undefined> {
  const { stdout } = await on.systemctl([
    "show",
    "--value",
    "--property=NextElapseUSecRealtime",
    TIMER,
  ]);
  const at = parseTimestamp(stdout);
  return at === 0 ? undefined : new Date(at);
}
