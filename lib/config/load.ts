/**
 * Finds and reads the configuration: the only file of this room that touches the machine. The file
 * is opened once, and what is judged and read is that open file; it changes nothing.
 */
import { parseConfig } from "./parse.ts";
import { ConfigError } from "./problem.ts";
import { readAll } from "./regular_file.ts";
import { distrust, exposed, follow, type Followed } from "./trust.ts";
import type { Config } from "./types.ts";

/** More than a hundred thousand certificates; whatever is bigger is another file by mistake. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The file that is read where none is named. */
export const SYSTEM_FILE = "/etc/vcm/vcm.yaml";
/** Read in its place where it is missing and the user is not root. */
export const LOCAL_FILE = "./vcm.yaml";

/** What decides which file is read. */
export interface FindOptions {
  /** The value of `--config`. */
  readonly flag?: string;
  /** The value of `$VCM_CONFIG`. */
  readonly env?: string;
  /** The running user; root does not take a file from wherever it happens to stand. */
  readonly uid: number;
  readonly exists: (path: string) => boolean;
}

/** The path of the file to read. Throws `ConfigError` where there is none to be found. */
export function findConfig({ flag, env, uid, exists }: FindOptions): string {
  // What was named is taken, there or not: another file in its place would be a surprise.
  if (flag !== undefined && flag !== "") return flag;
  if (env !== undefined && env !== "") return env;
  const places = uid === 0 ? [SYSTEM_FILE] : [SYSTEM_FILE, LOCAL_FILE];
  const found = places.find(exists);
  if (found !== undefined) return found;
  const message = `no configuration found; looked for ${places.join(" and ")}; ` +
    `write one (see vcm.yaml.example) or name it by --config FILE or $VCM_CONFIG`;
  throw new ConfigError("vcm.yaml", [{ key: "", message }]);
}

/** Reads one file. Throws `ConfigError` if it cannot be read, trusted or understood. */
export async function loadConfig(path: string): Promise<Config> {
  const { text, mode } = readTrusted(path);
  const config = await parseConfig(text, path);
  const { login } = config.vault;
  const problem = login?.kind === "approle" && login.secretId !== undefined
    ? exposed(path, mode)
    : undefined;
  if (problem !== undefined) throw new ConfigError(path, [problem]);
  return config;
}

function readTrusted(path: string): { readonly text: string; readonly mode: number } {
  const followed = orRefuse(path, () => follow(path));
  // Before it is opened: to open a pipe would wait for somebody to write into it.
  if (!followed.info.isFile) {
    throw refusal(path, `is ${followed.info.isDirectory ? "a folder" : "no regular file"}`);
  }
  using file = orRefuse(path, () => Deno.openSync(followed.path, { read: true }));
  const info = file.statSync();
  const uid = Deno.uid();
  if (uid !== null) {
    const opened: Followed = { ...followed, info };
    const problems = orRefuse(path, () => distrust(opened, uid));
    if (problems.length > 0) throw new ConfigError(path, problems);
  }
  if (!info.isFile) throw refusal(path, "is no regular file");
  if (info.size > MAX_BYTES) throw refusal(path, "is bigger than 16 MiB; is it the right file?");
  const text = decode(path, orRefuse(path, () => readAll(file, info.size)));
  return { text, mode: info.mode ?? 0 };
}

function decode(path: string, bytes: Uint8Array): string {
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

/** Runs a step that asks the system, and says plainly why it could not be done. */
function orRefuse<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw refusal(path, reason(error), error);
  }
}

function reason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) {
    return "does not exist; name another file by --config FILE or $VCM_CONFIG";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "may not be read by this user; run as its owner or as root";
  }
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

function refusal(path: string, message: string, cause?: unknown): ConfigError {
  const error = new ConfigError(path, [{ key: "", message }]);
  if (cause !== undefined) error.cause = cause;
  return error;
}
