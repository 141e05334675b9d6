/**
 * Private keys that are made on this host and never leave it, and the certificate signing requests
 * for them (PKCS#10, RFC 2986).
 */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { encodeAltNames } from "../../certificate/alt_names.ts";
import { keyTypeOf } from "../../certificate/keys.ts";
import { x509 } from "../../certificate/x509.ts";
import { DEFAULT_KEY_TYPE } from "../../config/defaults.ts";
import type { KeyType } from "../../config/types.ts";
import type { CertificateRequest } from "../../plan/types.ts";

/** A key, and the request for its certificate; both PEM. */
interface SigningRequest {
  readonly request: string;
  /** PKCS#8 (RFC 5958). */
  readonly privateKey: string;
}

/** How each key type is generated (node:crypto), and how it signs (WebCrypto). */
const TYPES: Readonly<Record<KeyType, KeyRecipe>> = {
  "ec-256": ec("P-256", "SHA-256"),
  "ec-384": ec("P-384", "SHA-384"),
  "rsa-2048": rsa(2048),
  "rsa-3072": rsa(3072),
  "rsa-4096": rsa(4096),
  "ed25519": { make: () => generate("ed25519", {}), algorithm: { name: "Ed25519" } },
};

interface KeyRecipe {
  readonly make: () => Promise<{ readonly privateKey: KeyObject }>;
  readonly algorithm: { name: string; namedCurve?: string; hash?: string };
}

/** The runtime generates keys in its own threads, so several are made at the same time. */
const generate = promisify(generateKeyPair) as unknown as (
  type: string,
  options: object,
) => Promise<{ readonly privateKey: KeyObject }>;

function ec(namedCurve: string, hash: string): KeyRecipe {
  return {
    make: () => generate("ec", { namedCurve }),
    algorithm: { name: "ECDSA", namedCurve, hash },
  };
}

function rsa(modulusLength: number): KeyRecipe {
  return {
    make: () => generate("rsa", { modulusLength }),
    algorithm: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  };
}

/**
 * @param storedKey PEM of the key that is to be reused, if any. A key that cannot be decoded or has
 *   another type is replaced by a new one.
 */
export async function makeSigningRequest(
  request: CertificateRequest,
  storedKey?: string,
): Promise<SigningRequest> {
  const { commonName } = request;
  const reused = storedKey === undefined ? undefined : openKey(storedKey, request.key.type);
  const type = reused?.type ?? request.key.type ?? DEFAULT_KEY_TYPE;
  const { make, algorithm } = TYPES[type];
  const key = reused?.key ?? (await make()).privateKey;
  const names = encodeAltNames(request, request.excludeCnFromSans);
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    // One explicit string type: a plain text that begins with "#" would be read as hexadecimal.
    name: new x509.Name(commonName === "" ? [] : [{ CN: [{ utf8String: commonName }] }]),
    keys: await importKeys(key, algorithm),
    signingAlgorithm: algorithm,
    extensions: names === undefined ? [] : [names],
  });
  return {
    request: made.toString("pem"),
    privateKey: key.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function openKey(
  pem: string,
  wanted: KeyType | undefined,
): { readonly key: KeyObject; readonly type: KeyType } | undefined {
  try {
    const key = createPrivateKey(pem);
    const type = keyTypeOf(key);
    return Object.hasOwn(TYPES, type) && type === (wanted ?? type)
      ? { key, type: type as KeyType }
      : undefined;
  } catch {
    return undefined;
  }
}

async function importKeys(
  key: KeyObject,
  algorithm: KeyRecipe["algorithm"],
): Promise<CryptoKeyPair> {
  const pkcs8 = new Uint8Array(key.export({ type: "pkcs8", format: "der" }));
  const spki = new Uint8Array(createPublicKey(key).export({ type: "spki", format: "der" }));
  const { subtle } = crypto;
  return {
    privateKey: await subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]),
    publicKey: await subtle.importKey("spki", spki, algorithm, true, ["verify"]),
  };
}
