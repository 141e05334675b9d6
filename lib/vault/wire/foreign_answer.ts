/** Answers that are not Vault's: of a proxy, a firewall, its web interface or another service. */
import { healthCommand } from "./health.ts";
import { parseObject } from "./parse_object.ts";
import { pathHint } from "./path_hint.ts";
import type { RawAnswer } from "./transport.ts";

/** Vault sends JSON with each error. An empty internal error may be anyone's. */
export function isForeign({ status, body }: RawAnswer): boolean {
  if (status < 400 || parseObject(body) !== undefined) return false;
  return status < 500 || body.trim() !== "";
}

/** The title of a page, if it has one, as `403: page "Blocked"`. */
export function describePage({ status, body }: RawAnswer, clean: (text: string) => string): string {
  const title = clean(/<title[^>]*>([^<]{1,200})/i.exec(body)?.[1] ?? "").slice(0, 80);
  return title === "" ? String(status) : `${status}: page "${title}"`;
}

/** How to find out who sent an answer that is not Vault's. */
export function foreignCauses(address: string): string {
  return pathHint(address) ??
    "a proxy or firewall in front of Vault sent it, or this is not the address of a Vault server; " +
      `to tell which, run: ${healthCommand(address)} (Vault says "sealed")`;
}
