/**
 * Reads certificate revocation lists (RFC 5280, 5). Delta and indirect CRLs, and those for some
 * reasons only, are refused: none of them alone says which certificates are revoked.
 */
import { Buffer } from "node:buffer";
import { printable } from "../text/quote.ts";
import { certificateFields } from "./algorithms.ts";
import { BIT_STRING, type Der, INTEGER, readElements, readObjectId, SEQUENCE } from "./der.ts";

export interface Crl {
  /** DER of the issuer's name, as hexadecimal. */
  readonly issuer: string;
  /** Common name of the issuer, for people. */
  readonly issuerName: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Serial numbers of revoked certificates, lower-case hexadecimal without colons. */
  readonly revoked: ReadonlySet<string>;
  /** Identifier of the issuer's key (RFC 5280, 5.2.1), as hexadecimal. */
  readonly keyId?: string | undefined;
}

const LABEL = "X509 CRL";
const [BOOLEAN, OCTET_STRING, SET, UTC_TIME, GENERAL_TIME] = [0x01, 0x04, 0x31, 0x17, 0x18];
const EXTENSIONS = 0xa0;
const [KEY_ID, DELTA, SCOPE] = ["2.5.29.35", "2.5.29.27", "2.5.29.28"];
const COMMON_NAME = "2.5.4.3";

/** The DER of all CRLs of a PEM text, in its order. */
export function splitCrls(text: string): Uint8Array[] {
  const [begin, end] = [`-----BEGIN ${LABEL}-----`, `-----END ${LABEL}-----`];
  return text.split(begin).slice(1).map((block) =>
    new Uint8Array(Buffer.from(block.slice(0, Math.max(0, block.indexOf(end))), "base64"))
  );
}

/** Reads DER. Throws Error with the reason, to follow a name. */
export function readCrl(der: Uint8Array): Crl {
  const [whole, ...more] = readElements(der);
  const [signed, algorithm, bits] = readElements(whole?.body ?? new Uint8Array());
  if (whole?.tag !== SEQUENCE || more.length > 0 || bits?.tag !== BIT_STRING) throw damaged();
  const fields = [...readElements(signed?.body ?? new Uint8Array())];
  if (fields[0]?.tag === INTEGER) fields.shift();
  const [signature, issuer, begin, end, ...rest] = fields;
  if (!signature || !algorithm || !issuer || !begin) throw damaged();
  if (hex(signature.body) !== hex(algorithm.body)) throw damaged();
  const revoked = rest.find(({ tag }) => tag === SEQUENCE);
  const extensions = rest.find(({ tag }) => tag === EXTENSIONS);
  if (end === undefined || ![UTC_TIME, GENERAL_TIME].includes(end.tag)) {
    throw new Error("does not say until when it is valid");
  }
  return {
    issuer: hex(issuer.body),
    issuerName: commonName(issuer),
    thisUpdate: readTime(begin),
    nextUpdate: readTime(end),
    revoked: readRevoked(revoked),
    keyId: readExtensions(readElements(extensions?.body ?? new Uint8Array())[0]),
  };
}

/** The issuer of a certificate in the form of `Crl`, to compare the two. */
export function issuerOf(der: Uint8Array): Pick<Crl, "issuer" | "keyId"> {
  const fields = certificateFields(der);
  const extensions = fields.find(({ tag }) => tag === 0xa3);
  const [list] = readElements(extensions?.body ?? new Uint8Array());
  const keyId = extensionsOf(list).find(({ id }) => id === KEY_ID);
  return { issuer: hex(fields[2]?.body), keyId: keyIdIn(keyId?.value) };
}

/** Whether a CA has the name of the CRL's issuer; only the signature proves that it is the issuer. */
export function isIssuedBy(crl: Crl, authority: Uint8Array): boolean {
  return hex(certificateFields(authority)[4]?.body) === crl.issuer;
}

/** Whether a CRL has a serial number, with colons, on its list. The certificate may be another issuer's. */
export function lists({ revoked }: Crl, serial: string): boolean {
  return revoked.has(serial.replaceAll(":", ""));
}

