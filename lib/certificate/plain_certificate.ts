/**
 * Reads certificates in the plain form that nearly all leaves have, in a fraction of the time and memory
 * of the runtime's parser: version 3, usual algorithms, names of usual letters. For any other bytes, and
 * for every fault, it returns undefined, and the runtime decides. What it reads, the runtime reads in the
 * same way (RFC 5280, section 4.1). Pure.
 */
import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import type { Certificate } from "./certificate.ts";
import { NOT_PLAIN, PlainDer, refuse } from "./plain_der.ts";

const [INTEGER, BIT_STRING, OCTET_STRING, OBJECT_ID] = [0x02, 0x03, 0x04, 0x06];
const [UTF8_STRING, PRINTABLE_STRING, UTC_TIME, SEQUENCE, SET] = [0x0c, 0x13, 0x17, 0x30, 0x31];
const EXTENSIONS = 0xa3;

const VERSION_3 = fromHex("a003020102");
const CRITICAL = fromHex("0101ff");
const SUBJECT_ALT_NAME = fromHex("0603551d11");

/** Whole algorithms of signatures: ECDSA and RSA with SHA-256, SHA-384 and SHA-512, and Ed25519. */
const SIGNATURES = [
  ...["2", "3", "4"].map((hash) => `300a06082a8648ce3d04030${hash}`),
  ...["b", "c", "d"].map((hash) => `300d06092a864886f70d01010${hash}0500`),
  "300506032b6570",
].map(fromHex);

/** Public keys of P-256, P-384 and Ed25519: what is before their bytes, and the number of bytes. */
const KEYS = [
  ["3059301306072a8648ce3d020106082a8648ce3d03010703420004", 64],
  ["3076301006072a8648ce3d020106052b8104002203620004", 96],
  ["302a300506032b6570032100", 32],
].map(([head, size]) => ({ head: fromHex(String(head)), size: Number(size) }));
const RSA = fromHex("300d06092a864886f70d0101010500");
const LEAST_RSA_BYTES = 256;

/** `2.5.4`, the arc of attributes, and those of which the runtime writes the usual short names. */
const ATTRIBUTE = fromHex("06035504");
const COMMON_NAME = 3;
/** Country, locality, state, organization and unit. */
const OTHER_ATTRIBUTES = new Set([6, 7, 8, 10, 11]);

/** Letters that no form of a name escapes. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9 .:()/-]*[A-Za-z0-9.)])?$/;
const ALT_NAMES: ReadonlyMap<number, RegExp> = new Map([
  [0x81, /^[\w.+-]+@[\w.-]+$/],
  [0x82, /^[\w.*-]+$/],
  [0x86, /^[\w.:/-]+$/],
]);
const IP_ADDRESS = 0x87;

/** A certificate whose key is not weak. */
export interface PlainCertificate {
  readonly certificate: Certificate;
  readonly der: Buffer;
  /** The whole name of its issuer; only to be compared with others. */
  readonly issuerName: string;
}

const BEGIN = "-----BEGIN CERTIFICATE-----\n";
const END = "\n-----END CERTIFICATE-----";

/** @param pem Begins with the certificate; of a form that every program loads (pem_form.ts). */
export function readPlainPem(pem: string): PlainCertificate | undefined {
  const end = pem.startsWith(BEGIN) ? pem.indexOf(END) : -1;
  if (end < 0) return undefined;
  const body = pem.slice(BEGIN.length, end);
  const der = Buffer.from(body, "base64");
  // Not all decoders accept bits after the last byte.
  const last = der.subarray(der.length - (der.length % 3)).toString("base64");
  return body.endsWith(last) ? readPlainDer(der) : undefined;
}

/** @param der One certificate and nothing else. */
export function readPlainDer(der: Buffer): PlainCertificate | undefined {
  try {
    return new PlainReader(der).read();
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error;
  }
}

class PlainReader extends PlainDer {
  read(): PlainCertificate {
    const end = this.open(SEQUENCE);
    if (end !== this.der.length) throw NOT_PLAIN;
    const signedEnd = this.open(SEQUENCE);
    this.require(VERSION_3);
    const serial = this.#readSerial();
    const signature = this.#readSignature();
    const issuerAt = this.at;
    const issuer = this.#readName();
    const issuerName = this.der.toString("latin1", issuerAt, this.at);
    const validityEnd = this.open(SEQUENCE);
    const [notBefore, notAfter] = [this.#readTime(), this.#readTime()];
    this.close(validityEnd);
    const commonName = this.#readName();
    this.#skipKey();
    const names = this.#readExtensions();
    this.close(signedEnd);
    if (this.#readSignature() !== signature || issuer === undefined) throw NOT_PLAIN;
    this.#skipBits();
    this.close(end);
    const certificate = {
      ...(commonName !== undefined && { commonName }),
      ...names,
      notBefore,
      notAfter,
      issuer,
      serial,
      fingerprint: withColons(hash("sha256", this.der, "hex").toUpperCase()),
    };
    return { certificate, der: this.der, issuerName };
  }

  #readSerial(): string {
    const end = this.open(INTEGER);
    const [first = 0x80, second = 0] = [this.der[this.at], this.der[this.at + 1]];
    const begin = this.at + (first === 0 ? 1 : 0);
    if (first >= 0x80 || begin >= end || (first === 0 && second < 0x80)) throw NOT_PLAIN;
    this.at = end;
    return withColons(this.der.toString("hex", begin, end));
  }

  /** Which algorithm it is. */
  #readSignature(): number {
    const found = SIGNATURES.findIndex((bytes) => this.takes(bytes));
    if (found < 0) throw NOT_PLAIN;
    return found;
  }

