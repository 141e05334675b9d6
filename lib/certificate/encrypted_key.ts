/**
 * Private keys as encrypted PKCS #8 (RFC 5958, section 3). The runtime's own export is too weak: Deno
 * 2.7.11 writes OpenSSL's old format, whose key is one round of MD5.
 */
import { createPrivateKey } from "node:crypto";
import { asn1 } from "./asn1_pfx.ts";
import { decrypt, encode, encrypt, EncryptionError, isSame, type Random } from "./pbes2.ts";
import { decodePem, encodePem } from "./pem.ts";

const { AsnConvert, EncryptedPrivateKeyInfo, OctetString, PrivateKeyInfo } = asn1;

const LABEL = "ENCRYPTED PRIVATE KEY";

/** A PEM private key of any format as PKCS #8 (DER). Throws an Error that shows no part of the key. */
export function pkcs8Of(pem: string): Uint8Array {
  if (pem.includes("-----BEGIN PRIVATE KEY-----")) return decodePem(pem);
  try {
    return new Uint8Array(createPrivateKey(pem).export({ type: "pkcs8", format: "der" }));
  } catch {
    // The cause would show parts of the key.
    throw new Error("The private key in the store cannot be decoded");
  }
}

/** EncryptedPrivateKeyInfo (DER) of a key in PKCS #8 (DER). */
export function encryptKey(pkcs8: Uint8Array, password: string, random: Random): ArrayBuffer {
  const { algorithm, bytes } = encrypt(pkcs8, password, random);
  const info = new EncryptedPrivateKeyInfo();
  info.encryptionAlgorithm = algorithm;
  info.encryptedData = new OctetString(bytes);
  return AsnConvert.serialize(info);
}

/** Throws EncryptionError, or an error of the library if the bytes are not an encrypted key. */
export function openKey(der: ArrayBuffer | Uint8Array, password: string): Uint8Array {
  const info = AsnConvert.parse(der, EncryptedPrivateKeyInfo);
  // The library ignores bytes after the end.
  if (!isSame(encode(info), new Uint8Array(der))) throw new EncryptionError("it is damaged");
  const { encryptionAlgorithm, encryptedData } = info;
  const bytes = new Uint8Array(encryptedData.buffer);
  return requireKey(decrypt({ algorithm: encryptionAlgorithm, bytes }, password));
}

/** One wrong password in 256 seems to decrypt it. */
function requireKey(pkcs8: Uint8Array): Uint8Array {
  try {
    AsnConvert.parse(pkcs8, PrivateKeyInfo);
    return pkcs8;
  } catch (error) {
    throw new EncryptionError("its password does not open it", { cause: error });
  }
}

export function encryptKeyPem(keyPem: string, password: string, random: Random): string {
  return encodePem(new Uint8Array(encryptKey(pkcs8Of(keyPem), password, random)), LABEL);
}

/** The encrypted key in a text, as VCM would write it. Throws EncryptionError if there is none. */
export function findEncryptedKey(text: string): string {
  const begin = text.indexOf(`-----BEGIN ${LABEL}-----`);
  if (begin < 0) throw new EncryptionError("it contains no encrypted key");
  return encodePem(decodePem(text.slice(begin)), LABEL);
}
