/** Reads the files of units, as far as they can be read: systemd itself reads them as root. */
import { readDirectory, readInfo, readText } from "../../host/read.ts";
import { nameOf } from "../../text/path.ts";

export interface UnitFile {
  readonly path: string;
  readonly text: string;
}

/**
 * A unit and its drop-ins in their order (systemd.unit(5)). The first is empty if there is no unit.
 *
 * @param directories The first that has the unit counts.
 */
export function unitFiles(unit: string, directories: readonly string[]): UnitFile[] {
  const places = directories.map((directory) => `${directory}/${unit}`);
  const main = places.find((path) => readInfo(path).kind === "present") ?? "";
  const dropIns = places.flatMap((place) => {
    const names = readDirectory(`${place}.d`);
    return names.kind === "present" ? [...names.value].map((name) => `${place}.d/${name}`) : [];
  });
  const ordered = dropIns.filter((path) => path.endsWith(".conf"))
    .sort((a, b) => nameOf(a) < nameOf(b) ? -1 : 1);
  return [main, ...ordered].map((path) => ({ path, text: textOf(path) }));
}

/** Empty if it cannot be read. */
export function textOf(path: string): string {
  const text = readText(path);
  return text.kind === "present" ? text.value : "";
}