  /** Goes behind a string of whole bytes. */
  #skipBits(): void {
    const end = this.open(BIT_STRING);
    if (this.der[this.at] !== 0) throw NOT_PLAIN;
    this.at = end;
  }

  /** The first common name of a distinguished name. */
  #readName(): string | undefined {
    let commonName: string | undefined;
    const end = this.open(SEQUENCE);
    while (this.at < end) {
      const setEnd = this.open(SET);
      const partEnd = this.open(SEQUENCE);
      this.require(ATTRIBUTE);
      const attribute = this.der[this.at++] ?? 0;
      const text = this.#readText();
      if (attribute === COMMON_NAME) commonName ??= text;
      else if (!OTHER_ATTRIBUTES.has(attribute)) throw NOT_PLAIN;
      this.close(partEnd);
      this.close(setEnd);
    }
    this.close(end);
    return commonName;
  }

  #readText(): string {
    const isUtf8 = this.der[this.at] === UTF8_STRING;
    const text = this.#takeText(this.open(isUtf8 ? UTF8_STRING : PRINTABLE_STRING));
    return NAME.test(text) ? text : refuse();
  }

  #takeText(end: number): string {
    const text = this.der.toString("latin1", this.at, end);
    this.at = end;
    return text;
  }

  /** Until 2049 (RFC 5280, 4.1.2.5.1). */
  #readTime(): Date {
    const text = this.#takeText(this.open(UTC_TIME));
    if (!/^[0-4]\d[01]\d[0-3]\d[0-2]\d[0-5]\d[0-5]\dZ$/.test(text)) throw NOT_PLAIN;
    const two = (at: number) => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528;
    const [month, day, hour] = [two(2) - 1, two(4), two(6)];
    const time = new Date(Date.UTC(2000 + two(0), month, day, hour, two(8), two(10)));
    // There is no February 30.
    const isReal = time.getUTCMonth() === month && time.getUTCDate() === day &&
      time.getUTCHours() === hour;
    return isReal ? time : refuse();
  }

  #skipKey(): void {
    for (const { head, size } of KEYS) {
      if (!this.takes(head)) continue;
      this.at += size;
      return;
    }
    const end = this.open(SEQUENCE);
    this.require(RSA);
    const bitsEnd = this.open(BIT_STRING);
    if (this.der[this.at++] !== 0) throw NOT_PLAIN;
    const keyEnd = this.open(SEQUENCE);
    const modulusEnd = this.open(INTEGER);
    const [sign, highest = 0] = [this.der[this.at], this.der[this.at + 1]];
    const isStrong = modulusEnd - this.at > LEAST_RSA_BYTES && sign === 0 && highest >= 0x80;
    if (!isStrong) throw NOT_PLAIN;
    this.at = modulusEnd;
    this.skip(INTEGER);
    for (const each of [keyEnd, bitsEnd, end]) this.close(each);
  }

  #readExtensions(): AltNames {
    let names: AltNames | undefined;
    const end = this.open(EXTENSIONS);
    const listEnd = this.open(SEQUENCE);
    while (this.at < listEnd) {
      const oneEnd = this.open(SEQUENCE);
      const isNames = this.takes(SUBJECT_ALT_NAME);
      if (!isNames) this.skip(OBJECT_ID);
      this.takes(CRITICAL);
      const valueEnd = this.open(OCTET_STRING);
      if (!isNames) this.at = valueEnd;
      else names = names === undefined ? this.#readAltNames() : refuse();
      this.close(valueEnd);
      this.close(oneEnd);
    }
    this.close(listEnd);
    this.close(end);
    return names ?? { dnsNames: [], ipAddresses: [], uris: [], emails: [] };
  }

  #readAltNames(): AltNames {
    const dnsNames: string[] = [];
    const ipAddresses: string[] = [];
    const uris: string[] = [];
    const emails: string[] = [];
    const end = this.open(SEQUENCE);
    while (this.at < end) {
      const tag = this.der[this.at] ?? 0;
      const nameEnd = this.open(tag);
      if (tag === IP_ADDRESS) {
        if (nameEnd - this.at !== 4) throw NOT_PLAIN;
        ipAddresses.push(this.der.subarray(this.at, nameEnd).join("."));
        this.at = nameEnd;
        continue;
      }
      const text = this.#takeText(nameEnd);
      if (!ALT_NAMES.get(tag)?.test(text)) throw NOT_PLAIN;
      (tag === 0x82 ? dnsNames : tag === 0x81 ? emails : uris).push(text);
    }
    this.close(end);
    return { dnsNames, ipAddresses, uris, emails };
  }
}

type AltNames = Pick<Certificate, "dnsNames" | "ipAddresses" | "uris" | "emails">;

/** Reused, because memory outside the heap is freed late. */
const SPACE = Buffer.alloc(512, ":");

/** @param hex Two digits for each byte. */
function withColons(hex: string): string {
  const end = hex.length / 2 * 3 - 1;
  if (end > SPACE.length) throw NOT_PLAIN;
  for (let at = 0, to = 0; at < hex.length; at += 2, to += 3) {
    SPACE[to] = hex.charCodeAt(at);
    SPACE[to + 1] = hex.charCodeAt(at + 1);
  }
  return SPACE.toString("latin1", 0, end);
}

function fromHex(hex: string): Uint8Array {
  return Buffer.from(hex, "hex");
}
