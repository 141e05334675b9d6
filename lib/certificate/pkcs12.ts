/**
 * PKCS #12 files (RFC 7292) for Java, Windows and OpenSSL: one private key with its certificate, and
 * the chain. Key and certificates are encrypted separately, and a MAC covers both. Only files of this
 * form can be read.
 */
import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import { asn1, pfx } from "./asn1_pfx.ts";
import {
  decrypt,
  decryptKey,
  encode,
  encrypt,
  EncryptionError,
  encryptKey,
  isSame,
  joinBytes,
  type Random,
  ROUNDS,
  weak,
} from "./pbes2.ts";

const { AlgorithmIdentifier, AsnConvert, AsnProp, AsnPropTypes } = asn1;
const { ContentInfo, EncryptedContentInfo, OctetString } = asn1;

type SafeBag = InstanceType<typeof pfx.SafeBag>;
type Attribute = InstanceType<typeof pfx.PKCS12Attribute>;
type MacData = InstanceType<typeof pfx.MacData>;

/** The content of such a file, in DER. */
export interface KeyStore {
  /** PKCS #8. */
  readonly key: Uint8Array;
  /** The leaf first. */
  readonly certificates: readonly Uint8Array[];
  /** In Java the alias. */
  readonly name: string;
}

/** The content of an existing file. */
export interface OpenKeyStore extends Omit<KeyStore, "name"> {
  readonly hasName: (name: string) => boolean;
}

/** RFC 7292, section 4. */
const VERSION = 3;

/** RFC 5652, sections 4 and 8; RFC 2985, 5.5.1 and 5.5.2. */
const DATA = "1.2.840.113549.1.7.1";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
const FRIENDLY_NAME = "1.2.840.113549.1.9.20";
const LOCAL_KEY_ID = "1.2.840.113549.1.9.21";

const SHA256 = "2.16.840.1.101.3.4.2.1";
/** The block size of SHA-256. */
const BLOCK_BYTES = 64;
const SALT_BYTES = 16;
/** The purpose of the derived bytes (RFC 7292, B.3): a key for the MAC. */
const MAC_KEY = 3;

/** EncryptedData (RFC 5652, section 8). */
export class EncryptedData {
  version = 0;
  content = new EncryptedContentInfo();
}
AsnProp({ type: AsnPropTypes.Integer })(EncryptedData.prototype, "version");
AsnProp({ type: EncryptedContentInfo })(EncryptedData.prototype, "content");

export function encryptKeyStore(store: KeyStore, password: string, random: Random): Uint8Array {
  const attributes = attributesOf(store);
  const certificates = store.certificates.map((der, at) =>
    bag(pfx.id_certBag, certBag(der), at === 0 ? attributes : undefined)
  );
  const key = bag(pfx.id_pkcs8ShroudedKeyBag, encryptKey(store.key, password, random), attributes);
  const safe = AsnConvert.serialize(
    new pfx.AuthenticatedSafe([
      encryptedSafe(certificates, password, random),
      content(DATA, octets(AsnConvert.serialize(new pfx.SafeContents([key])))),
    ]),
  );
  const file = new pfx.PFX();
  file.authSafe = content(DATA, octets(safe));
  file.macData = makeMac(new Uint8Array(safe), password, random);
  return encode(file);
}

/**
 * Opens such a file. Throws EncryptionError if it is not of the form that `encryptKeyStore()` writes or
 * has another password, and an error of the library if it is not PKCS #12.
 */
export function openKeyStore(bytes: Uint8Array, password: string): OpenKeyStore {
  const file = AsnConvert.parse(bytes, pfx.PFX);
  // The library ignores bytes after the end.
  if (!isSame(encode(file), bytes)) throw new EncryptionError("it is damaged");
  if (file.version !== VERSION || file.authSafe.contentType !== DATA) throw weak();
  const safe = contentOf(file.authSafe);
  requireMac(file.macData, new Uint8Array(safe), password);
  const [certificates, keys, ...more] = AsnConvert.parse(safe, pfx.AuthenticatedSafe);
  if (
    certificates?.contentType !== ENCRYPTED_DATA || keys?.contentType !== DATA || more.length > 0
  ) {
    throw weak();
  }
  const [key, ...others] = AsnConvert.parse(contentOf(keys), pfx.SafeContents);
  if (key?.bagId !== pfx.id_pkcs8ShroudedKeyBag || others.length > 0) throw weak();
  return {
    key: decryptKey(key.bagValue, password),
    certificates: openCertificates(certificates.content, password),
    hasName: (name) => (key.bagAttributes ?? []).some((found) => isNamed(found, name)),
  };
}

