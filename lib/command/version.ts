/** `vcm --version` */
import { versionJson } from "../report/json.ts";
import { VERSION } from "../text/version.ts";
import type { Arguments } from "./parse_arguments.ts";

export function versionText({ json }: Arguments): string {
  const { deno } = Deno.version;
  return json ? versionJson(VERSION, deno) : `vcm ${VERSION} (deno ${deno})\n`;
}
