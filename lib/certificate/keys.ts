/** The type of a key, and whether a private key belongs to a certificate. */
import { Buffer } from "node:buffer";
import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  type X509Certificate,
} from "node:crypto";
import {
  algorithmsOf,
  certificateFields,
  isDecoded,
  nameAlgorithm,
  privateKeyAlgorithm,
} from "./algorithms.ts";
import { readElements } from "./der.ts";
import { keyBlock } from "./pem_form.ts";

/** How DER of an EC key is built around its private and its public half. */
interface EcForm {
  /** Before the private half. */
  readonly head: Buffer;
  /** Between the two halves. */
  readonly middle: Buffer;
  /** Bytes of the private half; the public one has twice as many. */
  readonly size: number;
}

/** PKCS #8 (RFC 5208, section 5) and SEC 1 (RFC 5915, section 3) of P-256 and P-384. */
const EC_FORMS: readonly EcForm[] = [
  ["308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420", "a14403420004", 32],
  ["30770201010420", "a00a06082a8648ce3d030107a14403420004", 32],
  ["3081b6020100301006072a8648ce3d020106052b8104002204819e30819b0201010430", "a16403620004", 48],
  ["3081a40201010430", "a00706052b81040022a16403620004", 48],
].map(([head, middle, size]) => ({
  head: Buffer.from(String(head), "hex"),
  middle: Buffer.from(String(middle), "hex"),
  size: Number(size),
}));

const BLOCK =
  /-----BEGIN (?:[A-Z0-9]+ )?PRIVATE KEY-----\s([A-Za-z0-9+/=\s]+)-----END [A-Z0-9 ]+-----/;

/**
 * How a private key and a certificate compare. "unparsable": also if it is encrypted. "unverified": the
 * runtime does not know their algorithm, which is the same.
 */
export type KeyMatch = "match" | "mismatch" | "unparsable" | "unverified";

/** Compares a PEM private key with a certificate. */
export function matchKey(certificate: X509Certificate, keyPem: string): KeyMatch {
  return holdsPublicPoint(certificate.raw, keyPem) ? "match" : proveKey(certificate, keyPem);
}

/** Whether a certificate has the public half of an EC key; for the usual case. */
export function holdsPublicPoint(der: Buffer, keyPem: string): boolean {
  const point = publicPoint(keyPem);
  return point !== undefined && der.includes(point);
}

/**
 * The same, and that the private and the public half of the key belong together: the runtime decodes no
 * EC key in which they do not. So of such a key the public half tells, without another calculation.
 */
export function proveKey(certificate: X509Certificate, keyPem: string): KeyMatch {
  const block = keyBlock(keyPem);
  if (block === undefined) return "unparsable";
  let key;
  try {
    key = createPrivateKey(block);
    const point = publicPoint(block);
    if (point !== undefined && publicBits(certificate.raw)?.equals(point)) return "match";
    if (certificate.checkPrivateKey(key)) return "match";
  } catch {
    if (key === undefined) return matchUndecoded(certificate, block);
  }
  try {
    return hasPublicHalf(certificate, key) ? "match" : "mismatch";
  } catch {
    return "mismatch";
  }
}

function matchUndecoded({ raw }: X509Certificate, keyPem: string): KeyMatch {
  const algorithm = privateKeyAlgorithm(keyPem);
  if (algorithm === undefined || isDecoded(algorithm)) return "unparsable";
  return algorithm === algorithmsOf(raw).key ? "unverified" : "mismatch";
}

/** For some keys (secp256k1 in Deno 2.7.11) the runtime wrongly says no. */
function hasPublicHalf({ publicKey }: X509Certificate, key: KeyObject): boolean {
  const write = (half: KeyObject) => half.export({ type: "spki", format: "der" });
  return write(createPublicKey(key)).equals(write(publicKey));
}

/**
 * The public point in the file of an EC key, as RFC 5480, section 2.2, writes it: for the usual case.
 * Another certificate can hold it only as its public key. Deriving it from the private half costs 0.4 ms
 * per key, which is most of a run with nothing to do; that the halves belong together is verified at
 * issue.
 */
function publicPoint(keyPem: string): Buffer | undefined {
  const der = Buffer.from(BLOCK.exec(keyPem)?.[1] ?? "", "base64");
  const form = EC_FORMS.find(({ head, middle, size }) => {
    const end = head.length + size;
    return der.length === end + middle.length + 2 * size &&
      der.subarray(0, head.length).equals(head) &&
      der.subarray(end, end + middle.length).equals(middle);
  });
  return form && der.subarray(-2 * form.size - 1);
}

/** The public key of a certificate, without its algorithm. */
function publicBits(certificate: Uint8Array): Buffer | undefined {
  const [, bits] = readElements(certificateFields(certificate)[5]?.body ?? new Uint8Array());
  // The first byte counts unused bits.
  return bits && Buffer.from(bits.body.subarray(1));
}

const CURVES: Readonly<Record<string, string>> = { prime256v1: "256", secp384r1: "384" };

/** A value of `key_type` if possible, otherwise the runtime's name: `ec-secp521r1`. */
export function keyTypeOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  switch (asymmetricKeyType) {
    case "ec": {
      const curve = asymmetricKeyDetails?.namedCurve ?? "";
      return `ec-${CURVES[curve] ?? curve}`;
    }
    case "rsa":
    case "rsa-pss":
      return `${asymmetricKeyType}-${asymmetricKeyDetails?.modulusLength}`;
    default:
      return asymmetricKeyType ?? "unknown";
  }
}

/** The same of a certificate's key, also if the runtime does not know its algorithm: `ml-dsa-65`. */
export function certificateKeyType(certificate: X509Certificate): string {
  try {
    return keyTypeOf(certificate.publicKey);
  } catch {
    return nameAlgorithm(algorithmsOf(certificate.raw).key).toLowerCase();
  }
}
