/**
 * Owners and groups in `/etc/passwd` and `/etc/group`, read directly where this gives the answer
 * that `getent` would give: where `/etc/nsswitch.conf` asks the files first (nsswitch.conf(5)), or
 * is not there. It saves starting two processes on every run.
 */
import { readText } from "./read.ts";

export type Database = "passwd" | "group";

/** Numbers of all local names; empty where the files do not have the first say. */
export type LocalIds = (database: Database) => ReadonlyMap<string, number>;

/** Reads files only when it is asked, and the one that both databases share only once. */
export function localAccounts(): LocalIds {
  let switches: string | undefined;
  return (database) => {
    switches ??= textOf("/etc/nsswitch.conf");
    return filesComeFirst(database, switches) ? parseIds(textOf(`/etc/${database}`)) : new Map();
  };
}

/** The own group of each local user, by number; empty where the files do not have the first say. */
export function localOwnGroups(): ReadonlyMap<number, number> {
  return filesComeFirst("passwd", textOf("/etc/nsswitch.conf"))
    ? parseOwnGroups(textOf("/etc/passwd"))
    : new Map();
}

function filesComeFirst(database: Database, switches: string): boolean {
  const sources = new RegExp(`^\\s*${database}:\\s*(\\S+)`, "m").exec(switches);
  return sources === null || sources[1] === "files";
}

/** Reads `name:password:number:…` lines; of two lines with one name the first counts. */
export function parseIds(text: string): Map<string, number> {
  const ids = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [name, , id] = line.split(":");
    if (name && id !== undefined && /^\d+$/.test(id) && !ids.has(name)) ids.set(name, Number(id));
  }
  return ids;
}

/** Reads `name:password:uid:gid:…` lines; of two lines with one number the first counts. */
export function parseOwnGroups(text: string): Map<number, number> {
  const groups = new Map<number, number>();
  for (const line of text.split("\n")) {
    const [, , uid = "", gid = ""] = line.split(":");
    if (/^\d+$/.test(uid) && /^\d+$/.test(gid) && !groups.has(Number(uid))) {
      groups.set(Number(uid), Number(gid));
    }
  }
  return groups;
}

function textOf(path: string): string {
  const text = readText(path);
  return text.kind === "present" ? text.value : "";
}