function openCertificates(encrypted: ArrayBuffer, password: string): Uint8Array[] {
  const { contentEncryptionAlgorithm, encryptedContent } =
    AsnConvert.parse(encrypted, EncryptedData).content;
  if (encryptedContent?.value === undefined) throw weak();
  const bytes = new Uint8Array(encryptedContent.value.buffer);
  const plain = decrypt({ algorithm: contentEncryptionAlgorithm, bytes }, password);
  return [...AsnConvert.parse(plain, pfx.SafeContents)].map(({ bagId, bagValue }) => {
    if (bagId !== pfx.id_certBag) throw weak();
    const { certValue } = AsnConvert.parse(bagValue, pfx.CertBag);
    return new Uint8Array(AsnConvert.parse(certValue, OctetString).buffer);
  });
}

function encryptedSafe(bags: readonly SafeBag[], password: string, random: Random) {
  const plain = encode(new pfx.SafeContents([...bags]));
  const { algorithm, bytes } = encrypt(plain, password, random);
  const data = new EncryptedData();
  data.content.contentType = DATA;
  data.content.contentEncryptionAlgorithm = algorithm;
  data.content.encryptedContent = new asn1.EncryptedContent({ value: new OctetString(bytes) });
  return content(ENCRYPTED_DATA, AsnConvert.serialize(data));
}

function content(contentType: string, content: ArrayBuffer) {
  return new ContentInfo({ contentType, content });
}

function contentOf({ content }: InstanceType<typeof ContentInfo>): ArrayBuffer {
  return AsnConvert.parse(content, OctetString).buffer;
}

function octets(bytes: ArrayBuffer | Uint8Array): ArrayBuffer {
  return AsnConvert.serialize(new OctetString(bytes));
}

function certBag(der: Uint8Array): ArrayBuffer {
  return AsnConvert.serialize(
    new pfx.CertBag({ certId: pfx.id_x509Certificate, certValue: octets(der) }),
  );
}

function bag(bagId: string, bagValue: ArrayBuffer, attributes?: Attribute[]): SafeBag {
  return new pfx.SafeBag({ bagId, bagValue, ...(attributes && { bagAttributes: attributes }) });
}

/** The id tells readers that key and leaf belong together. */
function attributesOf({ name, certificates: [leaf = new Uint8Array()] }: KeyStore): Attribute[] {
  const id = createHash("sha256").update(leaf).digest();
  return [attribute(LOCAL_KEY_ID, octets(id)), attribute(FRIENDLY_NAME, bmpString(name))];
}

/** In 2.11.1 the constructor ignores its parameters. */
function attribute(id: string, value: ArrayBuffer): Attribute {
  const made = new pfx.PKCS12Attribute();
  made.attrId = id;
  made.attrValues = [value];
  return made;
}

function isNamed({ attrId, attrValues: [value] }: Attribute, name: string): boolean {
  return attrId === FRIENDLY_NAME && value !== undefined &&
    isSame(new Uint8Array(value), new Uint8Array(bmpString(name)));
}

function bmpString(text: string): ArrayBuffer {
  return asn1.AsnBmpStringConverter.toASN(text).toBER(false);
}

/** The MAC of a file shows whether the password is right (RFC 7292, section 4). */
function makeMac(content: Uint8Array, password: string, random: Random): MacData {
  const salt = random(SALT_BYTES);
  const data = new pfx.MacData();
  data.mac.digestAlgorithm = new AlgorithmIdentifier({ algorithm: SHA256, parameters: null });
  data.mac.digest = new OctetString(macOf(content, password, salt));
  data.macSalt = new OctetString(salt);
  data.iterations = ROUNDS;
  return data;
}

/** Throws EncryptionError if it is not as `makeMac()` makes it, or for another password. */
function requireMac(data: MacData, content: Uint8Array, password: string): void {
  const salt = new Uint8Array(data.macSalt.buffer);
  const { digestAlgorithm: { algorithm } } = data.mac;
  const known = algorithm === SHA256 && data.iterations === ROUNDS && salt.length === SALT_BYTES;
  if (!known) throw weak();
  if (isSame(encode(makeMac(content, password, () => salt)), encode(data))) return;
  throw new EncryptionError("its password does not decrypt it, or it is damaged");
}

function macOf(content: Uint8Array, password: string, salt: Uint8Array): Uint8Array {
  return createHmac("sha256", deriveKey(password, salt)).update(content).digest();
}

/**
 * RFC 7292, B.2. The key is as long as the hash, so one iteration of the outer loop is enough. Here the
 * password is UTF-16 with a final zero (B.1), elsewhere UTF-8.
 */
function deriveKey(password: string, salt: Uint8Array): Uint8Array {
  const utf16 = Buffer.from(`${password}\0`, "utf16le").swap16();
  const purpose = new Uint8Array(BLOCK_BYTES).fill(MAC_KEY);
  let key = joinBytes(purpose, fillBlocks(salt), fillBlocks(utf16));
  for (let round = 0; round < ROUNDS; round++) key = createHash("sha256").update(key).digest();
  return key;
}

/** Repeats the bytes to fill whole blocks. */
function fillBlocks(bytes: Uint8Array): Uint8Array {
  const length = Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES;
  return Uint8Array.from({ length }, (_, at) => bytes[at % bytes.length] ?? 0);
}
