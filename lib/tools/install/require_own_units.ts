/** Refuses to install over units of others. */
import { printable } from "../../text/printable.ts";
import { shellWord } from "../../text/shell_word.ts";
import type { FileChange } from "./install_text.ts";
import { isOurs } from "./units_text.ts";
import type { UnitStates } from "./unit_states.ts";

/**
 * Throws Error if a unit that "vcm install" did not write lies where a file is to be written, or
 * would be hidden by that file (systemd.unit(5), "Unit File Load Path").
 */
export function requireOwnUnits(
  files: readonly FileChange[],
  { fragments }: Pick<UnitStates, "fragments">,
): void {
  const written = files.filter(({ state }) => state === "written");
  const foreign = written.filter(({ before }) => before !== undefined && !isOurs(before));
  if (foreign.length > 0) throw new Error(overwrites(foreign.map(({ path }) => path)));
  for (const { path, before } of written) {
    const unit = path.slice(path.lastIndexOf("/") + 1);
    const hidden = fragments.find((fragment) => fragment !== path && fragment.endsWith(`/${unit}`));
    if (before === undefined && hidden !== undefined) throw new Error(hides(hidden, path, unit));
  }
}

function overwrites(paths: readonly string[]): string {
  const moves = paths.map(shellWord).map((path) => `mv ${path} ${path}.saved`).join(" && ");
  const dropIns = paths.map((path) => `${path}.d/own.conf`).join(" and ");
  return printable(
    `"vcm install" does not overwrite ${
      listed(paths)
    }, which it did not write; nothing was changed; ` +
      `fix: run "${moves}", then "vcm install" again; put your own lines into ` +
      `a drop-in (${dropIns})`,
  );
}

function hides(hidden: string, path: string, unit: string): string {
  return printable(
    `"vcm install" did not write "${hidden}", and "${path}" would hide it; nothing was changed. ` +
      `To change that unit, run "systemctl edit ${unit}"; to let VCM write its own, ` +
      'remove that unit and run "vcm install" again',
  );
}

function listed(paths: readonly string[]): string {
  return paths.map((path) => `"${path}"`).join(" and ");
}
