/**
 * POSIX access control lists, by getfacl and setfacl, because the runtime has no calls for them. The
 * mode of a file with an ACL shows the ACL's mask in place of the rights of its group.
 *
 * Not seen: ACLs of other kinds, such as those of NFSv4.
 */
import { isErrorWords } from "../text/error_words.ts";
import { directoryOf } from "../text/path.ts";
import { messageOf } from "../text/plain_cause.ts";
import { programPaths } from "./run_command.ts";
import { runWithInput } from "./run_with_input.ts";
import { listAclMarks } from "./acl_marks.ts";
import { readInfo } from "./read.ts";
import type { HostUser } from "./types.ts";

/** What the ACL of a file says beyond its mode. */
export type Acl =
  /** Nothing. `inherits`: a new file in its directory gets the directory's default ACL. */
  | { readonly kind: "none"; readonly inherits: boolean }
  | {
    readonly kind: "entries";
    /** Rights of the file's group, such as `r--`. */
    readonly group: string;
    /** Entries of further users and groups, such as `user:33:r--`. */
    readonly named: readonly string[];
  }
  /** It cannot be read or kept. `exists`: the file certainly has one. */
  | { readonly kind: "unknown"; readonly problem: string; readonly exists: boolean };

/** A file whose ACL is read. */
export interface AskedFile {
  readonly path: string;
  /** The owner that was seen: another file that took its place is not the one that was asked for. */
  readonly uid: number;
  /** Whose default ACL the file that replaces it gets; absent: the directory of `path`. */
  readonly directory?: string;
  /** Whether only root and this process's user can replace the directories above it. */
  readonly isGuarded: boolean;
}

/** Absolute paths to try. */
export interface AclPrograms {
  readonly getfacl: readonly string[];
  readonly setfacl: readonly string[];
  /** Milliseconds for one call; absent: the usual limit. */
  readonly limit?: number;
}

export const ACL_PROGRAMS: AclPrograms = {
  getfacl: programPaths("getfacl"),
  setfacl: programPaths("setfacl"),
};

/**
 * Reads the ACLs of regular files by one call. If another user's file system does not answer, a second
 * call reads those that no other user can hold up. Needs run permission for getfacl and ls, and read
 * permission for getfacl and setfacl. Never throws: what cannot be read is unknown.
 */
export async function readAcls(
  files: readonly AskedFile[],
  programs: AclPrograms = ACL_PROGRAMS,
): Promise<ReadonlyMap<string, Acl>> {
  try {
    return await readAtOnce(files, programs);
  } catch (error) {
    const unknown = { kind: "unknown", problem: messageOf(error), exists: false } as const;
    const all = new Map<string, Acl>(files.map(({ path }) => [path, unknown]));
    const guarded = files.filter((file) => file.isGuarded);
    const isWorthIt = guarded.length > 0 && guarded.length < files.length;
    return isWorthIt ? new Map([...all, ...await readAcls(guarded, programs)]) : all;
  }
}

async function readAtOnce(
  files: readonly AskedFile[],
  programs: AclPrograms,
): Promise<ReadonlyMap<string, Acl>> {
  const asked = [...new Set(files.flatMap((file) => [file.path, inheritedFrom(file)]))];
  const text = await runGetfacl(asked, programs);
  if (text === undefined) {
    const marks = await listAclMarks(asked);
    return new Map(files.map((file) => [file.path, withoutTools(file, marks)]));
  }
  const found = parseAcls(text);
  return new Map(files.map((file) => [file.path, withTools(file, found)]));
}

/** Its output; undefined if an ACL could not be read or not be written on this host. */
async function runGetfacl(
  asked: readonly string[],
  { getfacl, setfacl, limit }: AclPrograms,
): Promise<string | undefined> {
  const isHere = (program: readonly string[]) =>
    program.some((path) => readInfo(path).kind === "present");
  if (![getfacl, setfacl].every(isHere)) return undefined;
  // No link is followed.
  const args = ["--numeric", "--absolute-names", "--no-effective", "--physical", "-"];
  const lines = asked.map((path) => `${path}\n`).join("");
  return (await runWithInput(getfacl, args, lines, { limit }))?.stdout;
}

