/** The first and the certificate messages of TLS 1.3 (RFC 8446, section 4). */
import { Buffer } from "node:buffer";
import { uint, vector } from "./tls13_keys.ts";

/** Codes of RFC 8446, sections 4, 4.2 and B.4. */
const SERVER_NAME = 0;
const SUPPORTED_GROUPS = 10;
const SIGNATURE_ALGORITHMS = 13;
const ALPN = 16;
const SUPPORTED_VERSIONS = 43;
const KEY_SHARE = 51;
const TLS_1_3 = 0x0304;
const AES_128_GCM = 0x1301;

/** A group and this side's keys. */
export interface Share {
  readonly group: number;
  readonly algorithm: EcKeyGenParams | { readonly name: "X25519" };
}

export const GROUPS: readonly Share[] = [
  { group: 29, algorithm: { name: "X25519" } },
  { group: 23, algorithm: { name: "ECDH", namedCurve: "P-256" } },
];

/** Signatures of RFC 8446, 4.2.3: how node:crypto verifies each. */
export const SCHEMES: ReadonlyMap<number, { readonly hash: string | null; readonly key: string }> =
  new Map([
    [0x0804, { hash: "sha256", key: "rsa" }],
    [0x0805, { hash: "sha384", key: "rsa" }],
    [0x0806, { hash: "sha512", key: "rsa" }],
    [0x0403, { hash: "sha256", key: "prime256v1" }],
    [0x0503, { hash: "sha384", key: "secp384r1" }],
    [0x0807, { hash: null, key: "ed25519" }],
  ]);

export function message(type: number, body: Uint8Array): Buffer {
  return Buffer.concat([uint(1, type), vector(3, body)]);
}

/** @param name Absent for an IP address. */
export function clientHello(
  random: Uint8Array,
  shares: readonly { readonly group: number; readonly key: Uint8Array }[],
  name: string | undefined,
): Buffer {
  const extension = (type: number, body: Uint8Array) =>
    Buffer.concat([uint(2, type), vector(2, body)]);
  const codes = (all: Iterable<number>) => vector(2, ...[...all].map((code) => uint(2, code)));
  const keys = shares.map(({ group, key }) => Buffer.concat([uint(2, group), vector(2, key)]));
  const extensions = [
    ...name === undefined
      ? []
      : [extension(SERVER_NAME, vector(2, uint(1, 0), vector(2, Buffer.from(name))))],
    extension(SUPPORTED_GROUPS, codes(shares.map(({ group }) => group))),
    extension(SIGNATURE_ALGORITHMS, codes(SCHEMES.keys())),
    extension(ALPN, vector(2, vector(1, Buffer.from("http/1.1")))),
    extension(SUPPORTED_VERSIONS, vector(1, uint(2, TLS_1_3))),
    extension(KEY_SHARE, vector(2, ...keys)),
  ];
  const body = [
    ...[uint(2, 0x0303), random, vector(1), codes([AES_128_GCM]), vector(1, uint(1, 0))],
    vector(2, ...extensions),
  ];
  return message(1, Buffer.concat(body));
}

/** Reads bytes from left to right; throws at the end of them. */
export class Reader {
  #left: Buffer;

  constructor(bytes: Buffer) {
    this.#left = bytes;
  }

  get done(): boolean {
    return this.#left.length === 0;
  }

  take(length: number): Buffer {
    if (length > this.#left.length) throw new Error("a TLS message was cut short");
    const taken = this.#left.subarray(0, length);
    this.#left = this.#left.subarray(length);
    return taken;
  }

  uint(bytes: number): number {
    return this.take(bytes).readUIntBE(0, bytes);
  }

  vector(bytes: number): Buffer {
    return this.take(this.uint(bytes));
  }
}

/** The server has none of what this client has. */
export function notSpoken(): Error {
  return new Error("no TLS 1.3 with what was offered");
}

/** The server's share of the key. */
export function readServerHello(body: Buffer): { readonly group: number; readonly key: Buffer } {
  const reader = new Reader(body);
  reader.take(34);
  reader.vector(1);
  const suite = reader.uint(2);
  reader.take(1);
  const extensions = reader.done ? new Map<number, Buffer>() : readExtensions(reader.vector(2));
  const version = extensions.get(SUPPORTED_VERSIONS);
  const share = extensions.get(KEY_SHARE);
  if (
    version === undefined || new Reader(version).uint(2) !== TLS_1_3 || suite !== AES_128_GCM ||
    share === undefined
  ) {
    throw notSpoken();
  }
  const found = new Reader(share);
  const group = found.uint(2);
  // Without a key it asks for another group.
  if (found.done) throw notSpoken();
  return { group, key: found.vector(2) };
}

function readExtensions(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (const reader = new Reader(bytes); !reader.done;) {
    found.set(reader.uint(2), reader.vector(2));
  }
  return found;
}

/** DER of each certificate, the server's own first (RFC 8446, 4.4.2). */
export function readCertificates(body: Buffer): readonly [Buffer, ...Buffer[]] {
  const reader = new Reader(body);
  reader.vector(1);
  const entries = new Reader(reader.vector(3));
  const leaf = entries.vector(3);
  const rest: Buffer[] = [];
  // Each is followed by its extensions.
  for (entries.vector(2); !entries.done; entries.vector(2)) rest.push(entries.vector(3));
  return [leaf, ...rest];
}
