/**
 * Requests over TLS to a server whose certificate is not verified (`vault_ssl_verify: false`).
 * Whoever is between this host and the server can read the token and the private keys. Loaded only
 * when the file asks for it; the runtime's own client has no such way, and its compile-time flag
 * would switch verification off for everybody.
 *
 * HTTP is spoken by hand: where an answer breaks off, node:https of Deno 2.7.11 leaves a promise
 * unhandled, which ends the program. It is HTTP/1.0 (RFC 1945), one request a connection, so that
 * the end of the connection is the end of the answer.
 */
import { Buffer } from "node:buffer";
import { connect } from "node:tls";
import { BODY_LIMIT, tooLong } from "./body_limit.ts";
import type { HttpRequest, RawAnswer, Transport } from "./transport.ts";

/** Room for the status line and the headers. */
const FRAME_LIMIT = 65_536;

export class UnverifiedTransport implements Transport {
  readonly #limit: number;

  /** @param limit Milliseconds until an answer must be there. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  async send(request: HttpRequest): Promise<RawAnswer> {
    return readAnswer(await exchange(request, this.#limit));
  }

  close(): void {}
}

function exchange(request: HttpRequest, limit: number): Promise<Buffer> {
  const url = new URL(request.url);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const socket = connect({
    host,
    port: Number(url.port || 443),
    rejectUnauthorized: false,
    ALPNProtocols: ["http/1.1"],
  });
  const timer = setTimeout(() => {
    socket.destroy(new DOMException("Signal timed out.", "TimeoutError"));
  }, limit);
  const parts: Buffer[] = [];
  let length = 0;
  socket.on("data", (part: Buffer) => {
    length += part.length;
    parts.push(part);
    if (length > BODY_LIMIT + FRAME_LIMIT) socket.destroy(tooLong(request.url));
  });
  socket.on("error", reject);
  socket.on("end", () => resolve(Buffer.concat(parts)));
  socket.on("close", () => {
    clearTimeout(timer);
    reject(new Error("the connection was closed"));
  });
  socket.write(head(request, url) + (request.body ?? ""));
  return promise.finally(() => socket.destroy());
}

function head({ method, headers, body = "" }: HttpRequest, url: URL): string {
  const all = {
    ...headers,
    host: url.host,
    "content-length": String(Buffer.byteLength(body)),
  };
  // Token and namespace were looked at when they were read: they break no line.
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${url.pathname}${url.search} HTTP/1.0\r\n${lines.join("")}\r\n`;
}

/** Reads a whole answer; throws where it is cut short. */
function readAnswer(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf("\r\n\r\n");
  const [start = "", ...lines] = bytes.toString("latin1", 0, Math.max(0, end)).split("\r\n");
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(start)?.[1];
  if (status === undefined) throw new Error("it does not answer by HTTP");
  const headers = new Map(lines.map((line) => {
    const at = line.indexOf(":");
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
  }));
  const body = bytes.subarray(end + 4);
  if (Number(headers.get("content-length") ?? 0) > body.length) {
    throw new Error("the answer was cut short");
  }
  const location = headers.get("location");
  return {
    status: Number(status),
    ...(location === undefined ? {} : { location }),
    body: body.toString("utf8"),
  };
}
