/** HTTP/1.0 (RFC 1945) as text: one request, and one answer that ends with its connection. */
import { Buffer } from "node:buffer";
import { BODY_LIMIT, type HttpRequest, type RawAnswer, rawAnswer } from "./transport.ts";

/** Limit of an answer with its status line and headers. */
export const ANSWER_LIMIT = BODY_LIMIT + 65_536;

/** The request without its body. */
export function head({ method, headers, body = "" }: HttpRequest, url: URL): string {
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
export function isWhole(bytes: Buffer): boolean {
  const end = bytes.indexOf("\r\n\r\n");
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString("latin1", 0, Math.max(0, end)))
    ?.[1];
  return length !== undefined && bytes.length - end - 4 >= Number(length);
}

/** Parses a whole answer. Throws if it is cut short. */
export function readAnswer(bytes: Buffer): RawAnswer {
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
