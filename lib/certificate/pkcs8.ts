/** Private keys in PKCS #8, the form that every program reads (RFC 5958). Pure. */
import { Buffer } from "node:buffer";
import { INTEGER, readElements, readInside, SEQUENCE } from "./der.ts";
import { decodePem, encodePem } from "./pem.ts";

const OCTET_STRING = 0x04;
const EC_PARAMETERS = 0xa0;
/** Version 0. */
const VERSION = Buffer.from("020100", "hex");
/** rsaEncryption with NULL (RFC 8017, appendix C). */
const RSA = Buffer.from("300d06092a864886f70d0101010500", "hex");
/** id-ecPublicKey (RFC 5480, section 2.1.1). */
const EC = Buffer.from("06072a8648ce3d0201", "hex");

/**
 * PEM of the same key in PKCS #8. It changes only the structure, so that it needs no support of its
 * algorithm. A key in another form than PKCS #1 and SEC 1 is returned as it is.
 */
export function toPkcs8(pem: string): string {
  const [, form] = /-----BEGIN (RSA|EC) PRIVATE KEY-----/.exec(pem) ?? [];
  if (form === undefined) return pem;
  const key = decodePem(pem);
  const fields = readInside(key);
  if (fields[0]?.tag !== INTEGER) return pem;
  if (form === "RSA") return wrap(RSA, key);
  const curve = fields.find(({ tag }) => tag === EC_PARAMETERS);
  if (curve === undefined || readElements(curve.body).length !== 1) return pem;
  // The curve is in the algorithm already; programs leave it out of the key.
  const rest = fields.filter((field) => field !== curve).map(({ tag, body }) => element(tag, body));
  return wrap(element(SEQUENCE, EC, curve.body), element(SEQUENCE, ...rest));
}

function wrap(algorithm: Uint8Array, key: Uint8Array): string {
  const whole = element(SEQUENCE, VERSION, algorithm, element(OCTET_STRING, key));
  return encodePem(whole, "PRIVATE KEY");
}

function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  const hex = body.length.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  const length = body.length < 0x80
    ? bytes
    : Buffer.concat([Buffer.from([0x80 + bytes.length]), bytes]);
  return Buffer.concat([Buffer.from([tag]), length, body]);
}
