/** Places that a unit hides from its processes, and whether paths are there. Changes nothing. */
import { directoryOf, nameOf } from "../../text/path.ts";

/** Hidden by ProtectHome, by PrivateTmp and by InaccessiblePaths. */
export const PLACES = {
  home: ["/home", "/root", "/run/user"],
  tmp: ["/tmp", "/var/tmp"],
  shm: ["/dev/shm"],
} as const;

/** Whether a path is another one or is below it. */
export function isIn(path: string, above: string): boolean {
  return path === above || path.startsWith(above === "/" ? "/" : `${above}/`);
}

/** The first of the paths that is in a place, by its name or once links are followed. */
export function firstIn(
  place: keyof typeof PLACES,
  paths: readonly string[],
): string | undefined {
  const tops = PLACES[place].flatMap((top) => [top, realPath(top)]);
  return paths.find((path) => {
    const real = realPath(path);
    return tops.some((top) => isIn(path, top) || isIn(real, top));
  });
}

/** The path with links followed, as far as it exists. */
export function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    // What cannot be resolved counts by its name.
    if (path === "/") return path;
    const above = realPath(directoryOf(path));
    return `${above === "/" ? "" : above}/${nameOf(path)}`;
  }
}

/** The path or, if it does not exist, the nearest directory above it that does. */
export function nearestExisting(path: string): string {
  try {
    Deno.statSync(path);
    return path;
  } catch (error) {
    if (path === "/" || !(error instanceof Deno.errors.NotFound)) return path;
    return nearestExisting(directoryOf(path));
  }
}

/** Each once, without directories in others, links followed. */
export function topmost(directories: readonly string[]): string[] {
  const all = [...new Set(directories)].sort().map((path) => ({ path, real: realPath(path) }));
  return all.filter(({ path, real }) =>
    !all.some((other) =>
      other.path !== path && isIn(real, other.real) && (real !== other.real || other.path < path)
    )
  ).map(({ path }) => path);
}
