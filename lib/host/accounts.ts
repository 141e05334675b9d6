/**
 * Owners and groups: local ones from files, all others by `getent`, so that LDAP and SSSD users count.
 * The files are read directly if `getent` would give the same answer, which saves starting two
 * processes in every run.
 */
import type { Account } from "./types.ts";
import { readText } from "./read.ts";

const GETENT = ["/usr/bin/getent", "/bin/getent"];
/** Milliseconds; a directory service can be slow, and a run without it is better than one that hangs. */
const GETENT_LIMIT = 10_000;

type Database = "passwd" | "group";

/** All accounts that the configuration names, as this host knows them. */
export interface AccountBook {
  owner(name: string | undefined): Account;
  group(name: string | undefined): Account;
  /** Name of a uid if it is root's or that of an owner in the configuration, else its digits. */
  ownerName(uid: number): string;
  groupName(gid: number): string;
}

/** @param owners, groups Names or numbers. Needs run permission for getent. */
export async function lookUpAccounts(
  owners: Iterable<string>,
  groups: Iterable<string>,
): Promise<AccountBook> {
  const [users, gids] = await Promise.all([ids("passwd", owners), ids("group", groups)]);
  return {
    owner: (name) => account(users, name),
    group: (name) => account(gids, name),
    ownerName: (uid) => accountName(users, uid),
    groupName: (gid) => accountName(gids, gid),
  };
}

/** The primary group of each user, by ID. Needs run permission for getent. */
export async function ownGroupsOf(uids: Iterable<number>): Promise<ReadonlyMap<number, number>> {
  const wanted = [...uids];
  if (wanted.length === 0) return new Map();
  const local = localOwnGroups();
  const groups = new Map<number, number>();
  await Promise.all(wanted.map(async (uid) => {
    const gid = local.get(uid) ?? parseOwnGroups(await getent("passwd", String(uid))).get(uid);
    if (gid !== undefined) groups.set(uid, gid);
  }));
  return groups;
}

/** The primary group of each local user, by ID; empty if the files are not asked first. */
export function localOwnGroups(): ReadonlyMap<number, number> {
  return parseOwnGroups(localText("passwd"));
}

function account(ids: ReadonlyMap<string, number>, name: string | undefined): Account {
  if (name === undefined) return { kind: "unspecified" };
  const id = isNumber(name) ? Number(name) : ids.get(name);
  return id === undefined ? { kind: "unknown", name } : { kind: "given", name, id };
}

function accountName(ids: ReadonlyMap<string, number>, id: number): string {
  for (const [name, known] of ids) if (known === id) return name;
  return id === 0 ? "root" : String(id);
}

async function ids(database: Database, wanted: Iterable<string>): Promise<Map<string, number>> {
  const names = [...new Set(wanted)].filter((name) => !isNumber(name));
  if (names.length === 0) return new Map();
  const local = parseIds(localText(database));
  const found = new Map<string, number>();
  await Promise.all(names.map(async (name) => {
    // One by one: a directory service may answer with another spelling of the name.
    const id = local.get(name) ?? firstId(await getent(database, "--", name));
    if (id !== undefined) found.set(name, id);
  }));
  return found;
}

function firstId(text: string): number | undefined {
  const [id] = parseIds(text).values();
  return id;
}

async function getent(...args: readonly string[]): Promise<string> {
  const { tryCommand } = await import("./run_command.ts");
  return (await tryCommand(GETENT, args, GETENT_LIMIT))?.stdout ?? "";
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

/**
 * `/etc/passwd` or `/etc/group`; empty unless `/etc/nsswitch.conf` asks the files first
 * (nsswitch.conf(5)) or does not exist.
 */
function localText(database: Database): string {
  const sources = new RegExp(`^\\s*${database}:\\s*(\\S+)`, "m").exec(textOf("/etc/nsswitch.conf"));
  return sources === null || sources[1] === "files" ? textOf(`/etc/${database}`) : "";
}

/** Empty if it cannot be read: getent then answers, and an account that stays unknown is reported. */
function textOf(path: string): string {
  const text = readText(path);
  return text.kind === "present" ? text.value : "";
}

/** Reads `name:password:number:…` lines; the first of two lines with the same name counts. */
export function parseIds(text: string): Map<string, number> {
  const ids = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [name, , id] = line.split(":");
    if (name && id !== undefined && isNumber(id) && !ids.has(name)) ids.set(name, Number(id));
  }
  return ids;
}

/** Reads `name:password:uid:gid:…` lines; the first of two lines with the same ID counts. */
export function parseOwnGroups(text: string): Map<number, number> {
  const groups = new Map<number, number>();
  for (const line of text.split("\n")) {
    const [, , uid = "", gid = ""] = line.split(":");
    if (isNumber(uid) && isNumber(gid) && !groups.has(Number(uid))) {
      groups.set(Number(uid), Number(gid));
    }
  }
  return groups;
}
