/** PEM as text (RFC 7468): splitting, joining, and the bytes in it. */
import { Buffer } from "node:buffer";

const BEGIN = "-----BEGIN CERTIFICATE-----";
const END = "-----END CERTIFICATE-----";

/** The certificates of a PEM text, each ending with a newline. */
export function splitCertificates(text: string): string[] {
  const found: string[] = [];
  // Not a regular expression, which takes quadratic time on many beginnings without an end.
  for (let begin = text.indexOf(BEGIN); begin >= 0;) {
    const end = text.indexOf(END, begin + BEGIN.length);
    if (end < 0) break;
    found.push(withNewline(text.slice(begin, end + END.length)));
    begin = text.indexOf(BEGIN, end + END.length);
  }
  return found;
}

/** Whether a certificate in a PEM text begins and does not end. */
export function hasCutOffCertificate(text: string): boolean {
  return text.split(BEGIN).length - 1 > splitCertificates(text).length;
}

/** Servers return PEM without a final newline, and then `cat a b` joins two lines. */
export function withNewline(pem: string): string {
  return `${pem.trim().replaceAll("\r\n", "\n")}\n`;
}

/** The bytes of the first block of a PEM text, whatever its label; empty if there is none. */
export function decodePem(pem: string): Uint8Array {
  const block = /-----BEGIN ([^-]*)-----([\s\S]*?)-----END \1-----/.exec(pem);
  return new Uint8Array(Buffer.from(block?.[2] ?? "", "base64"));
}

/** Bytes as PEM, which ends with a newline. */
export function encodePem(bytes: Uint8Array, label: string): string {
  const lines = Buffer.from(bytes).toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
