/** Owners and groups: local ones from files, all others by `getent`, so that LDAP and SSSD users count. */
import type { Account } from "./types.ts";
import { CommandError, runCommand } from "./run_command.ts";
import {
  type Database,
  localAccounts,
  type LocalIds,
  localOwnGroups,
  parseIds,
  parseOwnGroups,
} from "./local_accounts.ts";

const GETENT = ["/usr/bin/getent", "/bin/getent"];
/** Milliseconds; a directory service can be slow, and a run without it is better than one that hangs. */
const GETENT_LIMIT = 10_000;

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
  const local = localAccounts();
  const [users, gids] = await Promise.all([
    ids("passwd", owners, local),
    ids("group", groups, local),
  ]);
  return {
    owner: (name) => account(users, name),
    group: (name) => account(gids, name),
    ownerName: (uid) => nameOf(users, uid),
    groupName: (gid) => nameOf(gids, gid),
  };
}

/** The primary group of each user, by ID. Needs run permission for getent. */
export async function ownGroupsOf(uids: Iterable<number>): Promise<ReadonlyMap<number, number>> {
  const wanted = [...uids];
  if (wanted.length === 0) return new Map();
  const local = localOwnGroups();
  const groups = new Map<number, number>();
  await Promise.all(wanted.map(async (uid) => {
    const gid = local.get(uid) ??
      parseOwnGroups((await getent(["passwd", String(uid)])).stdout).get(uid);
    if (gid !== undefined) groups.set(uid, gid);
  }));
  return groups;
}

function account(ids: ReadonlyMap<string, number>, name: string | undefined): Account {
  if (name === undefined) return { kind: "unspecified" };
  const id = isNumber(name) ? Number(name) : ids.get(name);
  return id === undefined ? { kind: "unknown", name } : { kind: "given", name, id };
}

function nameOf(ids: ReadonlyMap<string, number>, id: number): string {
  for (const [name, known] of ids) if (known === id) return name;
  return id === 0 ? "root" : String(id);
}

async function ids(
  database: Database,
  wanted: Iterable<string>,
  localIds: LocalIds,
): Promise<Map<string, number>> {
  const names = [...new Set(wanted)].filter((name) => !isNumber(name));
  if (names.length === 0) return new Map();
  const local = localIds(database);
  const found = new Map<string, number>();
  await Promise.all(names.map(async (name) => {
    // One by one: a directory service may answer with another spelling of the name.
    const id = local.get(name) ?? firstId((await getent([database, "--", name])).stdout);
    if (id !== undefined) found.set(name, id);
  }));
  return found;
}

function firstId(text: string): number | undefined {
  const [id] = parseIds(text).values();
  return id;
}

async function getent(args: string[]) {
  try {
    return await runCommand(GETENT, args, GETENT_LIMIT);
  } catch (error) {
    if (error instanceof CommandError) return { stdout: "" };
    throw error;
  }
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}
