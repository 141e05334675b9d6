/**
 * Reads a configuration file only if it can be trusted. It is opened once, and the open file is both
 * checked and read. Changes nothing.
 */
import { ConfigError } from "./diagnostic.ts";
import { readAll } from "../host/regular_file.ts";
import { distrust, follow, type Followed } from "./trust.ts";

/** Enough for a hundred thousand certificates; a larger file is probably the wrong one. */
export const MAX_BYTES = 16 * 1024 * 1024;
export const TOO_LARGE = "is larger than 16 MiB; check that it is the right file";

/**
 * The text of a file and its mode.
 *
 * @param absent The message if the file does not exist.
 *
 * Throws `ConfigError` if it cannot be read or trusted.
 */
export function readTrusted(
  path: string,
  absent: string,
): { readonly text: string; readonly mode: number } {
  const orRefuse = <T>(step: () => T): T => {
    try {
      return step();
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      throw refusal(path, error instanceof Deno.errors.NotFound ? absent : reason(error), error);
    }
  };
  const followed = orRefuse(() => follow(path));
  // Before it is opened, because opening a pipe would wait for a writer.
  if (!followed.info.isFile) {
    throw refusal(path, `is ${followed.info.isDirectory ? "a directory" : "not a regular file"}`);
  }
  using file = orRefuse(() => Deno.openSync(followed.path, { read: true }));
  const info = orRefuse(() => file.statSync());
  const uid = Deno.uid();
  if (uid !== null) {
    const opened: Followed = { ...followed, info };
    const diagnostics = orRefuse(() => distrust(opened, uid));
    if (diagnostics.length > 0) throw new ConfigError(path, diagnostics);
  }
  if (!info.isFile) throw refusal(path, "is not a regular file");
  if (info.size > MAX_BYTES) {
    throw refusal(path, TOO_LARGE);
  }
  const text = decode(path, orRefuse(() => readAll(file, info.size)));
  return { text, mode: info.mode ?? 0 };
}

/** @param path How the message names the text. Throws `ConfigError` if it is not UTF-8. */
export function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const before = new TextDecoder().decode(bytes).split("\ufffd", 1)[0] ?? "";
    const lines = before.split("\n");
    const place = { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
    const message = "is not UTF-8 from here on; save the file as UTF-8";
    throw new ConfigError(path, [{ ...place, key: "", message }]);
  }
}

/** The system's reason, in plain words. */
export function reason(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied) {
    return "is not readable by this user; run vcm as its owner or as root";
  }
  const words = error instanceof Error ? error.message : String(error);
  return `cannot be read: ${words.replace(/ \(os error \d+\).*/s, "")}`;
}

function refusal(path: string, message: string, cause?: unknown): ConfigError {
  const error = new ConfigError(path, [{ key: "", message }]);
  if (cause !== undefined) error.cause = cause;
  return error;
}
