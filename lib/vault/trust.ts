/** Which authorities may vouch for the server. */
import { splitCertificates } from "../certificate/pem.ts";
import type { TlsTrust } from "../config/types.ts";
import type { Surroundings } from "./access.ts";
import { VaultError } from "./errors.ts";

/**
 * Where distributions keep their bundle. Deno trusts Mozilla's list alone, so the host's own
 * authorities have to be handed to it.
 */
const SYSTEM_BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt", // Debian, Ubuntu, Alpine, Arch
  "/etc/pki/tls/certs/ca-bundle.crt", // Fedora, RHEL
  "/etc/ssl/ca-bundle.pem", // SUSE
];

/** PEM of each trusted authority. Throws VaultError where a named file holds none. */
export function readTrustedAuthorities(
  trust: Exclude<TlsTrust, { kind: "off" }>,
  around: Surroundings,
): string[] {
  if (trust.kind === "file") return readBundle(trust.path, around);
  const [file, folder] = [around.env("SSL_CERT_FILE"), around.env("SSL_CERT_DIR")];
  if (file) return readBundle(file, around);
  if (folder) return readFolder(folder, around);
  for (const path of SYSTEM_BUNDLES) {
    try {
      return splitCertificates(around.readText(path));
    } catch {
      continue;
    }
  }
  return [];
}

/** As OpenSSL has it, a folder of PEM files; what is none is passed over. */
function readFolder(path: string, { list, readText }: Surroundings): string[] {
  let names: readonly string[];
  try {
    names = list(path);
  } catch (error) {
    throw new VaultError(
      `Cannot read the CA folder "${path}": ${
        (error as Error).message.replace(/ \(os error.*/s, "")
      }`,
      { cause: error },
    );
  }
  return names.flatMap((name) => {
    try {
      return splitCertificates(readText(`${path}/${name}`));
    } catch {
      return [];
    }
  });
}

function readBundle(path: string, { readText }: Surroundings): string[] {
  let text: string;
  try {
    text = readText(path);
  } catch (error) {
    throw new VaultError(
      `Cannot read the CA file "${path}": ${
        (error as Error).message.replace(/ \(os error.*/s, "")
      }`,
      { cause: error },
    );
  }
  const authorities = splitCertificates(text);
  if (authorities.length === 0) {
    throw new VaultError(`The CA file "${path}" holds no PEM certificate`);
  }
  return authorities;
}
