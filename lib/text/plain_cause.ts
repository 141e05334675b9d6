/** The system's errors: their messages and codes. */
import { codeOfNumber, wordsOfNumber } from "./error_words.ts";
import { directoryOf, isKernelPath } from "./path.ts";
import { shellWord } from "./quote.ts";

/** The system's error message, without the call and the number that the runtime adds. */
export function plainCause(thrown: unknown): string {
  const error = unsuppressed(thrown);
  if (error instanceof Error && error.name === "NotCapable") return beyondPermissions(error);
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith("UNKNOWN: ")) return wordsOfNumber(numberOf(error));
  return message
    .replace(/ \(os error \d+\).*$/s, "")
    .replace(/^(?:E[A-Z]+: )/, "")
    .replace(/, [a-z]+(?: '.*)?$/s, "")
    .replace(/^./, (letter) => letter.toLowerCase());
}

/** What to do after errors of the system that a person must fix, by their codes. */
const NEXT_STEPS: Readonly<Record<string, (path: string) => string>> = {
  EACCES: (path) => `see: namei -l ${shellWord(path)}`,
  EDQUOT: () => "raise the quota, or remove files there",
  EIO: () => "see: dmesg",
  EMFILE: () => 'raise the limit of open files: "ulimit -n", or "LimitNOFILE=" in the unit',
  ENFILE: () => "raise the limit of open files: sysctl fs.file-max",
  ENOSPC: (path) => `free space there; see: df -h ${above(path)}, df -i ${above(path)}`,
  EPERM: (path) => `see: namei -l ${shellWord(path)}, lsattr -d ${above(path)}`,
  EROFS: (path) => `make it writable; see: findmnt -T ${above(path)}, findmnt ${shellWord(path)}`,
};

function above(path: string): string {
  return shellWord(directoryOf(path));
}

/** As `plainCause()`, and what to do next about it. */
export function causeAndFix(error: unknown, path: string): string {
  const step = NEXT_STEPS[errorCode(error) ?? ""];
  return step === undefined ? plainCause(error) : `${plainCause(error)}; ${step(path)}`;
}

/** The number of a system's error, which is negative in errors of node's functions. */
function numberOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("errno" in error && typeof error.errno === "number") return Math.abs(error.errno);
  const [, number] = /\(os error (\d+)\)/.exec(error.message) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** The runtime's message explains how to compile the program; only what was refused is kept of it. */
function beyondPermissions({ message }: Error): string {
  const [, kind = "", path] = /^Requires (\w+) access(?: to "(.*?)")?/s.exec(message) ?? [];
  // Whatever the permissions are, the runtime opens nothing there unless it has all of them.
  if (path !== undefined && isKernelPath(path)) {
    return "VCM cannot use files in /dev, /proc and /sys";
  }
  const refused = path === undefined ? "this" : `${VERBS[kind] ?? kind} "${path}"`;
  return `VCM's own permissions do not allow ${refused}; to see them: vcm plan --permissions`;
}

const VERBS: Readonly<Record<string, string>> = {
  read: "reading",
  write: "writing",
  net: "connecting to",
  run: "running",
};

/** The message of any error for a user: that of VCM's own errors as it is, others in plain words. */
export function messageOf(thrown: unknown): string {
  const error = unsuppressed(thrown);
  if (!(error instanceof Error)) return String(error);
  if (/^(?:Type|Range|Reference|Syntax)Error$/.test(error.name)) {
    return `internal error: ${error.message}; this is a bug in VCM: try again and, if that fails, too, ` +
      "report it with the command and the output of: vcm --version";
  }
  // The names of the runtime's errors do not end so, and those of the system have a code.
  const isOwn = error.name.endsWith("Error") && !("code" in error);
  if (isOwn) return error.message;
  const path = pathOf(error);
  return path === undefined ? plainCause(error) : `"${path}": ${causeAndFix(error, path)}`;
}

/** The path that an error of the system is about, as the runtime tells it. */
function pathOf(error: Error): string | undefined {
  if ("path" in error && typeof error.path === "string") return error.path;
  return / \(os error \d+\): \w+ '(\/.*?)'/s.exec(error.message)?.[1];
}

/**
 * The code of an error, such as "EBUSY", or of the error that caused it. Messages differ by runtime.
 */
export function errorCode(error: unknown): string | undefined {
  for (let one = unsuppressed(error); one instanceof Error; one = unsuppressed(one.cause)) {
    if ("code" in one && typeof one.code === "string" && one.code !== "UNKNOWN") return one.code;
    const code = codeOfNumber(numberOf(one));
    if (code !== undefined) return code;
  }
  return undefined;
}

/** The first of two errors, if what was opened could not be closed after it. */
function unsuppressed(error: unknown): unknown {
  return error instanceof SuppressedError ? unsuppressed(error.suppressed) : error;
}

/** As `causeAndFix()`, but with a fix of the caller's own if it is about access. */
export function causeOr(error: unknown, path: string, fix: string): string {
  const isDenied = ["EACCES", "EPERM", "ENOTDIR"].includes(errorCode(error) ?? "");
  return isDenied ? `${plainCause(error)}; ${fix}` : causeAndFix(error, path);
}
