/**
 * Requests that the runtime's own client cannot make:
 * - over TLS to a server whose certificate is not verified (`vault_ssl_verify: false`) or has
 *   another name (`tls_server_name`);
 * - in plain text to this host itself, past a proxy of the environment, which would send the token
 *   over the network.
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
import {
  BODY_LIMIT,
  type HttpRequest,
  type RawAnswer,
  rawAnswer,
  tooLong,
  type Transport,
} from "./transport.ts";

/** Limit for the status line and the headers. */
const FRAME_LIMIT = 65_536;

export class SocketTransport implements Transport {
  readonly #tls: TlsAccess;

  constructor(tls: TlsAccess) {
    this.#tls = tls;
  }

  async send(request: HttpRequest, limit: number): Promise<RawAnswer> {
    return readAnswer(await exchange(request, this.#tls, limit));
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

function exchange(request: HttpRequest, tls: TlsAccess, limit: number): Promise<Buffer> {
  const url = new URL(request.url);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const socket = open(url, tls);
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
    if (length > BODY_LIMIT + FRAME_LIMIT) return socket.destroy(tooLong(request.url));
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

function open(url: URL, tls: TlsAccess): Socket {
  const options = connectionOptions(url, tls);
  if (url.protocol === "https:") return connect(options);
  return connectPlainly({ host: options.host, port: Number(url.port || 80) });
}

function head({ method, headers, body = "" }: HttpRequest, url: URL): string {
  const all = {
    ...headers,
    host: url.host,
    "content-length": String(Buffer.byteLength(body)),
  };
  // Token and namespace were checked when they were read. They contain no line break.
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${url.pathname}${url.search} HTTP/1.0\r\n${lines.join("")}\r\n`;
}

/** Whether the announced length has arrived. */
function isWhole(bytes: Buffer): boolean {
  const end = bytes.indexOf("\r\n\r\n");
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString("latin1", 0, Math.max(0, end)))
    ?.[1];
  return length !== undefined && bytes.length - end - 4 >= Number(length);
}

/** Parses a whole answer. Throws if it is cut short. */
function readAnswer(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf("\r\n\r\n");
  const [start = "", ...lines] = bytes.toString("latin1", 0, Math.max(0, end)).split("\r\n");
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(start)?.[1];
  if (status === undefined) throw new Error("the answer is not HTTP");
  const headers = new Map(lines.map((line) => {
    const at = line.indexOf(":");
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
  }));
  const body = bytes.subarray(end + 4);
  if (Number(headers.get("content-length") ?? 0) > body.length) {
    throw new Error("the answer was cut short");
  }
  return rawAnswer(Number(status), (name) => headers.get(name), body.toString("utf8"));
}
