/** The client certificate for TLS, checked before it is used. */
import { createPrivateKey, type KeyObject, type X509Certificate } from "node:crypto";
import { openCertificate } from "../../certificate/certificate.ts";
import { keyTypeOf } from "../../certificate/keys.ts";
import { splitCertificates } from "../../certificate/pem.ts";
import { KEY_TYPES } from "../../config/types.ts";
import { VaultError } from "../errors.ts";
import { readSecretFile } from "./secrets.ts";
import { type Environment, readNamed } from "./environment.ts";

/** Paths of the certificate and its key. */
export interface ClientFiles {
  readonly certificate: string;
  readonly key: string;
}

/** PEM of the certificate, with its chain if the file has one, and of its key. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Reads both files again in each run, because VCM itself may renew them.
 *
 * Throws VaultError if they cannot be read, do not belong together, or are of a type that the
 * runtime (Deno 2.7.11) does not support. The runtime would end the whole program for such a key.
 */
export function readClientCertificate(
  files: ClientFiles,
  environment: Environment,
): ClientCertificate {
  const { text } = readNamed("the client certificate", files.certificate, environment.read);
  const pem = readSecretFile("the client key", files.key, environment);
  const certificates = splitCertificates(text);
  const opened = certificates.map((one) => openOne(files.certificate, one));
  const leaf = opened[0] ?? openOne(files.certificate, text);
  const key = openKey(files.key, pem);
  const type = keyTypeOf(key);
  if (!isKnown(type)) {
    throw new VaultError(
      `The client key "${files.key}" has the type ${type}, which is not supported; use one of ` +
        KEY_TYPES.join(", "),
    );
  }
  if (!leaf.checkPrivateKey(key)) {
    throw new VaultError(
      `The client key "${files.key}" does not belong to the certificate "${files.certificate}"; ` +
        "give the two files of one certificate",
    );
  }
  return {
    certificate: certificates.join(""),
    key: key.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** Curves and key lengths that the TLS library of the runtime can sign with. */
function isKnown(type: string): boolean {
  const bits = /^rsa-(\d+)$/.exec(type)?.[1];
  if (bits !== undefined) return Number(bits) >= 2048 && Number(bits) <= 8192;
  return ["ec-256", "ec-384", "ec-secp521r1", "ed25519"].includes(type);
}

function openOne(path: string, pem: string): X509Certificate {
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
      `The client key "${path}" cannot be decoded; use a PEM private key without a password`,
    );
  }
}
