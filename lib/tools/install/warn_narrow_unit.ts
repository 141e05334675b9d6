/**
 * Warns if the installed unit cannot write what the configuration now needs. A manual run can, but
 * the run of the timer would fail months later.
 */
import type { Emit } from "../../apply/events.ts";
import type { Config } from "../../config/types.ts";
import { readInfo, readText } from "../../host/read.ts";
import { namedFile, writesOf } from "./unit_facts.ts";
import { narrowness, SERVICE } from "./units_text.ts";

/** @param unit Path of the unit. Needs read permission for it. */
export function warnNarrowUnit(
  config: Config,
  emit: Emit,
  unit = `/etc/systemd/system/${SERVICE}`,
): void {
  // A drop-in may allow the paths, and only systemd can interpret that.
  if (readInfo(`${unit}.d`).kind === "present") return;
  const text = readText(unit);
  if (text.kind !== "present") return;
  const message = narrowness(text.value, namedFile(config), writesOf(config));
  if (message !== undefined) emit({ kind: "warning", subject: SERVICE, message });
}
