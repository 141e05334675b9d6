/** The MAC of a PKCS #12 file, which shows whether the password is right (RFC 7292, section 4). */
import { createHash, createHmac } from "node:crypto";
import { asn1, pfx } from "./asn1_pfx.ts";
import { encode, EncryptionError, isSame, joinBytes, type Random, ROUNDS, weak } from "./pbes2.ts";

const { AlgorithmIdentifier, OctetString } = asn1;

export type MacData = InstanceType<typeof pfx.MacData>;

const SHA256 = "2.16.840.1.101.3.4.2.1";
/** The block size of SHA-256. */
const BLOCK_BYTES = 64;
const SALT_BYTES = 16;
/** The purpose of the derived bytes (RFC 7292, B.3): a key for the MAC. */
const MAC_KEY = 3;

export function makeMac(content: Uint8Array, password: string, random: Random): MacData {
  const salt = random(SALT_BYTES);
  const data = new pfx.MacData();
  data.mac.digestAlgorithm = new AlgorithmIdentifier({ algorithm: SHA256, parameters: null });
  data.mac.digest = new OctetString(macOf(content, password, salt));
  data.macSalt = new OctetString(salt);
  data.iterations = ROUNDS;
  return data;
}

/** Throws EncryptionError if it is not as `makeMac()` makes it, or for another password. */
export function requireMac(data: MacData, content: Uint8Array, password: string): void {
  const salt = new Uint8Array(data.macSalt.buffer);
  const { digestAlgorithm: { algorithm } } = data.mac;
  const known = algorithm === SHA256 && data.iterations === ROUNDS && salt.length === SALT_BYTES;
  if (!known) throw weak();
  if (isSame(encode(makeMac(content, password, () => salt)), encode(data))) return;
  throw new EncryptionError("its password does not open it, or it is damaged");
}

function macOf(content: Uint8Array, password: string, salt: Uint8Array): Uint8Array {
  return createHmac("sha256", deriveKey(password, salt)).update(content).digest();
}

/**
 * RFC 7292, B.2. The key is as long as the hash, so one iteration of the outer loop is enough. Here the
 * password is UTF-16 with a final zero (B.1), elsewhere UTF-8.
 */
function deriveKey(password: string, salt: Uint8Array): Uint8Array {
  const purpose = new Uint8Array(BLOCK_BYTES).fill(MAC_KEY);
  let key = joinBytes(purpose, fillBlocks(salt), fillBlocks(bigEndian(`${password}\0`)));
  for (let round = 0; round < ROUNDS; round++) key = createHash("sha256").update(key).digest();
  return key;
}

/** Repeats the bytes to fill whole blocks. */
function fillBlocks(bytes: Uint8Array): Uint8Array {
  const length = Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES;
  return Uint8Array.from({ length }, (_, at) => bytes[at % bytes.length] ?? 0);
}

/** UTF-16, big-endian. */
function bigEndian(text: string): Uint8Array {
  return Uint8Array.from(
    Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
      .flatMap((unit) => [unit >> 8, unit & 0xff]),
  );
}
