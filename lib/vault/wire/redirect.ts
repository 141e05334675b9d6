/**
 * Where a redirected request may go. It carries the token, so it may only go to servers that the
 * configuration names.
 */
import { isGuarded } from "../../config/scalars/places.ts";
import { socketPath } from "../../text/socket_path.ts";
import type { ServerAccess } from "../access/server_access.ts";
import type { Clean } from "./answer.ts";
import { VaultError } from "../errors.ts";
import { addressOf, type RawAnswer } from "./transport.ts";

type Named = Pick<ServerAccess, "addresses" | "redirectHosts" | "allowHttp">;

/**
 * The URL of a redirect, if the answer is one. A standby server that does not forward answers 307
 * (Vault API, "HTTP status codes").
 *
 * Throws VaultError if that server must not get the request.
 */
export function findRedirect(
  from: string,
  { status, location = "" }: RawAnswer,
  access: Named,
  clean: Clean,
): { readonly url: string; readonly origin: string } | undefined {
  if (status < 300 || status >= 400) return undefined;
  const origin = socketPath(from) === undefined ? new URL(from).origin : addressOf(from);
  const refuse = (why: string) =>
    new VaultError(`"${origin}" redirects to "${shown(location, clean)}"${why}`, { status });
  if (location === "" || !URL.canParse(location, from)) {
    throw refuse("; is this a Vault server, or a proxy in front of one?");
  }
  const target = new URL(location, from);
  if (!isNamed(target, access)) {
    throw refuse(
      ", and VCM does not send the token there; if that host is yours, list it under " +
        '"vault" or "redirect_hosts"',
    );
  }
  const plain = target.protocol === "http:" && !from.startsWith("https:") &&
    (access.allowHttp || isGuarded(target.href));
  if (target.protocol !== "https:" && !plain) {
    throw refuse(", which would send the token unencrypted; correct api_addr on that server");
  }
  return { url: target.href, origin: target.origin };
}

/** The error for a second redirect. */
export function redirectsAgain(address: string, answer: RawAnswer, clean: Clean): VaultError {
  const target = shown(answer.location, clean);
  return new VaultError(
    `"${address}" redirects again, to "${target}", but VCM follows only one redirect; set "vault" ` +
      "to the address of the active server",
    { status: answer.status },
  );
}

/** Without a user and password that it may contain. */
function shown(location: string | undefined, clean: Clean): string {
  return clean((location ?? "").replace(/\/\/[^/?#]*@/, "//")) || "nowhere";
}

function isNamed(target: URL, { addresses, redirectHosts }: Named): boolean {
  if (target.username !== "") return false;
  const port = target.port || (target.protocol === "https:" ? "443" : "80");
  // The origin of a socket is that of all others.
  const servers = addresses.filter((address) => socketPath(address) === undefined);
  return servers.some((address) => new URL(address).origin === target.origin) ||
    redirectHosts.some((host) => host === target.hostname || host === `${target.hostname}:${port}`);
}

/** The error for a redirect to a server that cannot be used, such as a leader that has died. */
export function afterRedirect(address: string, origin: string, error: VaultError): VaultError {
  const { message, cause, retryable, lost } = error;
  return new VaultError(`"${address}" redirects to "${origin}": ${message}`, {
    cause,
    retryable,
    lost,
  });
}
