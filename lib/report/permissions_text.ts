/** What a plan may touch, as people read it. */
import type { Rights } from "../apply/permissions.ts";

const KINDS = ["read", "write", "net", "run"] as const;

export function permissionsText(rights: Rights): string {
  const lines = KINDS.flatMap((kind) => {
    const [first = "nothing", ...more] = rights[kind];
    return [`  ${kind.padEnd(7)}${first}`, ...more.map((text) => `${" ".repeat(9)}${text}`)];
  });
  return ["", "A run of this plan has permission to", ...lines, ""].join("\n");
}
