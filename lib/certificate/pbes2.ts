/**
 * Encryption with a password: PBES2 (RFC 8018) with AES-256-CBC and a key from PBKDF2 with HMAC-SHA-256,
 * of any bytes and of private keys as encrypted PKCS #8 (RFC 5958, section 3).
 * Nothing else is decrypted: a target cannot make a run compute billions of rounds, and weaker
 * encryption is replaced.
 */
import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, pbkdf2Sync } from "node:crypto";
import { asn1 } from "./asn1_pfx.ts";

const { AlgorithmIdentifier, AsnConvert, AsnProp, AsnPropTypes } = asn1;
const { EncryptedPrivateKeyInfo, OctetString, PrivateKeyInfo } = asn1;

type Algorithm = InstanceType<typeof AlgorithmIdentifier>;

/** Why an encrypted file differs from what VCM would write today; the message is for people. */
export class EncryptionError extends Error {
  override readonly name = "EncryptionError";
}

/** Returns this number of random bytes. */
export type Random = (bytes: number) => Uint8Array;

/** As in Java since JDK 16 (java.security, `keystore.pkcs12.keyPbeIterationCount`). */
export const ROUNDS = 10_000;

/** RFC 8018, appendices A and B. */
const PBES2 = "1.2.840.113549.1.5.13";
const PBKDF2 = "1.2.840.113549.1.5.12";
const HMAC_SHA256 = "1.2.840.113549.2.9";
const AES_256_CBC = "2.16.840.1.101.3.4.1.42";

const CIPHER = "aes-256-cbc";
const KEY_BYTES = 32;
const BLOCK_BYTES = 16;
const SALT_BYTES = 16;

/** PBES2-params (RFC 8018, A.4). */
export class Pbes2Parameters {
  keyDerivation = new AlgorithmIdentifier();
  encryption = new AlgorithmIdentifier();
}
AsnProp({ type: AlgorithmIdentifier })(Pbes2Parameters.prototype, "keyDerivation");
AsnProp({ type: AlgorithmIdentifier })(Pbes2Parameters.prototype, "encryption");

/** PBKDF2-params (RFC 8018, A.2), with a specified salt. */
class Pbkdf2Parameters {
  salt = new OctetString();
  rounds = 0;
  prf = new AlgorithmIdentifier();
}
AsnProp({ type: OctetString })(Pbkdf2Parameters.prototype, "salt");
AsnProp({ type: AsnPropTypes.Integer })(Pbkdf2Parameters.prototype, "rounds");
AsnProp({ type: AlgorithmIdentifier })(Pbkdf2Parameters.prototype, "prf");

/** Encrypted bytes and their algorithm. */
export interface Encrypted {
  readonly algorithm: Algorithm;
  readonly bytes: Uint8Array;
}

export function encrypt(plain: Uint8Array, password: string, random: Random): Encrypted {
  const [salt, iv] = [random(SALT_BYTES), random(BLOCK_BYTES)];
  const cipher = createCipheriv(CIPHER, deriveKey(password, salt), iv);
  const bytes = joinBytes(cipher.update(plain), cipher.final());
  return { algorithm: describe(salt, iv), bytes };
}

/** Throws EncryptionError for another encryption or another password. */
export function decrypt({ algorithm, bytes }: Encrypted, password: string): Uint8Array {
  const { salt, iv } = read(algorithm);
  try {
    const decipher = createDecipheriv(CIPHER, deriveKey(password, salt), iv);
    return joinBytes(decipher.update(bytes), decipher.final());
  } catch (error) {
    throw new EncryptionError("its password does not decrypt it", { cause: error });
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
export function decryptKey(der: ArrayBuffer | Uint8Array, password: string): Uint8Array {
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
    throw new EncryptionError("its password does not decrypt it", { cause: error });
  }
}

function deriveKey(password: string, salt: Uint8Array): Uint8Array {
  return pbkdf2Sync(password, salt, ROUNDS, KEY_BYTES, "sha256");
}

function describe(salt: Uint8Array, iv: Uint8Array): Algorithm {
  const derivation = new Pbkdf2Parameters();
  derivation.salt = new OctetString(salt);
  derivation.rounds = ROUNDS;
  derivation.prf = new AlgorithmIdentifier({ algorithm: HMAC_SHA256, parameters: null });
  const parameters = new Pbes2Parameters();
  parameters.keyDerivation = algorithm(PBKDF2, derivation);
  parameters.encryption = algorithm(AES_256_CBC, new OctetString(iv));
  return algorithm(PBES2, parameters);
}

function algorithm(id: string, parameters: unknown): Algorithm {
  return new AlgorithmIdentifier({
    algorithm: id,
    parameters: AsnConvert.serialize(parameters),
  });
}

/** Salt and initialization vector, if everything else is as in `describe()`. */
function read(found: Algorithm): { readonly salt: Uint8Array; readonly iv: Uint8Array } {
  const { salt, iv } = readLoosely(found);
  const known = salt.length === SALT_BYTES && iv.length === BLOCK_BYTES &&
    isSame(encode(describe(salt, iv)), encode(found));
  if (!known) throw weak();
  return { salt, iv };
}

function readLoosely(found: Algorithm) {
  try {
    const { keyDerivation, encryption } = open(found, Pbes2Parameters);
    const { salt } = open(keyDerivation, Pbkdf2Parameters);
    const iv = open(encryption, OctetString);
    return { salt: new Uint8Array(salt.buffer), iv: new Uint8Array(iv.buffer) };
  } catch (error) {
    throw weak(error);
  }
}

function open<T>({ parameters }: Algorithm, type: new () => T): T {
  return AsnConvert.parse(parameters ?? new ArrayBuffer(0), type);
}

/** A structure of the library as DER. */
export function encode(structure: unknown): Uint8Array {
  return new Uint8Array(AsnConvert.serialize(structure));
}

/** For a file of another program, or of an older VCM. */
export function weak(cause?: unknown): EncryptionError {
  return new EncryptionError("its encryption differs from what VCM uses now", { cause });
}

export function joinBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
