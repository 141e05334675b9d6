/**
 * Whether a configuration file can be trusted. It controls what root writes and restarts, so nobody
 * else may be able to change or replace it.
 *
 * Checked are the file, its directory and, if the path is a symbolic link, the directory of each link.
 * Not checked are their parent directories, and access control lists beyond the mode.
 */
import { dirname, resolve } from "node:path";
import type { Diagnostic } from "./diagnostic.ts";
import { shellWord } from "../text/quote.ts";

/** The limit of Linux (path_resolution(7)). */
const MAX_LINKS = 40;

/** A path with its symbolic links resolved. */
export interface Followed {
  /** The file itself, no longer a link. */
  readonly path: string;
  readonly info: Deno.FileInfo;
  /** The directories of the links and of the file. */
  readonly directories: readonly string[];
}

/** Resolves a path, link by link. */
export function follow(path: string): Followed {
  const directories = new Set<string>();
  let current = resolve(path);
  for (let links = 0; links <= MAX_LINKS; links++) {
    directories.add(dirname(current));
    const info = Deno.lstatSync(current);
    if (!info.isSymlink) return { path: current, info, directories: [...directories] };
    current = resolve(dirname(current), Deno.readLinkSync(current));
  }
  throw new Deno.errors.FilesystemLoop("Too many symbolic links");
}

/** Why the file cannot be trusted, one diagnostic for each path. @param uid The running user. */
export function distrust(followed: Followed, uid: number): Diagnostic[] {
  const diagnostics = [check(followed.path, "file", followed.info, uid)];
  for (const directory of followed.directories) {
    diagnostics.push(check(directory, "directory", Deno.statSync(directory), uid));
  }
  return diagnostics.filter((diagnostic) => diagnostic !== undefined);
}

/** Why a directory cannot be trusted if every file in it may be read. */
export function distrustDirectory(path: string, uid: number): Diagnostic | undefined {
  return check(resolve(path), "directory", Deno.statSync(path), uid, "put a file there");
}

function check(
  path: string,
  kind: "file" | "directory",
  info: Deno.FileInfo,
  uid: number,
  threat = "change this file",
): Diagnostic | undefined {
  const facts: string[] = [];
  const fixes: string[] = [];
  if (info.uid !== 0 && info.uid !== uid) {
    facts.push(`is owned by user ${info.uid}, not by root${uid === 0 ? "" : ` or user ${uid}`}`);
    fixes.push(`chown ${uid === 0 ? "root" : uid} ${shellWord(path)}`);
  }
  const mode = (info.mode ?? 0) & 0o7777;
  if ((mode & 0o022) !== 0) {
    const writer = mode & 0o002 ? "every user" : "its group";
    facts.push(`is writable by ${writer} (mode 0${mode.toString(8).padStart(3, "0")})`);
    fixes.push(`chmod go-w ${shellWord(path)}`);
  }
  if (facts.length === 0) return undefined;
  // A sticky directory such as /tmp is writable on purpose: the file must move.
  const shared = kind === "directory" && (mode & 0o1000) !== 0;
  const fix = shared ? "move the file to a separate directory" : fixes.join(" && ");
  const message =
    `not trusted: the ${kind} ${path} ${facts.join(" and ")}, and anyone who can ${threat} ` +
    `controls what VCM writes and runs; fix: ${fix}`;
  return { key: "", message };
}

/** A diagnostic if a file with a secret is readable by others than its owner. */
export function exposed(path: string, mode: number): Diagnostic | undefined {
  if ((mode & 0o044) === 0) return undefined;
  const reader = (mode & 0o004) !== 0 ? "every user" : "its group";
  const message = `contains a secret id and is readable by ${reader}; ` +
    `fix: chmod go-r ${shellWord(path)}, or move the secret id to "auth.secret_id_file"`;
  return { key: "", message };
}
