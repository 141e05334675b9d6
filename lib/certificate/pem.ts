/** PEM as text (RFC 7468): splitting and joining, nothing decoded. */

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** The certificates of a PEM text, each ending with a newline. */
export function splitCertificates(text: string): string[] {
  return (text.match(CERTIFICATE) ?? []).map(withNewline);
}

/** Servers answer PEM without the newline at its end, and `cat a b` then makes one broken line. */
export function withNewline(pem: string): string {
  return `${pem.trim().replaceAll("\r\n", "\n")}\n`;
}
