/** Where a redirected request may go: the token goes along, so only to servers that the file names. */
import { isGuarded } from "../config/read_places.ts";
import type { VaultAccess } from "./access.ts";
import type { RawAnswer } from "./transport.ts";

/**
 * The URL to which an answer redirects, if it does and if that server may have the request.
 *
 * A standby server that does not forward answers 307 (Vault API, "HTTP status codes").
 */
export function findRedirect(
  from: string,
  { status, location }: RawAnswer,
  access: Pick<VaultAccess, "addresses" | "redirectHosts" | "allowHttp">,
): { readonly url: string; readonly origin: string } | undefined {
  if (status < 300 || status >= 400 || location === undefined) return undefined;
  if (!URL.canParse(location, from)) return undefined;
  const target = new URL(location, from);
  const known = access.addresses.some((address) => new URL(address).origin === target.origin);
  const port = target.port || (target.protocol === "https:" ? "443" : "80");
  const named = access.redirectHosts.some((host) =>
    host === target.hostname || host === `${target.hostname}:${port}`
  );
  const plain = target.protocol === "http:" && from.startsWith("http:") &&
    (access.allowHttp || isGuarded(target.href));
  const guarded = target.protocol === "https:" || plain;
  if (!(known || named) || !guarded || target.username !== "") return undefined;
  return { url: target.href, origin: target.origin };
}
