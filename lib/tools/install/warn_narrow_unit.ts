/**
 * Finds out if the installed unit is too narrow for what the configuration now needs. A manual run
 * works, but the run of the timer would fail months later.
 */
import type { Emit } from "../../apply/events.ts";
import type { Config } from "../../config/types.ts";
import { directoryOf } from "../../text/path.ts";
import { narrowness } from "./narrow_unit.ts";
import { ENVIRONMENT_FILE, handsWrapped, unitFacts } from "./unit_facts.ts";
import { textOf, unitFiles } from "./unit_files.ts";
import { SERVICE } from "./units_text.ts";

export { SERVICE };

export const UNIT = `/etc/systemd/system/${SERVICE}`;

export function warnNarrowUnit(config: Config, emit: Emit, unit = UNIT): void {
  const message = narrowUnit(config, unit);
  if (message !== undefined) emit({ kind: "warning", subject: SERVICE, message });
}

/**
 * Why the unit is too narrow. Undefined: it is not, or there is none.
 *
 * @param config With the manager of each service.
 * @param unit Its path. Needs read permission for it and for its drop-ins.
 */
export function narrowUnit(config: Config, unit = UNIT): string | undefined {
  const texts = unitFiles(SERVICE, [directoryOf(unit)]).map(({ text }) => text);
  if (texts[0] === "") return undefined;
  const isHandedWrapped = [...texts, textOf(ENVIRONMENT_FILE)].some(handsWrapped);
  return narrowness(texts, unitFacts(config, unit, isHandedWrapped));
}
