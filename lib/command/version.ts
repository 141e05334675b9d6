/** `vcm --version` */
import { versionJson } from "../report/json.ts";
import type { Arguments } from "./parse_arguments.ts";

/** The version of this program; a test compares it with `deno.json`. */
export const VERSION = "0.1.0";

export function versionText({ json }: Arguments): string {
  const { deno } = Deno.version;
  return json ? versionJson(VERSION, deno) : `vcm ${VERSION} (deno ${deno})\n`;
}
