/** The PKI secrets engine: asks for a certificate, and checks what came back before it is used. */
import { createPrivateKey } from "node:crypto";
import { type Certificate, openCertificate, parseCertificate } from "../certificate/certificate.ts";
import { buildChain } from "../certificate/chain.ts";
import { compareNames } from "../certificate/names.ts";
import { splitCertificates, withNewline } from "../certificate/pem.ts";
import type { CertificateRequest } from "../plan/types.ts";
import { VaultError } from "./errors.ts";
import { IssuedCertificate } from "./issued_certificate.ts";
import type { VaultAnswer } from "./answer.ts";
import type { VaultSession } from "./session.ts";

/**
 * `POST <mount>/issue/<role>` (Vault API, PKI, "Generate certificate and key").
 *
 * Throws VaultError where the server refuses, or its answer is not what was asked for. Needs
 * `update` on that path.
 */
export async function issueCertificate(
  session: VaultSession,
  request: CertificateRequest,
): Promise<IssuedCertificate> {
  const path = `${request.mount}/issue/${request.role}`;
  const answer = await session.write(path, {
    common_name: request.commonName,
    ...(request.dnsSans.length > 0 ? { alt_names: request.dnsSans.join(",") } : {}),
    ...(request.ipSans.length > 0 ? { ip_sans: request.ipSans.join(",") } : {}),
    ...(request.ttl === undefined ? {} : { ttl: `${request.ttl}s` }),
    format: "pem",
  });
  try {
    return checkAnswer(request, answer);
  } catch (error) {
    throw new VaultError(
      `The certificate that "${session.address}" gave for "${path}" is not usable: ${
        (error as Error).message
      }`,
      { cause: error },
    );
  }
}

function checkAnswer(request: CertificateRequest, answer: VaultAnswer): IssuedCertificate {
  const { data } = answer;
  const [leaf] = splitCertificates(textOf(data, "certificate"));
  if (leaf === undefined) throw new Error("the answer holds no PEM certificate");
  const privateKey = withNewline(textOf(data, "private_key"));
  const authorities = [...listOf(data["ca_chain"]), ...listOf([data["issuing_ca"]])];
  const certificate = parseCertificate(leaf);
  requireKey(leaf, privateKey);
  requireNames(request, certificate);
  return new IssuedCertificate({
    certificate,
    leaf,
    chain: buildChain(leaf, authorities),
    privateKey,
    warnings: answer.warnings,
  });
}

function textOf(data: VaultAnswer["data"], key: string): string {
  const value = data[key];
  if (typeof value !== "string" || value === "") throw new Error(`the answer has no "${key}"`);
  return value;
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** The full proof, once: later looks take a shorter way. */
function requireKey(leaf: string, privateKey: string): void {
  let belongs: boolean;
  try {
    belongs = openCertificate(leaf).checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    // The cause would name parts of the key.
    throw new Error("its private key cannot be decoded");
  }
  if (!belongs) throw new Error("its private key does not belong to it");
}

/** Other names would make the certificate due again at the next look, for ever. */
function requireNames(request: CertificateRequest, certificate: Certificate): void {
  const { missing, extra } = compareNames(request, certificate);
  if (missing.length > 0) {
    throw new Error(`it lacks ${missing.join(", ")}; does the role "${request.role}" allow them?`);
  }
  if (extra.length > 0) throw new Error(`it has names nobody asked for: ${extra.join(", ")}`);
}