function withTools(file: AskedFile, found: ReadonlyMap<string, ParsedAcl>): Acl {
  const acl = found.get(file.path);
  if (acl === undefined || acl.owner !== file.uid) {
    return { kind: "unknown", problem: "getfacl cannot read it", exists: false };
  }
  const { group, named, hasMask } = acl;
  if (named.length > 0 || hasMask) return { kind: "entries", group, named };
  return { kind: "none", inherits: found.get(inheritedFrom(file))?.hasDefault ?? false };
}

function inheritedFrom({ path, directory = directoryOf(path) }: AskedFile): string {
  return directory;
}

const NO_TOOLS = 'this host has no getfacl and setfacl; install the package "acl"';

/** @param marks Whether there is an ACL, by path. */
function withoutTools(file: AskedFile, marks: ReadonlyMap<string, boolean>): Acl {
  const [own, inherited] = [marks.get(file.path), marks.get(inheritedFrom(file))];
  if (own === false && inherited === false) return { kind: "none", inherits: false };
  return { kind: "unknown", problem: NO_TOOLS, exists: own === true };
}

interface ParsedAcl {
  readonly owner: number;
  readonly group: string;
  readonly named: readonly string[];
  readonly hasMask: boolean;
  readonly hasDefault: boolean;
}

/** Reads the output of getfacl, by path. */
function parseAcls(text: string): ReadonlyMap<string, ParsedAcl> {
  return new Map(
    text.split("\n\n").flatMap((block) => {
      const lines = block.split("\n");
      const after = (start: string) =>
        lines.find((line) => line.startsWith(start))?.slice(start.length);
      const path = after("# file: ");
      if (path === undefined) return [];
      const parsed = {
        owner: Number(after("# owner: ")),
        group: after("group::") ?? "---",
        named: lines.filter((line) => /^(?:user|group):\d/.test(line)),
        hasMask: after("mask::") !== undefined,
        hasDefault: after("default:") !== undefined,
      };
      return [[unquoted(path), parsed]];
    }),
  );
}

/** getfacl writes a backslash as two. */
function unquoted(path: string): string {
  return path.replaceAll("\\\\", "\\");
}

/** The ACL that a file is to get: what setfacl reads. */
export interface DesiredAcl {
  readonly path: string;
  /** Its entries, one a line. */
  readonly entries: string;
}

/**
 * Gives files their ACLs by one call, as another user if one is given: setfacl follows links, so root
 * must not do it where that user can make one.
 *
 * Throws Error with a message for users. Needs run permission for setfacl.
 */
export async function writeAcls(
  acls: readonly DesiredAcl[],
  user?: HostUser,
  setfacl: readonly string[] = ACL_PROGRAMS.setfacl,
): Promise<void> {
  const text = acls.map(({ path, entries }) =>
    `# file: ${path.replaceAll("\\", "\\134")}\n${entries}\n\n`
  );
  const result = await runWithInput(setfacl, ["--restore=-"], text.join(""), { user });
  if (result?.success) return;
  const why = result === undefined
    ? '"setfacl" is not on this host; install the package "acl"'
    : reasonOf(result.stderr, user);
  throw new Error(`Cannot keep the access control list: ${why}`);
}

/** In the words of setfacl, but of what another user's process says only the system's words count. */
function reasonOf(stderr: string, user: HostUser | undefined): string {
  const [line = ""] = stderr.trim().split("\n");
  if (user === undefined) return line || "setfacl failed";
  const words = line.slice(line.lastIndexOf(": ") + 2).replace(/^./, (one) => one.toLowerCase());
  return `${isErrorWords(words) ? words : "setfacl failed"} (as user ${user.uid})`;
}
