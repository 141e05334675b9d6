/**
 * Whether a configuration file may be obeyed. It names what is written as root and which services
 * are restarted, so whoever can change it, or put another in its place, could do both.
 *
 * Looked at are the file, its directory and, where the path is a symbolic link, the directory of each link
 * on the way. Not looked at: the directories above these, and access control lists beyond the mode.
 */
import { dirname, resolve } from "node:path";
import type { Diagnostic } from "./diagnostic.ts";
import { shellWord } from "../text/shell_word.ts";

/** Linux gives up after as many links itself (path_resolution(7)). */
const MAX_LINKS = 40;

/** A path that was followed to its end. */
export interface Followed {
  /** The file itself, no longer a link. */
  readonly path: string;
  readonly info: Deno.FileInfo;
  /** The directories in which the links and the file lie. */
  readonly directories: readonly string[];
}

/** Follows a path, link by link. */
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

/** Why the file cannot be trusted, one diagnostic for each path; `uid` is the running user's. */
export function distrust(followed: Followed, uid: number): Diagnostic[] {
  const diagnostics = [judge(followed.path, "file", followed.info, uid)];
  for (const directory of followed.directories) {
    diagnostics.push(judge(directory, "directory", Deno.statSync(directory), uid));
  }
  return diagnostics.filter((diagnostic) => diagnostic !== undefined);
}

/** Why a directory cannot be trusted of which files are obeyed whatever their names. */
export function distrustDirectory(path: string, uid: number): Diagnostic | undefined {
  return judge(resolve(path), "directory", Deno.statSync(path), uid, "put a file there");
}

function judge(
  path: string,
  kind: "file" | "directory",
  info: Deno.FileInfo,
  uid: number,
  deed = "change this file",
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
  // A sticky directory such as /tmp is meant for everyone: not the directory is wrong, but the place.
  const shared = kind === "directory" && (mode & 0o1000) !== 0;
  const fix = shared ? "move the file to a separate directory" : fixes.join(" && ");
  const message =
    `not trusted: the ${kind} ${path} ${facts.join(" and ")}, and anyone who can ${deed} ` +
    `controls what VCM writes and runs; fix: ${fix}`;
  return { key: "", message };
}

/** A file that holds a secret, and that others than its owner may read. */
export function exposed(path: string, mode: number): Diagnostic | undefined {
  if ((mode & 0o044) === 0) return undefined;
  const reader = (mode & 0o004) !== 0 ? "every user" : "its group";
  const message = `contains a secret id and is readable by ${reader}; ` +
    `fix: chmod go-r ${shellWord(path)}, or move the secret id to "auth.secret_id_file"`;
  return { key: "", message };
}
