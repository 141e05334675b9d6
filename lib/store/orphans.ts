/**
 * Sets in the store that the configuration does not name. They may belong to another configuration
 * file that uses the same store.
 */
import type { Config } from "../config/types.ts";
import { isThere, observe, readDirectory } from "../host/read.ts";
import type { Presence } from "../host/types.ts";
import { nameOf } from "../text/path.ts";
import {
  committedDirectory,
  lockFile,
  retiredDirectory,
  stagedDirectory,
  storedDirectory,
} from "./store_paths.ts";

/** Their names, sorted. Needs no lock. */
export function orphanedSets(
  { certStore, certificates, trust }: Pick<Config, "certStore" | "certificates" | "trust">,
): Presence<readonly string[]> {
  const listing = readDirectory(certStore, [nameOf(lockFile(certStore))]);
  if (listing.kind !== "present") return listing;
  const named = new Set([...certificates, ...trust].map(({ name }) => name));
  const names = new Set([...listing.value].map(setName));
  const value = [...names].filter((name) =>
    !NOT_SETS.test(name) && !named.has(name) && holdsSet(certStore, name)
  );
  return { kind: "present", value: value.sort() };
}

/** No set can have such a name: of VCM's own files, and the archive's. */
const NOT_SETS = /^(?:\.|archive$)/;

/** The set whose directory an entry of the store is. An interrupted switch leaves these names. */
function setName(entry: string): string {
  const prefix = [retiredDirectory, committedDirectory].map((place) => nameOf(place("", "")))
    .find((prefix) => entry.startsWith(prefix)) ?? "";
  return entry.slice(prefix.length);
}

/** The directory of the valid set, also in the middle of a switch. Throws the system's error. */
export function directoryOfSet(certStore: string, name: string): string {
  const [current, retired, staged] = [storedDirectory, retiredDirectory, stagedDirectory]
    .map((path) => path(certStore, name)) as [string, string, string];
  const committed = committedDirectory(certStore, name);
  if (isThere(committed)) return committed;
  if (isThere(current) || !isThere(retired)) return current;
  return isThere(staged) ? staged : retired;
}

/** What cannot be read counts as a set, because it may hold a key. */
function holdsSet(certStore: string, name: string): boolean {
  const found = observe(storedDirectory(certStore, name), () => {
    const directory = directoryOfSet(certStore, name);
    return Deno.statSync(directory).isDirectory &&
      ["cert.pem", "privkey.pem", "source"].some((file) => isThere(`${directory}/${file}`));
  });
  return found.kind === "unreadable" || (found.kind === "present" && found.value);
}
