/** Addresses of an agent or proxy that listens on a Unix domain socket, as `vault` and `bao` read them. */

const SCHEME = "unix://";

/** The path of the socket in `unix:///run/vault-agent.sock`; undefined for all other addresses. */
export function socketPath(address: string): string | undefined {
  return address.startsWith(SCHEME) ? address.slice(SCHEME.length) : undefined;
}
