import { resolve } from "node:path";
import { SYSTEM_FILE } from "../../config/load.ts";
import type { Config } from "../../config/types.ts";

/** Absolute path of the configuration where a unit has to name it; undefined: it is the default. */
export function namedFile({ file }: Pick<Config, "file">): string | undefined {
  const path = resolve(file);
  return path === SYSTEM_FILE ? undefined : path;
}
