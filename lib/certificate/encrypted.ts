/**
 * Targets behind a password. Salts make each one different, so that what lies there is opened and
 * compared by what it holds. Loaded only where the file has such a target.
 */
import type { Format, Part } from "./types.ts";
import { encryptKeyPem, findEncryptedKey, openKey, pkcs8Of } from "./encrypted_key.ts";
import { isSame, type Random } from "./pbes2.ts";
import { decodePem, encodePem, splitCertificates } from "./pem.ts";
import { encryptKeyStore, type KeyStore, type OpenKeyStore, openKeyStore } from "./pkcs12.ts";
import { combine } from "./plain_content.ts";
import { EncryptionError } from "./encryption_error.ts";

/** What is to be sealed. */
export interface EncryptionSpec {
  /** With a password file. */
  readonly format: Format;
  /** Name of the certificate. */
  readonly name: string;
  /** Text of a stored file. */
  readonly part: (part: Part) => string;
  readonly password: string;
}

/** How what lies there stands to what should. */
export interface EncryptedJudgement {
  /** Why it is to be made anew; absent: it need not be. */
  readonly fault?: string;
  /** PEM of the first certificate in it, where it can be read. */
  readonly certificate?: string;
}

/** What a target holds. Throws Error without parts of the key where the stored key is damaged. */
export function encryption(desired: EncryptionSpec, random: Random): string | Uint8Array {
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

/** Judges what a target holds. Never throws for what is found there. */
export function judgeEncrypted(found: Uint8Array, desired: EncryptionSpec): EncryptedJudgement {
  return desired.format.what === "pkcs12"
    ? judgeKeyStore(found, desired)
    : judgeText(new TextDecoder("utf-8", { ignoreBOM: true }).decode(found), desired);
}

function judgeKeyStore(found: Uint8Array, desired: EncryptionSpec): EncryptedJudgement {
  let leaf: Uint8Array | undefined;
  const fault = faultOf(() => {
    const opened = openKeyStore(found, desired.password);
    [leaf] = opened.certificates;
    return keyStoreFault(opened, desired);
  });
  return {
    ...(fault !== undefined && { fault }),
    ...(leaf !== undefined && { certificate: encodePem(leaf, "CERTIFICATE") }),
  };
}

function keyStoreFault(found: OpenKeyStore, desired: EncryptionSpec): string | undefined {
  const wanted = keyStoreOf(desired);
  if (!isSame(found.key, wanted.key)) return OTHER_KEY;
  const same = found.certificates.length === wanted.certificates.length &&
    found.certificates.every((der, at) => isSame(der, wanted.certificates[at] ?? new Uint8Array()));
  if (!same) return "it contains other certificates than the store";
  return found.hasName(desired.name) ? undefined : `its entry is not named "${desired.name}"`;
}

const OTHER_KEY = "it contains another key than the store";

function judgeText(text: string, desired: EncryptionSpec): EncryptedJudgement {
  const [certificate] = splitCertificates(text);
  const fault = faultOf(() => textFault(text, desired));
  return {
    ...(fault !== undefined && { fault }),
    ...(certificate !== undefined && { certificate }),
  };
}

function textFault(text: string, { format, part, password }: EncryptionSpec): string | undefined {
  const key = findEncryptedKey(text);
  const whole = format.what === "privkey" ? key : combine(format.order, part("fullchain"), key);
  // First, as opening it takes time.
  if (whole !== text) return "its text differs from what VCM would write";
  return isSame(openKey(decodePem(key), password), pkcs8Of(part("privkey")))
    ? undefined
    : OTHER_KEY;
}

/** What was thrown, as what is to be said of a file. */
function faultOf(judge: () => string | undefined): string | undefined {
  try {
    return judge();
  } catch (error) {
    return error instanceof EncryptionError ? error.message : "it is damaged or of another kind";
  }
}

function keyStoreOf({ name, part }: EncryptionSpec): KeyStore {
  return {
    name,
    key: pkcs8Of(part("privkey")),
    certificates: splitCertificates(part("fullchain")).map(decodePem),
  };
}
