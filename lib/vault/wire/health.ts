/** `sys/health`: what a server says of itself, without a token (Vault API, "Read health information"). */
import { shellWord } from "../../text/quote.ts";
import { socketPath } from "../../text/socket_path.ts";
import { type JsonObject, parseObject } from "./parse_object.ts";
import type { Transport } from "./transport.ts";

const PATH = "/v1/sys/health";

/** @param limit Milliseconds. Throws as `Transport.send()`. */
export async function askHealth(
  transport: Transport,
  address: string,
  limit: number,
): Promise<{ readonly status: number; readonly health: JsonObject | undefined }> {
  const headers = { "x-vault-request": "true" };
  const { status, body } = await transport.send(
    { method: "GET", url: `${address}${PATH}`, headers },
    limit,
  );
  return { status, health: parseObject(body) };
}

/** The command that shows what is at an address. */
export function healthCommand(address: string): string {
  const socket = socketPath(address);
  const server = socket === undefined
    ? address.replace(/\/$/, "")
    : `--unix-socket ${shellWord(socket)} http://localhost`;
  return `curl -i ${server}${PATH}`;
}
