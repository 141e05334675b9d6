/**
 * Verifies ECDSA signatures of certificates and CRLs by WebCrypto, in a thread of the runtime: node:crypto takes
 * the only thread for as long, which all other certificates of a run then wait for.
 */
import type { X509Certificate } from "node:crypto";
import { algorithmsOf } from "./algorithms.ts";
import { BIT_STRING, INTEGER, readElements, readInside } from "./der.ts";

/** By the object identifiers of the issuer's key and of the signature (RFC 5480, RFC 5758). */
const FORMS: ReadonlyMap<string, { curve: string; hash: string; size: number }> = new Map([
  ["1.2.840.10045.3.1.7 1.2.840.10045.4.3.2", { curve: "P-256", hash: "SHA-256", size: 32 }],
  ["1.3.132.0.34 1.2.840.10045.4.3.3", { curve: "P-384", hash: "SHA-384", size: 48 }],
]);

/** Of CA certificates, which sign many. */
const keys = new WeakMap<X509Certificate, Promise<CryptoKey>>();

/** Whether it is certain that the key of one signed the other; false may also mean another algorithm. */
export async function isSignedByEcdsa(
  { raw }: Pick<X509Certificate, "raw">,
  issuer: X509Certificate,
): Promise<boolean> {
  const form = FORMS.get(`${algorithmsOf(issuer.raw).key} ${algorithmsOf(raw).signature}`);
  const signed = signedPart(raw);
  const signature = form && signed && plainSignature(signed.bits, form.size);
  if (form === undefined || signature === undefined) return false;
  try {
    const key = keys.get(issuer) ?? importKey(issuer, form.curve);
    keys.set(issuer, key);
    const algorithm = { name: "ECDSA", hash: form.hash };
    const text = new Uint8Array(signed?.text ?? []);
    return await crypto.subtle.verify(algorithm, await key, signature, text);
  } catch {
    return false;
  }
}

/** What is signed in a certificate or CRL, and the signature, after a byte that counts unused bits. */
export function signedPart(raw: Uint8Array) {
  const [whole, ...rest] = readElements(raw);
  const [signed, , bits] = readElements(whole?.body ?? new Uint8Array());
  if (!whole || !signed || bits?.tag !== BIT_STRING || rest.length > 0) return undefined;
  // With its tag and its length.
  const begin = whole.body.byteOffset - raw.byteOffset;
  const end = signed.body.byteOffset + signed.body.length - raw.byteOffset;
  return { text: raw.subarray(begin, end), bits: bits.body };
}

function importKey({ publicKey }: X509Certificate, namedCurve: string): Promise<CryptoKey> {
  const spki = new Uint8Array(publicKey.export({ type: "spki", format: "der" }));
  return crypto.subtle.importKey("spki", spki, { name: "ECDSA", namedCurve }, false, ["verify"]);
}

/** Both numbers of an `Ecdsa-Sig-Value` (RFC 3279, 2.2.3) at their full size, as WebCrypto wants them. */
function plainSignature(bits: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined {
  // The first byte counts unused bits.
  const numbers = readInside(bits.subarray(1));
  const plain = new Uint8Array(2 * size);
  for (const [at, { tag, body }] of numbers.entries()) {
    const from = body.findIndex((byte) => byte !== 0);
    const digits = from < 0 ? new Uint8Array() : body.subarray(from);
    if (tag !== INTEGER || at > 1 || digits.length > size) return undefined;
    plain.set(digits, (at + 1) * size - digits.length);
  }
  return numbers.length === 2 && bits[0] === 0 ? plain : undefined;
}
