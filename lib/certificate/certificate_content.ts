/**
 * Whether bytes are the content of a certificate or key file, intact or damaged. It tells such a file
 * from `/etc/passwd`, but does not check whether the certificate or key is usable. Pure.
 */

/** Labels of RFC 7468 and OpenSSL's pem(3). SSH and PGP keys look like PEM, but are not TLS keys. */
const LABEL = "(?:(?:[A-Z0-9]+ )?CERTIFICATE(?: REQUEST)?|X509 CRL|" +
  "(?!OPENSSH )(?:[A-Z0-9-]+ )?(?:PRIVATE|PUBLIC) KEY|" +
  "(?:X9\\.42 )?[A-Z]+ PARAMETERS|PKCS(?:7|12| #7 SIGNED DATA)|CMS)";

/** As for OpenSSL, a label counts only at the beginning of a line. */
const PEM = new RegExp(`(?:^|[\\r\\n\\0])-----(?:BEGIN|END) ${LABEL}-----`);

/** The possible beginnings of a file that was truncated in its first label. */
const FIRST_LABELS = [
  "CERTIFICATE",
  "TRUSTED CERTIFICATE",
  "X509 CERTIFICATE",
  "PRIVATE KEY",
  "ENCRYPTED PRIVATE KEY",
  "RSA PRIVATE KEY",
  "EC PRIVATE KEY",
  "EC PARAMETERS",
].map((label) => `-----BEGIN ${label}-----`);

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OBJECT_ID = 0x06;

/** Java's keystores: JKS and JCEKS. */
const KEYSTORES = [[0xfe, 0xed, 0xfe, 0xed], [0xce, 0xce, 0xce, 0xce]];

/** True for PEM, DER, PKCS #12, JKS and JCEKS, and for a file that is empty or has only NUL bytes. */
export function looksLikeCertificateFile(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0) || beginsDer(bytes) ||
    KEYSTORES.some((magic) => magic.every((byte, at) => bytes[at] === byte)) || isPem(bytes);
}

function isPem(bytes: Uint8Array): boolean {
  const text = new TextDecoder("latin1").decode(bytes).replace(/^\u00ef\u00bb\u00bf/, "");
  return PEM.test(text) ||
    (text.startsWith("-----") && FIRST_LABELS.some((label) => label.startsWith(text.trimEnd())));
}

/**
 * A SEQUENCE (X.690) that begins like certificates, keys, PKCS #7 and PKCS #12. Its tag is also the
 * character "0", and a short length can be text, too; then more bytes are compared.
 */
function beginsDer(bytes: Uint8Array): boolean {
  const [tag, length = 0, ...rest] = bytes.subarray(0, 8);
  if (tag !== SEQUENCE) return false;
  const isLong = length >= 0x80 && length <= 0x84;
  if (isLong) {
    const first = rest[length - 0x80];
    return first === SEQUENCE || first === INTEGER || first === OBJECT_ID;
  }
  const [first, second = 0, third = 0xff] = rest;
  return (first === INTEGER && second === 1 && third <= 1) ||
    (first === SEQUENCE && third === OBJECT_ID);
}
