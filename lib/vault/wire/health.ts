/** `sys/health`: what a server says of itself, without a token (Vault API, "Read health information"). */
import { shellWord } from "../../text/quote.ts";
import { socketPath } from "../../text/socket_path.ts";
import { pathHint } from "./path_hint.ts";
import { type JsonObject, parseObject } from "./parse_object.ts";
import type { Transport } from "./transport.ts";

const PATH = "/v1/sys/health";

export interface HealthAnswer {
  readonly status: number;
  /** Undefined if it is not a JSON object. */
  readonly health: JsonObject | undefined;
  /** What is wrong with the address, if the answer or the address itself tells. */
  readonly hint: string | undefined;
}

/** @param limit Milliseconds. Throws as `Transport.send()`. */
export async function askHealth(
  transport: Transport,
  address: string,
  limit: number,
): Promise<HealthAnswer> {
  const headers = { "x-vault-request": "true" };
  const { status, body } = await transport.send(
    { method: "GET", url: `${address}${PATH}`, headers },
    limit,
  );
  // The words of Go's net/http, and of nginx.
  const hint = /HTTP request (?:to an HTTPS server|was sent to HTTPS port)/.test(body)
    ? `it speaks TLS; fix: set the address to "${address.replace(/^http:/, "https:")}"`
    : pathHint(address);
  return { status, health: parseObject(body), hint };
}

/** The command that shows what is at an address. */
export function healthCommand(address: string): string {
  const socket = socketPath(address);
  const server = socket === undefined
    ? address.replace(/\/$/, "")
    : `--unix-socket ${shellWord(socket)} http://localhost`;
  return `curl -i ${server}${PATH}`;
}
