/**
 * Requests that the runtime's own client cannot make:
 * - over TLS to a server whose certificate is not verified (`vault_ssl_verify: false`) or has
 *   another name (`tls_server_name`);
 * - in plain text to this host itself, past a proxy of the environment, which would send the token
 *   over the network;
 * - through a Unix domain socket, without permission for any host.
 *
 * If the certificate is not verified, anyone between this host and the server can read the token
 * and the private keys. The compile-time flag of the runtime would turn verification off for
 * everyone. This module is loaded only if it is needed.
 *
 * It writes HTTP itself: if an answer breaks off, node:https of Deno 2.7.11 leaves a promise
 * unhandled, which ends the program. It uses HTTP/1.0 (RFC 1945) with one request per connection,
 * so the end of the connection is the end of the answer.
 */
import { Buffer } from "node:buffer";
import { connect as connectPlainly, type Socket } from "node:net";
import { connect, type ConnectionOptions } from "node:tls";
import type { TlsAccess } from "../access/server_access.ts";
import { NotSentError } from "../errors.ts";
import { ANSWER_LIMIT, head, isWhole, readAnswer } from "./http_text.ts";
import { type HttpRequest, type RawAnswer, tooLong, type Transport } from "./transport.ts";

export class SocketTransport implements Transport {
  readonly #tls: TlsAccess;
  readonly #path: string | undefined;

  /** @param path Of a Unix domain socket. */
  constructor(tls: TlsAccess, path?: string) {
    this.#tls = tls;
    this.#path = path;
  }

  async send(request: HttpRequest, limit: number): Promise<RawAnswer> {
    const { url } = request;
    // As `vault` and `bao` address such a server.
    const target = new URL(
      this.#path === undefined
        ? url
        : `http://localhost${url.slice(`unix://${this.#path}`.length)}`,
    );
    return readAnswer(await exchange(request, target, open(target, this.#tls, this.#path), limit));
  }

  close(): void {}
}

function connectionOptions(url: URL, { authorities, serverName, client }: TlsAccess) {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return {
    host,
    port: Number(url.port || 443),
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: authorities !== undefined,
    ...(authorities !== undefined && { ca: [...authorities] }),
    ...(serverName !== undefined && { servername: serverName }),
    ...(client !== undefined && { cert: client.certificate, key: client.key }),
  } satisfies ConnectionOptions;
}

function exchange(
  request: HttpRequest,
  url: URL,
  socket: Socket,
  limit: number,
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const timer = setTimeout(() => {
    socket.destroy(new DOMException("Signal timed out.", "TimeoutError"));
  }, limit);
  const parts: Buffer[] = [];
  let length = 0;
  let connected = false;
  socket.once(url.protocol === "https:" ? "secureConnect" : "connect", () => connected = true);
  socket.on("data", (part: Buffer) => {
    length += part.length;
    parts.push(part);
    if (length > ANSWER_LIMIT) return socket.destroy(tooLong(request.url));
    // Some servers keep the connection open.
    const whole = Buffer.concat(parts);
    if (isWhole(whole)) resolve(whole);
  });
  socket.on("error", (error) => {
    const isTimeout = error instanceof DOMException;
    reject(connected || isTimeout ? error : new NotSentError(error));
  });
  socket.on("end", () => resolve(Buffer.concat(parts)));
  socket.on("close", () => {
    clearTimeout(timer);
    reject(new Error("the connection was closed"));
  });
  socket.write(head(request, url) + (request.body ?? ""));
  return promise.finally(() => socket.destroy());
}

function open(url: URL, tls: TlsAccess, path: string | undefined): Socket {
  if (path !== undefined) return connectPlainly({ path });
  const options = connectionOptions(url, tls);
  if (url.protocol === "https:") return connect(options);
  return connectPlainly({ host: options.host, port: Number(url.port || 80) });
}
