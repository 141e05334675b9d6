/** `vcm --version` */
import { VERSION } from "../text/version.ts";
import type { Arguments } from "./parse_arguments.ts";

export async function versionText({ json }: Arguments): Promise<string> {
  const { deno } = Deno.version;
  if (json) return (await import("../report/json.ts")).versionJson(VERSION, deno);
  return `vcm ${VERSION} (deno ${deno})\n`;
}
