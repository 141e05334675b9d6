/** Finds and reads the configuration. Changes nothing. */
import { parseConfig } from "./parse.ts";
import { ConfigError } from "./diagnostic.ts";
import { exposed } from "./trust.ts";
import { readTrusted } from "./trusted_file.ts";
import type { Config } from "./types.ts";

/** The default file. */
export const SYSTEM_FILE = "/etc/vcm/vcm.yaml";
/** The default if that file is missing and the user is not root. */
export const LOCAL_FILE = "./vcm.yaml";

/** The path that means standard input. What its text includes is relative to the current directory. */
export const STANDARD_INPUT = "-";
/** Other names of standard input (stdin(4)), which the runtime does not open. */
const STANDARD_INPUTS = [STANDARD_INPUT, "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

interface FindOptions {
  /** The value of `--config`. */
  readonly flag?: string;
  /** The value of `$VCM_CONFIG`. */
  readonly env?: string;
  /** The running user; root never reads a file from the current directory by default. */
  readonly uid: number;
  readonly exists: (path: string) => boolean;
}

/** The path of the file to read. Throws `ConfigError` if there is none. */
export function findConfig({ flag, env, uid, exists }: FindOptions): string {
  // A file that was named is used even if it does not exist: a default would be a surprise.
  const named = flag || env;
  if (named) return STANDARD_INPUTS.includes(named) ? STANDARD_INPUT : named;
  const places = uid === 0 ? [SYSTEM_FILE] : [SYSTEM_FILE, LOCAL_FILE];
  const found = places.find(exists);
  if (found !== undefined) return found;
  const message = `no configuration file found; looked for ${places.join(" and ")}; ` +
    `run "vcm init" to write one, or pass --config FILE, or set $VCM_CONFIG`;
  throw new ConfigError("vcm.yaml", [{ key: "", message }]);
}

async function standardInput() {
  const { readStandardInput } = await import("./standard_input.ts");
  return { text: await readStandardInput(STANDARD_INPUT), mode: 0 };
}

const ABSENT = "does not exist; pass --config FILE or set $VCM_CONFIG";

/**
 * Reads a file and the files that it includes. Throws `ConfigError` if one cannot be read, is not
 * trusted or is invalid.
 *
 * @param env Reads an environment variable; called only for those that the file uses.
 */
export async function loadConfig(
  path: string,
  env: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Promise<Config> {
  const { text, mode } = path === STANDARD_INPUT
    ? await standardInput()
    : readTrusted(path, ABSENT);
  const config = await parseConfig(text, path, async () => {
    const { hostEnvironment } = await import("./environment.ts");
    return hostEnvironment(path, env);
  });
  const { login } = config.vault;
  const hasSecretId = login?.kind === "approle" && login.secretId !== undefined;
  const diagnostic = hasSecretId ? exposed(path, mode) : undefined;
  if (diagnostic !== undefined) throw new ConfigError(path, [diagnostic]);
  return config;
}
