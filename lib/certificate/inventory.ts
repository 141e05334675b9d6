/** What an inventory of certificates needs to know, and a run does not. */
import { Buffer } from "node:buffer";
import type { X509Certificate } from "node:crypto";
import { algorithmsOf, nameAlgorithm } from "./algorithms.ts";
import { certificateKeyType } from "./keys.ts";
import { readInside } from "./der.ts";
import { authorityKeyId } from "./stored_chain.ts";

export interface InventoryFacts {
  /** Type and size of its key, as `key_type` has it if possible: `ec-256`, `rsa-1024`. */
  readonly keyType: string;
  /** With which its issuer signed it: `ecdsa-with-SHA256`. */
  readonly signatureAlgorithm: string;
  /** Identifier of its issuer's key (RFC 5280, 4.2.1.1), lower-case hexadecimal with colons. */
  readonly issuerKey?: string | undefined;
}

/** Names of RFC 8017 (A.2.4), RFC 5758 (3.2) and RFC 8410. */
const SIGNATURES: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.4": "md5WithRSAEncryption",
  "1.2.840.113549.1.1.5": "sha1WithRSAEncryption",
  "1.2.840.113549.1.1.10": "rsassaPss",
  "1.2.840.113549.1.1.11": "sha256WithRSAEncryption",
  "1.2.840.113549.1.1.12": "sha384WithRSAEncryption",
  "1.2.840.113549.1.1.13": "sha512WithRSAEncryption",
  "1.2.840.10045.4.1": "ecdsa-with-SHA1",
  "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
  "1.2.840.10045.4.3.3": "ecdsa-with-SHA384",
  "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
  "1.3.101.112": "Ed25519",
};

export function inventoryFacts(certificate: X509Certificate): InventoryFacts {
  const { signature } = algorithmsOf(certificate.raw);
  const issuerKey = issuerKeyOf(certificate);
  return {
    keyType: certificateKeyType(certificate),
    signatureAlgorithm: SIGNATURES[signature] ?? nameAlgorithm(signature),
    ...(issuerKey !== undefined && { issuerKey }),
  };
}

/** The tag of `keyIdentifier` in `authorityKeyIdentifier`. */
const KEY_IDENTIFIER = 0x80;

function issuerKeyOf(certificate: X509Certificate): string | undefined {
  const parts = readInside(Buffer.from(authorityKeyId(certificate) ?? "", "hex"));
  const found = parts.find(({ tag }) => tag === KEY_IDENTIFIER)?.body;
  return found && [...found].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}
