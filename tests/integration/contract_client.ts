/** What the contract's cases share: one server, asked over plain HTTP. */
import assert from "node:assert/strict";

/** A server as the contract needs it. */
export interface ContractServer {
  readonly address: string;
  readonly rootToken: string;
  readonly roleId: string;
  readonly secretId: string;
  close(): Promise<void>;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
}

export interface Ask {
  readonly token?: string;
  readonly method?: string;
  /** Sent as it is where it is a text, else as JSON. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Client {
  readonly server: ContractServer;
  /** A token that the AppRole gave. */
  readonly token: string;
  ask(path: string, ask?: Ask): Promise<Reply>;
  issue(body: Record<string, unknown>, path?: string): Promise<Reply>;
}

export type Case = (client: Client) => Promise<void>;

/** The name that most certificates are asked for. */
export const NAME = "web.example.test";

/** Asks a server once; answers are JSON, or empty. */
export async function send(address: string, path: string, request: Ask = {}): Promise<Reply> {
  const { token, body } = request;
  const response = await fetch(`${address}/v1/${path}`, {
    method: request.method ?? (body === undefined ? "GET" : "POST"),
    redirect: "manual",
    headers: {
      "Content-Type": "application/json",
      ...(token ? { "X-Vault-Token": token } : {}),
      ...request.headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.equal(response.headers.get("content-type"), "application/json");
  return { status: response.status, text, body: text === "" ? undefined : JSON.parse(text) };
}

/** Logs in by the server's AppRole, with some fields changed. */
export function logIn(
  server: ContractServer,
  ask: Client["ask"],
  change: Record<string, unknown> = {},
): Promise<Reply> {
  const body = { role_id: server.roleId, secret_id: server.secretId, ...change };
  return ask("auth/approle/login", { body });
}

/** An answer is an error, with this one text. */
export function assertRefused(reply: Reply, status: number, text: string | RegExp): void {
  assert.equal(reply.status, status, reply.text);
  assert.deepEqual(Object.keys(reply.body), ["errors"]);
  assert.equal(reply.body.errors.length, 1);
  if (typeof text === "string") assert.equal(reply.body.errors[0], text);
  else assert.match(reply.body.errors[0], text);
}
