/**
 * Whether bytes are the content of a certificate or key file, whole or damaged. It tells such a file
 * from `/etc/passwd`; it does not tell whether the certificate or key in it can be used. Pure.
 */

/** Labels of RFC 7468 and OpenSSL's pem(3). SSH and PGP keys look like PEM, and are no TLS keys. */
const LABEL = "(?:(?:[A-Z0-9]+ )?CERTIFICATE(?: REQUEST)?|X509 CRL|" +
  "(?!OPENSSH )(?:[A-Z0-9-]+ )?(?:PRIVATE|PUBLIC) KEY|" +
  "(?:X9\\.42 )?[A-Z]+ PARAMETERS|PKCS(?:7|12| #7 SIGNED DATA)|CMS)";

/** A label counts at the beginning of a line only, as it does for OpenSSL. */
const PEM = new RegExp(`(?:^|[\\r\\n\\0])-----(?:BEGIN|END) ${LABEL}-----`);

/** What a file that was cut in its first label still begins with. */
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

/** True for PEM, DER, PKCS #12, JKS and JCEKS, for nothing at all, and for nothing but NUL bytes. */
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
 * A SEQUENCE (X.690) that begins as certificates, keys, PKCS #7 and PKCS #12 do. Its tag is the digit
 * "0" of a text, which a length in the short form can look like, too: then more has to fit.
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
