/** The option that a command to type needs, so that it reads the same configuration. */
import { resolve } from "node:path";
import { ConfigError } from "../config/diagnostic.ts";
import { findConfig } from "../config/load.ts";
import { shellWord } from "../text/quote.ts";
import type { Host } from "./host.ts";

/** ` --config FILE`, or nothing if commands find this file without it. */
export function optionFor(file: string, host: Pick<Host, "env" | "uid" | "exists">): string {
  return isFoundAlone(file, host) ? "" : ` --config ${shellWord(file)}`;
}

function isFoundAlone(
  file: string,
  { env, uid, exists }: Parameters<typeof optionFor>[1],
): boolean {
  try {
    return resolve(findConfig({ env: env("VCM_CONFIG") ?? "", uid: uid(), exists })) ===
      resolve(file);
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}
