/**
 * PKCS #12 files (RFC 7292) for Java, Windows and OpenSSL: one private key with its certificate, and
 * the chain. Key and certificates are encrypted separately, and a MAC covers both. Only files of this
 * form can be read.
 */
import { createHash } from "node:crypto";
import { asn1, pfx } from "./asn1_pfx.ts";
import { encryptKey, openKey } from "./encrypted_key.ts";
import { decrypt, encode, encrypt, EncryptionError, isSame, type Random, weak } from "./pbes2.ts";
import { makeMac, requireMac } from "./pkcs12_mac.ts";

const { AsnConvert, AsnProp, AsnPropTypes, ContentInfo, EncryptedContentInfo, OctetString } = asn1;

type SafeBag = InstanceType<typeof pfx.SafeBag>;
type Attribute = InstanceType<typeof pfx.PKCS12Attribute>;

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

/** EncryptedData (RFC 5652, section 8). */
class EncryptedData {
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
    key: openKey(key.bagValue, password),
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