/** Whether a CRL has a certificate of its own issuer on its list. */
export function isRevokedBy(crl: Crl, serial: string, der: Uint8Array): boolean {
  if (!lists(crl, serial)) return false;
  const { issuer, keyId } = issuerOf(der);
  // CAs with the same name and another key are different CAs.
  return issuer === crl.issuer && (keyId === undefined || (crl.keyId ?? keyId) === keyId);
}

function readRevoked(list: Der | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  const entries = readElements(list?.body ?? new Uint8Array());
  if (list !== undefined && list.body.length > 0 && entries.length === 0) throw damaged();
  for (const { body } of entries) {
    const [serial, , extensions] = readElements(body);
    if (serial?.tag !== INTEGER) throw damaged();
    // Of entries, only the issuer of an indirect CRL is critical.
    if (extensions && extensionsOf(extensions).some(({ critical }) => critical)) throw indirect();
    found.add(serialIn(serial.body));
  }
  return found;
}

/** The key identifier. Throws Error for a CRL that does not list all that its issuer revoked. */
function readExtensions(list: Der | undefined): string | undefined {
  let keyId: string | undefined;
  for (const { id, critical, value } of extensionsOf(list)) {
    if (id === DELTA) throw new Error("is a delta CRL, which lists only changes");
    if (id === KEY_ID) keyId = keyIdIn(value);
    else if (id === SCOPE) checkScope(value);
    else if (critical) throw new Error(`has the critical extension ${id}, which VCM does not know`);
  }
  return keyId;
}

/** IssuingDistributionPoint (RFC 5280, 5.2.5). */
function checkScope(value: Uint8Array): void {
  const [scope] = readElements(value);
  const tags = readElements(scope?.body ?? new Uint8Array()).map(({ tag }) => tag);
  if (tags.includes(0x84)) throw indirect();
  if (tags.includes(0x82)) throw new Error("lists only certificates of CAs");
  if (tags.includes(0x83)) throw new Error("lists only certificates revoked for some reasons");
  if (tags.includes(0x85)) throw new Error("lists only attribute certificates");
}

interface Extension {
  readonly id: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

function extensionsOf(list: Der | undefined): Extension[] {
  return readElements(list?.body ?? new Uint8Array()).map(({ body }) => {
    const parts = readElements(body);
    return {
      id: readObjectId(parts[0]),
      critical: parts.some(({ tag, body }) => tag === BOOLEAN && body[0] !== 0),
      value: parts.find(({ tag }) => tag === OCTET_STRING)?.body ?? new Uint8Array(),
    };
  });
}

function keyIdIn(value: Uint8Array | undefined): string | undefined {
  const [list] = readElements(value ?? new Uint8Array());
  const id = readElements(list?.body ?? new Uint8Array()).find(({ tag }) => tag === 0x80);
  return id && hex(id.body);
}

/** UTCTime means 1950 to 2049 (RFC 5280, 4.1.2.5.1). */
function readTime({ tag, body }: Der): Date {
  const text = Buffer.from(body).toString("latin1");
  const full = tag === UTC_TIME ? `${Number(text.slice(0, 2)) < 50 ? 20 : 19}${text}` : text;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full)?.slice(1) ?? [];
  const [year, month, day, ...clock] = parts;
  const time = new Date(`${year}-${month}-${day}T${clock.join(":")}Z`);
  if (Number.isNaN(time.getTime())) throw damaged();
  return time;
}

function commonName(issuer: Der): string {
  const attributes = readElements(issuer.body).filter(({ tag }) => tag === SET)
    .flatMap(({ body }) => readElements(body)).map(({ body }) => readElements(body));
  const found = attributes.find(([type]) => readObjectId(type) === COMMON_NAME)?.[1];
  return found === undefined ? "" : printable(Buffer.from(found.body).toString("utf8"));
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("hex");
}

/** Without zeros in front: also without those that DER forbids, and that certificates may have, too. */
function serialIn(body: Uint8Array): string {
  return hex(body).replace(/^(?:00)+(?=..)/, "");
}

function damaged(): Error {
  return new Error("is damaged, or not a CRL");
}

function indirect(): Error {
  return new Error("is an indirect CRL, which lists certificates of other issuers");
}
