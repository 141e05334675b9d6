/**
 * The entries of keystores that other programs wrote: PKCS #12 with any number of entries, and Java's
 * older formats. The number of private keys, and usually their names, can be told without a password.
 */
import { Buffer } from "node:buffer";
import { createDecipheriv, createPrivateKey, pbkdf2Sync } from "node:crypto";
import { asn1, pfx } from "./asn1_pfx.ts";
import {
  type Contents,
  type FoundCertificate,
  type FoundKey,
  idOfPrivate,
  tryOpen,
} from "./contents.ts";
import { readJks } from "./jks.ts";
import { EncryptedData } from "./pkcs12.ts";
import { Pbes2Parameters } from "./pbes2.ts";

const { AlgorithmIdentifier, AsnConvert, AsnProp, AsnPropTypes, OctetString } = asn1;

type Algorithm = InstanceType<typeof AlgorithmIdentifier>;

const DATA = "1.2.840.113549.1.7.1";
const FRIENDLY_NAME = "1.2.840.113549.1.9.20";
/** RFC 8018, B.1.2; the PRF is SHA-1 unless another one is named. */
const PRFS: Readonly<Record<string, string>> = {
  "1.2.840.113549.2.7": "sha1",
  "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384",
  "1.2.840.113549.2.11": "sha512",
};
const CIPHERS: Readonly<Record<string, readonly [string, number]>> = {
  "2.16.840.1.101.3.4.1.2": ["aes-128-cbc", 16],
  "2.16.840.1.101.3.4.1.22": ["aes-192-cbc", 24],
  "2.16.840.1.101.3.4.1.42": ["aes-256-cbc", 32],
  "1.2.840.113549.3.7": ["des-ede3-cbc", 24],
};
/** Rounds of key derivation in all: a file cannot make a run compute for long. */
const MAX_ROUNDS = 2_000_000;

/** PBKDF2-params (RFC 8018, A.2) with everything that is optional. */
class AnyPbkdf2Parameters {
  salt = new OctetString();
  rounds = 0;
  keyLength?: number;
  prf?: Algorithm;
}
AsnProp({ type: OctetString })(AnyPbkdf2Parameters.prototype, "salt");
AsnProp({ type: AsnPropTypes.Integer })(AnyPbkdf2Parameters.prototype, "rounds");
AsnProp({ type: AsnPropTypes.Integer, optional: true })(AnyPbkdf2Parameters.prototype, "keyLength");
AsnProp({ type: AlgorithmIdentifier, optional: true })(AnyPbkdf2Parameters.prototype, "prf");

/** `undefined` if it is not a keystore, or damaged. */
export function readKeystore(
  bytes: Uint8Array,
  password: string | undefined,
): Contents | undefined {
  try {
    const isJava = ["feedfeed", "cececece"].includes(bytes.subarray(0, 4).toHex());
    return isJava ? readJks(bytes) : new Pkcs12Reader(password).read(bytes);
  } catch {
    return undefined;
  }
}

class Pkcs12Reader {
  readonly #password: string | undefined;
  readonly #certificates: FoundCertificate[] = [];
  readonly #keys: FoundKey[] = [];
  readonly #others = new Set<string>();
  #rounds = 0;

  constructor(password: string | undefined) {
    this.#password = password;
  }

