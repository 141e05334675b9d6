/** Keys and records of TLS 1.3 (RFC 8446, 5.2 and 7.1) with TLS_AES_128_GCM_SHA256. */
import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHash, createHmac } from "node:crypto";

const HASH_LENGTH = 32;
const TAG_LENGTH = 16;
const ZERO = Buffer.alloc(HASH_LENGTH);

export function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

export function hmac(key: Uint8Array, bytes: Uint8Array): Buffer {
  return createHmac("sha256", key).update(bytes).digest();
}

/** A number in as many bytes. */
export function uint(bytes: number, value: number): Buffer {
  const written = Buffer.alloc(bytes);
  written.writeUIntBE(value, 0, bytes);
  return written;
}

/** A vector: its length in as many bytes, and its parts. */
export function vector(bytes: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([uint(bytes, body.length), body]);
}

/** HKDF-Expand-Label. All that TLS asks for with SHA-256 fits into one block. */
export function expand(secret: Uint8Array, label: string, context: Uint8Array, length: number) {
  const info = Buffer.concat([
    uint(2, length),
    vector(1, Buffer.from(`tls13 ${label}`)),
    vector(1, context),
    uint(1, 1),
  ]);
  return hmac(secret, info).subarray(0, length);
}

function derive(secret: Uint8Array, label: string, transcript: Uint8Array): Buffer {
  return expand(secret, label, sha256(transcript), HASH_LENGTH);
}

/** The two secrets of one phase. */
export interface Secrets {
  readonly client: Buffer;
  readonly server: Buffer;
}

/** @param hello Both hello messages. */
export function handshakeSecrets(shared: Uint8Array, hello: Uint8Array) {
  const early = hmac(ZERO, ZERO);
  const handshake = hmac(derive(early, "derived", new Uint8Array()), shared);
  const master = hmac(derive(handshake, "derived", new Uint8Array()), ZERO);
  return {
    client: derive(handshake, "c hs traffic", hello),
    server: derive(handshake, "s hs traffic", hello),
    /** @param transcript All messages up to the server's Finished. */
    application: (transcript: Uint8Array): Secrets => ({
      client: derive(master, "c ap traffic", transcript),
      server: derive(master, "s ap traffic", transcript),
    }),
  };
}

/** The content of Finished. */
export function finished(secret: Uint8Array, transcript: Uint8Array): Buffer {
  const key = expand(secret, "finished", new Uint8Array(), HASH_LENGTH);
  return hmac(key, sha256(transcript));
}

/** Encrypts or decrypts the records of one direction, in their order. */
export class RecordCipher {
  readonly #key: Buffer;
  readonly #iv: Buffer;
  #count = 0;

  constructor(secret: Uint8Array) {
    this.#key = expand(secret, "key", new Uint8Array(), 16);
    this.#iv = expand(secret, "iv", new Uint8Array(), 12);
  }

  /** @param type The content type. */
  encrypt(type: number, content: Uint8Array): Buffer {
    const head = Buffer.from([23, 3, 3, ...uint(2, content.length + 1 + TAG_LENGTH)]);
    const cipher = createCipheriv("aes-128-gcm", this.#key, this.#nonce());
    cipher.setAAD(head);
    const body = [cipher.update(Buffer.concat([content, uint(1, type)])), cipher.final()];
    return Buffer.concat([head, ...body, cipher.getAuthTag()]);
  }

  /** Throws if the record was changed on the way. */
  decrypt(head: Uint8Array, body: Buffer): { readonly type: number; readonly content: Buffer } {
    const decipher = createDecipheriv("aes-128-gcm", this.#key, this.#nonce());
    decipher.setAAD(head);
    decipher.setAuthTag(body.subarray(-TAG_LENGTH));
    const inner = Buffer.concat([
      decipher.update(body.subarray(0, -TAG_LENGTH)),
      decipher.final(),
    ]);
    let end = inner.length - 1;
    while (end >= 0 && inner[end] === 0) end--;
    return { type: inner[end] ?? 0, content: inner.subarray(0, Math.max(0, end)) };
  }

  #nonce(): Buffer {
    const nonce = Buffer.from(this.#iv);
    const count = uint(6, this.#count++);
    for (let at = 0; at < 6; at++) nonce[6 + at] = (nonce[6 + at] ?? 0) ^ (count[at] ?? 0);
    return nonce;
  }
}
