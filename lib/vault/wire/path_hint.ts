/** An address with a path, which is rarely right: the client adds those of the API itself. */
import { socketPath } from "../../text/socket_path.ts";

/** The fix; `undefined` if the address has no path. */
export function pathHint(address: string): string | undefined {
  if (socketPath(address) !== undefined) return undefined;
  const { origin, pathname } = new URL(address);
  if (pathname === "/") return undefined;
  if (/\/ui(?:\/|$)/.test(pathname)) {
    return `"${pathname}" is the path of the web interface; fix: set the address to "${origin}"`;
  }
  return `fix: set the address to "${origin}", unless a proxy serves Vault below "${pathname}"`;
}