  read(bytes: Uint8Array): Contents {
    const { authSafe } = AsnConvert.parse(bytes, pfx.PFX);
    for (const safe of AsnConvert.parse(octetsOf(authSafe.content), pfx.AuthenticatedSafe)) {
      const plain = safe.contentType === DATA
        ? new Uint8Array(octetsOf(safe.content))
        : this.#decryptSafe(safe.content);
      for (const bag of bagsOf(plain)) this.#readBag(bag);
    }
    return { certificates: this.#certificates, keys: this.#keys, others: [...this.#others] };
  }

  #readBag(bag: InstanceType<typeof pfx.SafeBag>): void {
    const alias = aliasOf(bag);
    if (bag.bagId === pfx.id_certBag) {
      const { certValue } = AsnConvert.parse(bag.bagValue, pfx.CertBag);
      const x509 = tryOpen(new Uint8Array(AsnConvert.parse(certValue, OctetString).buffer));
      if (x509 !== undefined) this.#certificates.push({ x509, alias });
    } else if (bag.bagId === pfx.id_keyBag) {
      this.#keys.push({ alias, id: idOfPkcs8(new Uint8Array(bag.bagValue)) });
    } else if (bag.bagId === pfx.id_pkcs8ShroudedKeyBag) {
      const { encryptionAlgorithm, encryptedData } = AsnConvert.parse(
        bag.bagValue,
        asn1.EncryptedPrivateKeyInfo,
      );
      const pkcs8 = this.#decrypt(encryptionAlgorithm, new Uint8Array(encryptedData.buffer));
      this.#keys.push({ alias, id: pkcs8 && idOfPkcs8(pkcs8) });
    } else this.#others.add("entries that are no certificates or keys");
  }

  #decryptSafe(content: ArrayBuffer): Uint8Array | undefined {
    const { contentEncryptionAlgorithm, encryptedContent } =
      AsnConvert.parse(content, EncryptedData).content;
    const bytes = encryptedContent?.value ?? encryptedContent?.constructedValue?.[0];
    return bytes && this.#decrypt(contentEncryptionAlgorithm, new Uint8Array(bytes.buffer));
  }

  #decrypt({ parameters }: Algorithm, bytes: Uint8Array): Uint8Array | undefined {
    if (this.#password === undefined || !parameters) return undefined;
    try {
      const { keyDerivation, encryption } = AsnConvert.parse(parameters, Pbes2Parameters);
      const { salt, rounds, prf } = AsnConvert.parse(
        keyDerivation.parameters ?? new ArrayBuffer(0),
        AnyPbkdf2Parameters,
      );
      const [cipher, size] = CIPHERS[encryption.algorithm] ?? [];
      // The library returns what does not fit into a number as text.
      if (cipher === undefined || size === undefined || !Number.isInteger(rounds) || rounds < 1) {
        return undefined;
      }
      this.#rounds += rounds;
      if (this.#rounds > MAX_ROUNDS) return undefined;
      const hash = PRFS[prf?.algorithm ?? ""] ?? "sha1";
      const key = pbkdf2Sync(this.#password, new Uint8Array(salt.buffer), rounds, size, hash);
      const iv = AsnConvert.parse(encryption.parameters ?? new ArrayBuffer(0), OctetString);
      const decipher = createDecipheriv(cipher, key, new Uint8Array(iv.buffer));
      return new Uint8Array(Buffer.concat([decipher.update(bytes), decipher.final()]));
    } catch {
      return undefined;
    }
  }
}

/** None if the password is another one, which seems to decrypt it in one case of 256. */
function bagsOf(plain: Uint8Array | undefined): readonly InstanceType<typeof pfx.SafeBag>[] {
  try {
    return plain === undefined ? [] : [...AsnConvert.parse(plain, pfx.SafeContents)];
  } catch {
    return [];
  }
}

function octetsOf(content: ArrayBuffer): ArrayBuffer {
  return AsnConvert.parse(content, OctetString).buffer;
}

function idOfPkcs8(der: Uint8Array): string | undefined {
  const key = Buffer.from(der);
  return idOfPrivate(() => createPrivateKey({ key, format: "der", type: "pkcs8" }));
}

function aliasOf({ bagAttributes = [] }: InstanceType<typeof pfx.SafeBag>): string | undefined {
  const value = bagAttributes.find(({ attrId }) => attrId === FRIENDLY_NAME)?.attrValues[0];
  if (value === undefined) return undefined;
  // A BMPString (X.690, 8.23.9): big-endian UTF-16.
  const der = Buffer.from(value);
  const text = der.subarray((der[1] ?? 0) < 0x80 ? 2 : 2 + (der[1] ?? 0) - 0x80);
  return text.length % 2 === 0 ? Buffer.from(text).swap16().toString("utf16le") : undefined;
}
