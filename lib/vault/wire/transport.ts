/** Requests to one server, bounded in time and size. */
import { isGuarded } from "../../config/read_places.ts";
import { BODY_LIMIT, type RawAnswer, rawAnswer, tooLong } from "./raw_answer.ts";
import { VaultError } from "../errors.ts";
import { explainFailure } from "./explain_failure.ts";
import type { Limits, ServerAccess } from "../access/server_access.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Transport {
  /** @param limit Milliseconds until the whole answer must be there. */
  send(request: HttpRequest, limit: number): Promise<RawAnswer>;
  close(): void;
}

/** The runtime's own client, or a socket for requests that it cannot make. */
export async function openTransport(access: ServerAccess, address: string): Promise<Transport> {
  const { authorities, client } = access.tls;
  if (needsSocket(access, address)) {
    const { SocketTransport } = await import("./socket_transport.ts");
    return new SocketTransport(access.tls);
  }
  try {
    return new FetchTransport({
      caCerts: [...authorities ?? []],
      ...(access.proxy === undefined ? {} : { proxy: { url: access.proxy } }),
      ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
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
      ...(request.body === undefined ? {} : { body: request.body }),
      // A redirect to another host would send the token there.
      redirect: "manual",
      signal: AbortSignal.timeout(limit),
    });
    const body = await readBounded(response, url);
    return rawAnswer(response.status, (name) => response.headers.get(name), body);
  }

  close(): void {
    this.#client.close();
  }
}

async function readBounded(response: Response, url: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > BODY_LIMIT) throw tooLong(url);
    parts.push(part);
  }
  return await new Blob(parts as BlobPart[]).text();
}

/**
 * Connects to a server once, to report early and in plain words that it cannot be reached.
 *
 * Throws VaultError.
 */
export async function probe(address: string, limits: Limits): Promise<void> {
  const url = new URL(address);
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const connecting = Deno.connect({ hostname, port });
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
    throw error instanceof VaultError ? error : explainFailure(address, error, limits);
  } finally {
    clearTimeout(timer);
  }
}
