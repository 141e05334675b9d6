/**
 * Owners and groups in `/etc/passwd` and `/etc/group`. They are read directly if `getent` would give
 * the same answer, that is if `/etc/nsswitch.conf` asks the files first (nsswitch.conf(5)) or does not
 * exist. This saves starting two processes in every run.
 */
import { readText } from "./read.ts";

export type Database = "passwd" | "group";

/** IDs of all local names; empty if the files are not asked first. */
export type LocalIds = (database: Database) => ReadonlyMap<string, number>;

/** Reads each file when it is first needed. */
export function localAccounts(): LocalIds {
  let switches: string | undefined;
  return (database) => {
    switches ??= textOf("/etc/nsswitch.conf");
    return filesComeFirst(database, switches) ? parseIds(textOf(`/etc/${database}`)) : new Map();
  };
}

/** The primary group of each local user, by ID; empty if the files are not asked first. */
export function localOwnGroups(): ReadonlyMap<number, number> {
  return filesComeFirst("passwd", textOf("/etc/nsswitch.conf"))
    ? parseOwnGroups(textOf("/etc/passwd"))
    : new Map();
}

function filesComeFirst(database: Database, switches: string): boolean {
  const sources = new RegExp(`^\\s*${database}:\\s*(\\S+)`, "m").exec(switches);
  return sources === null || sources[1] === "files";
}

/** Reads `name:password:number:…` lines; the first of two lines with the same name counts. */
export function parseIds(text: string): Map<string, number> {
  const ids = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [name, , id] = line.split(":");
    if (name && id !== undefined && /^\d+$/.test(id) && !ids.has(name)) ids.set(name, Number(id));
  }
  return ids;
}

/** Reads `name:password:uid:gid:…` lines; the first of two lines with the same ID counts. */
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
