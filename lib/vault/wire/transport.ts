/** Requests to one server, bounded in time and size. */
import { isGuarded } from "../../config/scalars/places.ts";
import { shellWord } from "../../text/quote.ts";
import { socketPath } from "../../text/socket_path.ts";
import type { Limits, ServerAccess } from "../access/server_access.ts";
import { NotSentError, VaultError } from "../errors.ts";
import { readDate } from "./clock_difference.ts";
import { explainFailure, wholeText } from "./explain_failure.ts";
import { pathHint } from "./path_hint.ts";

export interface HttpRequest {
  /** LIST is of Vault's API ("API Operations"). */
  readonly method: "GET" | "LIST" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly location?: string | undefined;
  readonly retryAfter?: string | undefined;
  /** When the server answered, by its own clock. */
  readonly serverTime?: Date | undefined;
  readonly body: string;
}

/** @param header Returns a header by its name in lower case. */
export function rawAnswer(
  status: number,
  header: (name: string) => string | null | undefined,
  body: string,
): RawAnswer {
  return {
    status,
    location: header("location") ?? undefined,
    retryAfter: header("retry-after") ?? undefined,
    serverTime: readDate(header("date")),
    body,
  };
}

/**
 * An answer of the PKI secrets engine has a few KiB. Anything longer than this is something else.
 */
export const BODY_LIMIT = 1_048_576;

/** The address of a server in the URL of a request. */
export function addressOf(url: string): string {
  return url.replace(/\/v1\/.*/s, "");
}

/** The error for an answer that is longer than BODY_LIMIT. */
export function tooLong(url: string): VaultError {
  const address = addressOf(url);
  return new VaultError(
    `The answer of "${address}" is longer than ${BODY_LIMIT / 1024} KiB; ` +
      (pathHint(address) ?? "is this a Vault server?"),
    { lost: true },
  );
}

export interface Transport {
  /**
   * @param limit Milliseconds until the whole answer must be there.
   *
   * Throws NotSentError if it is certain that the server did not get the request.
   */
  send(request: HttpRequest, limit: number): Promise<RawAnswer>;
  close(): void;
}

/** The runtime's own client, or a socket for requests that it cannot make. */
export async function openTransport(access: ServerAccess, address: string): Promise<Transport> {
  const transport = await openUsual(access, address);
  const { authorities, client } = access.tls;
  const cannotPin = !address.startsWith("https:") || authorities === undefined ||
    client !== undefined || isProxied(access, address);
  return cannotPin ? transport : new PinningTransport(transport, access.tls);
}

/** The runtime refuses a CA certificate of a server also if it is itself in the CA file. */
export class PinningTransport implements Transport {
  /** For all other certificates. */
  readonly usual: Transport;
  readonly #tls: ServerAccess["tls"];
  #pinned: Transport | undefined;

  constructor(usual: Transport, tls: ServerAccess["tls"]) {
    this.usual = usual;
    this.#tls = tls;
  }

  async send(request: HttpRequest, limit: number): Promise<RawAnswer> {
    const until = Date.now() + limit;
    try {
      return await (this.#pinned ?? this.usual).send(request, limit);
    } catch (error) {
      if (this.#pinned !== undefined) throw error;
      // Then nothing was sent.
      const reason = error instanceof NotSentError ? error.cause : error;
      if (!wholeText(reason).includes("CaUsedAsEndEntity")) throw error;
    }
    const { PinnedTransport } = await import("./pinned_transport.ts");
    const pinned = new PinnedTransport(this.#tls);
    const answer = await pinned.send(request, Math.max(1, until - Date.now()));
    this.#pinned = pinned;
    return answer;
  }

  close(): void {
    this.usual.close();
  }
}

async function openUsual(access: ServerAccess, address: string): Promise<Transport> {
  const { authorities, client } = access.tls;
  if (needsSocket(access, address)) {
    const { SocketTransport } = await import("./socket_transport.ts");
    return new SocketTransport(access.tls, socketPath(address));
  }
  try {
    return new FetchTransport({
      caCerts: [...authorities ?? []],
      ...(access.proxy !== undefined && { proxy: { url: access.proxy } }),
      ...(client !== undefined && { cert: client.certificate, key: client.key }),
    });
  } catch (error) {
    throw new VaultError(
      'A CA certificate cannot be used; set "vault_ssl_verify" to another CA file',
      { cause: error },
    );
  }
}

/** Whether requests go through a proxy. Sockets bypass it. */
export function isProxied(access: ServerAccess, address: string): boolean {
  return access.proxied && !needsSocket(access, address);
}

function needsSocket({ tls, proxy, proxied }: ServerAccess, address: string): boolean {
  if (socketPath(address) !== undefined) return true;
  if (address.startsWith("http:")) return proxied && isGuarded(address);
  if (tls.authorities !== undefined && tls.serverName === undefined) return false;
  if (proxy === undefined) return true;
  throw new VaultError(
    'A proxy cannot be used with "tls_server_name" or without verification; unset ' +
      "VAULT_PROXY_ADDR and VAULT_HTTP_PROXY, or set a CA file and no server name",
  );
}

class FetchTransport implements Transport {
  readonly #client: Deno.HttpClient;

  constructor(options: Deno.CreateHttpClientOptions) {
    this.#client = Deno.createHttpClient(options);
  }

  async send(request: HttpRequest, limit: number): Promise<RawAnswer> {
    const { method, url, headers } = request;
    const response = await fetch(url, {
      client: this.#client,
      method,
      headers: { ...headers },
      body: request.body ?? null,
      // A redirect to another host would send the token there.
      redirect: "manual",
      signal: AbortSignal.timeout(limit),
    }).catch((error) => {
      throw /client error \(Connect\)/.test(wholeText(error)) ? new NotSentError(error) : error;
    });
    const body = await readBounded(response, url);
    return rawAnswer(response.status, (name) => response.headers.get(name), body);
  }

  close(): void {
    this.#client.close();
  }
}

async function readBounded(response: Response, url: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > BODY_LIMIT) throw tooLong(url);
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * Connects to a server once, to report early and in plain words that it cannot be reached.
 *
 * Throws VaultError.
 */
export async function probe(address: string, limits: Limits): Promise<void> {
  const connecting = connectTo(address);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), limits.connect);
  });
  try {
    const connection = await Promise.race([connecting, late]);
    if (connection === "late") {
      // The connection is no longer needed.
      connecting.then((late) => late.close(), () => {});
      throw new VaultError(
        `No connection to "${address}" within ${Math.ceil(limits.connect / 100) / 10} s; ` +
          "check the address, and whether a firewall blocks this host",
        { retryable: true },
      );
    }
    connection.close();
  } catch (error) {
    throw error instanceof VaultError
      ? error
      : explainFailure(address, new NotSentError(error), limits);
  } finally {
    clearTimeout(timer);
  }
}

async function connectTo(address: string): Promise<Deno.Conn> {
  const path = socketPath(address);
  if (path !== undefined) {
    if ((await Deno.stat(path)).isSocket) return await Deno.connect({ transport: "unix", path });
    throw new VaultError(
      `Cannot connect to "${address}": it is not a socket; see: ls -ld ${shellWord(path)}`,
    );
  }
  const url = new URL(address);
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  return await Deno.connect({ hostname: url.hostname.replace(/^\[|\]$/g, ""), port });
}
