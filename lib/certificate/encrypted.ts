/**
 * Targets that are encrypted with a password. Every encryption uses a new salt, so an existing file is
 * decrypted and its content compared. Loaded only if the configuration has such a target.
 */
import { createPrivateKey } from "node:crypto";
import type { Format, Part } from "./types.ts";
import { decryptKey, EncryptionError, encryptKey, isSame, type Random } from "./pbes2.ts";
import { decodePem, encodePem, splitCertificates } from "./pem.ts";
import { keyBlock } from "./pem_form.ts";
import { encryptKeyStore, type KeyStore, type OpenKeyStore, openKeyStore } from "./pkcs12.ts";
import { combine } from "./plain_content.ts";

const LABEL = "ENCRYPTED PRIVATE KEY";
const OTHER_KEY = "its key differs from the key in the store";

/** What to encrypt. */
export interface EncryptionSpec {
  readonly format: Format;
  /** Name of the certificate. */
  readonly name: string;
  /** Text of a stored file. */
  readonly part: (part: Part) => string;
  readonly password: string;
}

/** How an existing file compares with the desired one. */
interface Comparison {
  /** Why it must be written again; absent: it is up to date. */
  readonly difference?: string | undefined;
  /** PEM of the first certificate in it, if it can be read. */
  readonly certificate?: string | undefined;
}

/** The content of a target. Throws an Error that shows no part of the key if the stored key is damaged. */
export function encryptTarget(desired: EncryptionSpec, random: Random): string | Uint8Array {
  const { format, part, password } = desired;
  switch (format.what) {
    case "pkcs12":
      return encryptKeyStore(keyStoreOf(desired), password, random);
    case "combined":
      return combine(
        format.order,
        part("fullchain"),
        encryptKeyPem(part("privkey"), password, random),
      );
    case "privkey":
      return encryptKeyPem(part("privkey"), password, random);
    default:
      throw new Error(`"${format.what}" has no password`);
  }
}

/** Compares the content of a target. Never throws because of that content. */
export function compareEncrypted(found: Uint8Array, desired: EncryptionSpec): Comparison {
  if (desired.format.what !== "pkcs12") {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(found);
    const [certificate] = splitCertificates(text);
    return { difference: differenceOf(() => textDifference(text, desired)), certificate };
  }
  let leaf: Uint8Array | undefined;
  const difference = differenceOf(() => {
    const opened = openKeyStore(found, desired.password);
    [leaf] = opened.certificates;
    return keyStoreFault(opened, desired);
  });
  return { difference, certificate: leaf && encodePem(leaf, "CERTIFICATE") };
}

function keyStoreFault(found: OpenKeyStore, desired: EncryptionSpec): string | undefined {
  const wanted = keyStoreOf(desired);
  if (!isSame(found.key, wanted.key)) return OTHER_KEY;
  const same = found.certificates.length === wanted.certificates.length &&
    found.certificates.every((der, at) => isSame(der, wanted.certificates[at] ?? new Uint8Array()));
  if (!same) return "its certificates differ from those in the store";
  return found.hasName(wanted.name) ? undefined : `its entry is not named "${wanted.name}"`;
}

function textDifference(
  text: string,
  { format, part, password }: EncryptionSpec,
): string | undefined {
  const key = findEncryptedKey(text);
  const whole = format.what === "privkey" ? key : combine(format.order, part("fullchain"), key);
  // Compared first, because decryption takes time.
  if (whole !== text) return "its text differs from what VCM would write";
  return isSame(decryptKey(decodePem(key), password), pkcs8Of(part("privkey")))
    ? undefined
    : OTHER_KEY;
}

/** Turns an error into the reason to write the file again. */
function differenceOf(compare: () => string | undefined): string | undefined {
  try {
    return compare();
  } catch (error) {
    return error instanceof EncryptionError ? error.message : "it is damaged or has another format";
  }
}

function keyStoreOf({ format, name, part }: EncryptionSpec): KeyStore {
  return {
    name: format.alias ?? name,
    key: pkcs8Of(part("privkey")),
    certificates: splitCertificates(part("fullchain")).map(decodePem),
  };
}

/** A PEM private key of any format as PKCS #8 (DER). Throws an Error that shows no part of the key. */
function pkcs8Of(pem: string): Uint8Array {
  const block = keyBlock(pem) ?? "";
  if (block.startsWith("-----BEGIN PRIVATE KEY-----")) return decodePem(block);
  try {
    return new Uint8Array(createPrivateKey(block).export({ type: "pkcs8", format: "der" }));
  } catch {
    // The cause would show parts of the key.
    throw new Error("The private key in the store cannot be decoded");
  }
}

/**
 * The runtime's own export is too weak: Deno 2.7.11 writes OpenSSL's old format, whose key is one round
 * of MD5.
 */
function encryptKeyPem(keyPem: string, password: string, random: Random): string {
  return encodePem(new Uint8Array(encryptKey(pkcs8Of(keyPem), password, random)), LABEL);
}

/** The encrypted key in a text, as VCM would write it. Throws EncryptionError if there is none. */
function findEncryptedKey(text: string): string {
  const begin = text.indexOf(`-----BEGIN ${LABEL}-----`);
  if (begin < 0) throw new EncryptionError("it contains no encrypted key");
  return encodePem(decodePem(text.slice(begin)), LABEL);
}
