/** The system's errors: their messages and codes. */
import { codeOfNumber, wordsOfNumber } from "./error_words.ts";
import { isKernelPath } from "./path.ts";

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
    return `internal error: ${error.message}; please report it, with the output of: vcm --version`;
  }
  // The names of the runtime's errors do not end so, and those of the system have a code.
  const isOwn = error.name.endsWith("Error") && !("code" in error);
  return isOwn ? error.message : plainCause(error);
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
