/** Our own certificate for TLS, looked at before it is used. */
import { createPrivateKey, type KeyObject, type X509Certificate } from "node:crypto";
import { openCertificate } from "../certificate/certificate.ts";
import { VaultError } from "./errors.ts";
import { readSecretFile } from "./secret_file.ts";
import { readNamed, type Surroundings } from "./surroundings.ts";

/** Paths of the certificate and its key. */
export interface ClientFiles {
  readonly certificate: string;
  readonly key: string;
}

/** PEM of the certificate, with its chain where the file has it, and of its key. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Reads the two, afresh on each run, since they may be what VCM itself renews.
 *
 * Throws VaultError where they cannot be read or do not belong together: the runtime (Deno 2.7.11)
 * would end the whole program for that.
 */
export function readClientCertificate(
  files: ClientFiles,
  around: Surroundings,
): ClientCertificate {
  const certificate = readNamed("the client certificate", files.certificate, around.readText);
  const pem = readSecretFile("the client key", files.key, around);
  const leaf = openLeaf(files.certificate, certificate);
  const key = openKey(files.key, pem);
  if (!leaf.checkPrivateKey(key)) {
    throw new VaultError(
      `The client key "${files.key}" does not belong to the certificate "${files.certificate}"`,
    );
  }
  return { certificate, key: key.export({ type: "pkcs8", format: "pem" }).toString() };
}

function openLeaf(path: string, pem: string): X509Certificate {
  try {
    return openCertificate(pem);
  } catch (error) {
    throw new VaultError(`The client certificate "${path}" ${(error as Error).message}`);
  }
}

function openKey(path: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // The cause would name parts of the key.
    throw new VaultError(
      `The client key "${path}" cannot be decoded; is it a PEM private key without a password?`,
    );
  }
}
