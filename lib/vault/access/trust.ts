/** The CAs that may sign the certificate of the server. */
import { errorCode } from "../../text/plain_cause.ts";
import { openCertificate } from "../../certificate/certificate.ts";
import { splitCertificates } from "../../certificate/pem.ts";
import type { TlsTrust } from "../../config/types.ts";
import { shellWord } from "../../text/quote.ts";
import { VaultError } from "../errors.ts";
import { type Environment, readNamed } from "./environment.ts";

/**
 * The CA bundles of distributions. Deno trusts only the list of Mozilla, so the CAs of the host are
 * passed to it.
 */
const SYSTEM_BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt", // Debian, Ubuntu, Alpine, Arch
  "/etc/pki/tls/certs/ca-bundle.crt", // Fedora, RHEL
  "/etc/ssl/ca-bundle.pem", // SUSE
];

/** PEM of each trusted CA. Throws VaultError if a named file holds none. */
export function readTrustedAuthorities(
  trust: Exclude<TlsTrust, { kind: "off" }>,
  environment: Environment,
): string[] {
  if (trust.kind === "file") return readPlace(trust.path, environment);
  const [file, directory] = [environment.env("SSL_CERT_FILE"), environment.env("SSL_CERT_DIR")];
  if (file) return readBundle(file, environment);
  if (directory) return readDirectory(directory, environment);
  for (const path of SYSTEM_BUNDLES) {
    if (environment.exists(path)) {
      return usable(readNamed("the CA file", path, environment.read).text);
    }
  }
  return [];
}

/** A file, or a directory of files. */
function readPlace(path: string, environment: Environment): string[] {
  try {
    return readBundle(path, environment);
  } catch (error) {
    if (errorCode(error) !== "EISDIR") throw error;
  }
  const authorities = readDirectory(path, environment);
  if (authorities.length > 0) return authorities;
  throw new VaultError(`No file in the CA directory "${path}" contains a PEM certificate`);
}

/** Like OpenSSL: a directory of PEM files. Other files are skipped. */
function readDirectory(path: string, { list, read }: Environment): string[] {
  return readNamed("the CA directory", path, list).flatMap((name) => {
    try {
      return usable(read(`${path}/${name}`).text);
    } catch {
      return [];
    }
  });
}

/** A certificate that cannot be decoded would keep the runtime from using the others. */
function usable(text: string): string[] {
  return splitCertificates(text).filter(isCertificate);
}

function isCertificate(pem: string): boolean {
  try {
    openCertificate(pem);
    return true;
  } catch {
    return false;
  }
}

function readBundle(path: string, { read }: Environment): string[] {
  const { text } = readNamed("the CA file", path, read);
  const authorities = splitCertificates(text);
  if (authorities.length === 0) {
    throw new VaultError(
      `The CA file "${path}" contains no PEM certificate${explainOther(path, text)}`,
    );
  }
  if (authorities.every(isCertificate)) return authorities;
  throw new VaultError(`The CA file "${path}" contains a certificate that cannot be decoded`);
}

/** What a file without a PEM certificate is, if that can be told. */
function explainOther(path: string, text: string): string {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return " but a private key";
  // The begin of a certificate in DER, a sequence with a length of two bytes (X.690, 8.1.3), as UTF-8.
  if (!text.startsWith("0\ufffd")) return "";
  const file = shellWord(path);
  return `; if it is DER: openssl x509 -inform DER -in ${file} -out ${file}.pem`;
}
