/**
 * Says where the unit that `vcm install` wrote may not write what the file asks for by now: a run by
 * hand may, and the timer's would fail months later.
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
  // A drop-in may open what the unit closes, and what it says of paths is systemd's to read.
  if (readInfo(`${unit}.d`).kind === "present") return;
  const text = readText(unit);
  if (text.kind !== "present") return;
  const message = narrowness(text.value, namedFile(config), writesOf(config));
  if (message !== undefined) emit({ kind: "warning", subject: SERVICE, message });
}
