/**
 * Requests to a server whose certificate is not verified (`vault_ssl_verify: false`). Whoever is
 * between this host and the server can read the token and the private keys. Loaded only when the
 * file asks for it; the runtime's own client has no such way, and its compile-time flag would
 * switch verification off for everybody.
 */
import http from "node:http";
import https from "node:https";
import { connect } from "node:tls";
import {
  ANSWER_LIMIT,
  BODY_LIMIT,
  type HttpRequest,
  type RawAnswer,
  tooLong,
  type Transport,
} from "./transport.ts";

export class UnverifiedTransport implements Transport {
  send(request: HttpRequest): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      const url = new URL(request.url);
      const outgoing = url.protocol === "http:"
        ? http.request(url, options(request))
        : https.request(url, {
          ...options(request),
          agent: false,
          createConnection: () =>
            connect({
              host: url.hostname.replace(/^\[|\]$/g, ""),
              port: Number(url.port || 443),
              rejectUnauthorized: false,
            }),
        } as https.RequestOptions);
      outgoing.on("response", (incoming) => collect(incoming, request.url).then(resolve, reject));
      outgoing.on("error", reject);
      outgoing.end(request.body);
    });
  }

  close(): void {}
}

function options(request: HttpRequest): http.RequestOptions {
  const length = request.body === undefined ? 0 : new TextEncoder().encode(request.body).length;
  return {
    method: request.method,
    headers: { ...request.headers, "content-length": length, connection: "close" },
    signal: AbortSignal.timeout(ANSWER_LIMIT),
  };
}

async function collect(incoming: http.IncomingMessage, url: string): Promise<RawAnswer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of incoming) {
    length += part.length;
    if (length > BODY_LIMIT) throw tooLong(url);
    parts.push(part);
  }
  const { location } = incoming.headers;
  return {
    status: incoming.statusCode ?? 0,
    ...(location === undefined ? {} : { location }),
    body: await new Blob(parts as BlobPart[]).text(),
  };
}
