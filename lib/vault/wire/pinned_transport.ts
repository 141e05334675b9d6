/**
 * Requests to a server whose own certificate is in the CA file although it is a CA certificate, as the
 * packages of Vault and OpenBao make it. Only that certificate is accepted, byte for byte, for its names
 * and while it is valid. This module is loaded only after the runtime refused such a certificate.
 */
import { Buffer } from "node:buffer";
import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { openCertificate } from "../../certificate/certificate.ts";
import { isSelfSigned } from "../../certificate/stored_chain.ts";
import type { TlsAccess } from "../access/server_access.ts";
import { NotSentError } from "../errors.ts";
import { ANSWER_LIMIT, head, isWhole, readAnswer } from "./http_text.ts";
import { Tls13Client } from "./tls13_client.ts";
import { type HttpRequest, type RawAnswer, tooLong, type Transport } from "./transport.ts";

export class PinnedTransport implements Transport {
  readonly #tls: TlsAccess;

  constructor(tls: TlsAccess) {
    this.#tls = tls;
  }

  async send(request: HttpRequest, limit: number): Promise<RawAnswer> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const ended = new AbortController();
    const timer = setTimeout(() => {
      reject(new DOMException("Signal timed out.", "TimeoutError"));
      ended.abort();
    }, limit);
    try {
      return await Promise.race([this.#exchange(request, ended.signal), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #exchange(request: HttpRequest, ended: AbortSignal): Promise<RawAnswer> {
    const url = new URL(request.url);
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const connection = await Deno.connect({ hostname: host, port: Number(url.port || 443) })
      .catch((error) => {
        throw new NotSentError(error);
      });
    const close = once(() => connection.close());
    ended.addEventListener("abort", close);
    try {
      if (ended.aborted) throw ended.reason;
      const client = await this.#open(connection, this.#tls.serverName ?? host);
      await client.write(Buffer.from(head(request, url) + (request.body ?? "")));
      return readAnswer(await readWhole(client, request.url));
    } finally {
      close();
    }
  }

  async #open(connection: Deno.Conn, name: string): Promise<Tls13Client> {
    const client = new Tls13Client(connection);
    try {
      await client.connect(
        isIP(name) === 0 ? name : undefined,
        (certificate) => requirePinned(certificate, this.#tls.authorities ?? [], name, new Date()),
      );
      return client;
    } catch (error) {
      throw new NotSentError(error);
    }
  }

  close(): void {}
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}

async function readWhole(client: Tls13Client, url: string): Promise<Buffer> {
  let whole = Buffer.alloc(0);
  while (!isWhole(whole)) {
    const part = await client.read();
    if (part === undefined) break;
    whole = Buffer.concat([whole, part]);
    if (whole.length > ANSWER_LIMIT) throw tooLong(url);
  }
  return whole;
}

/** Throws what the runtime says of other certificates. */
function requirePinned(
  certificate: X509Certificate,
  authorities: readonly string[],
  name: string,
  now: Date,
): void {
  const refuse = (why: string) => new Error(`invalid peer certificate: ${why}`);
  const isPinned = authorities.map(openCertificate).some((one) =>
    one.raw.equals(certificate.raw) && isSelfSigned(one)
  );
  if (!isPinned) throw refuse("CaUsedAsEndEntity");
  if (new Date(certificate.validTo) <= now) throw refuse("expired");
  if (new Date(certificate.validFrom) > now) throw refuse("not valid yet");
  const names = isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name);
  if (names === undefined || certificate.subjectAltName === undefined) {
    throw refuse("not valid for name");
  }
}
