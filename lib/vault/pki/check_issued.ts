/**
 * Checks the answer of the PKI secrets engine. Nothing of it is stored unless every check passes.
 */
import type { X509Certificate } from "node:crypto";
import { algorithmsOf, nameAlgorithm } from "../../certificate/algorithms.ts";
import { type Certificate, openCertificate, readFacts } from "../../certificate/certificate.ts";
import { buildChain } from "../../certificate/chain.ts";
import { certificateKeyType, type KeyMatch, proveKey } from "../../certificate/keys.ts";
import { compareNames, missingOwnName } from "../../certificate/names.ts";
import { splitCertificates, withNewline } from "../../certificate/pem.ts";
import { toPkcs8 } from "../../certificate/pkcs8.ts";
import { cleanForm, formProblem } from "../../certificate/pem_form.ts";
import type { Part } from "../../certificate/types.ts";
import { algorithmWeakness, type Weakness } from "../../certificate/weakness.ts";
import type { CertificateRequest } from "../../plan/types.ts";
import { printable } from "../../text/quote.ts";
import { checkLease } from "../session/lease.ts";
import type { SessionAnswer } from "../session/session.ts";
import { type IssuedCertificate, issuedCertificate } from "./issued_certificate.ts";
import { whyLeftOut } from "./left_out.ts";

/**
 * @param ownKey PEM of the private key, if it was made on this host. Otherwise the answer has it.
 *
 * Throws Error with a sentence about "it", the certificate.
 */
export async function checkIssued(
  request: CertificateRequest,
  answer: SessionAnswer,
  ownKey: string | undefined,
  now = new Date(),
): Promise<IssuedCertificate> {
  const { data } = answer;
  const [leaf] = splitCertificates(clean("cert", textOf(data, "certificate")));
  if (leaf === undefined) throw new Error("the answer contains no PEM certificate");
  const privateKey = toPkcs8(
    withNewline(clean("privkey", ownKey ?? textOf(data, "private_key"))),
  );
  const authorities = [...listOf(data["ca_chain"]), ...listOf([data["issuing_ca"]])]
    .map((text) => clean("ca", text));
  if (authorities.length > MAX_AUTHORITIES) {
    throw new Error(
      `the answer contains ${authorities.length} CA certificates; at most ${MAX_AUTHORITIES} are allowed`,
    );
  }
  const opened = openCertificate(leaf);
  const certificate = await readNames(request, opened);
  const match = requireKey(opened, privateKey);
  if (opened.ca) throw new Error("it is a CA certificate");
  requireKeyType(request, opened);
  requireNames(request, certificate);
  requireIssuer(request, certificate);
  const { leaseToken } = answer;
  const leaseWarning = leaseToken && checkLease(request, leaseToken, certificate.notAfter);
  const chain = await buildChain(leaf, authorities, now);
  const { intermediates, anchors, unverified, cycle } = chain;
  if (cycle !== undefined) {
    throw new Error(
      `its chain is a cycle that leads to no root, by way of "${cycle}"; fix: add the root to the ` +
        `chain of the issuer on the server`,
    );
  }
  requireStrength(algorithmWeakness(opened, "it") ?? chain.weakness);
  return issuedCertificate({
    address: answer.address,
    serverTime: answer.serverTime,
    certificate,
    leaf,
    chain: intermediates,
    anchors,
    privateKey,
    leaseWarning,
    unverified: match === "unverified"
      ? [...new Set([nameAlgorithm(algorithmsOf(opened.raw).key), ...unverified])]
      : unverified,
    warnings: answer.warnings.filter((warning) => !isNoise(warning, ownKey !== undefined)),
  });
}

/** What is stored is what every program loads; without a clean form, the checks tell what is wrong. */
function clean(part: Part, text: string): string {
  // The server's texts end without a line break; with one, the usual form is seen at once.
  const form = formProblem(part, `${text}\n`);
  return form === undefined ? text : cleanForm(part, text) ?? text;
}

/** Each one costs time in every later look at the set. */
const MAX_AUTHORITIES = 32;

async function readNames(request: CertificateRequest, leaf: X509Certificate): Promise<Certificate> {
  if (request.otherSans.length === 0) return readFacts(leaf);
  const { readOtherNames } = await import("../../certificate/alt_names.ts");
  return { ...readFacts(leaf), otherNames: readOtherNames(leaf) };
}

function textOf(data: SessionAnswer["data"], key: string): string {
  const value = data[key];
  if (typeof value !== "string" || value === "") throw new Error(`the answer has no "${key}"`);
  return value;
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function requireKey(certificate: X509Certificate, pem: string): KeyMatch {
  const match = proveKey(certificate, pem);
  if (match === "unparsable") throw new Error("its private key cannot be decoded");
  if (match === "mismatch") throw new Error("its private key does not belong to it");
  return match;
}

/** Clients would refuse it, although all signatures are right. */
function requireStrength(weakness: Weakness | undefined): void {
  if (weakness !== undefined) {
    throw new Error(`${weakness.problem}; fix: replace that key or CA on the server`);
  }
}

/** If the server makes the key, the role decides its type, whatever the configuration asks for. */
function requireKeyType({ key, role }: CertificateRequest, found: X509Certificate): void {
  if (key.type === undefined) return;
  const type = certificateKeyType(found);
  if (key.type === type) return;
  throw new Error(
    `its key is ${type}, but "key_type" asks for ${key.type}: with "key: vault" the role ` +
      `"${role}" decides; fix: change the role or "key_type", or set "key: local"`,
  );
}

/** A certificate with other names would be due again in every run, and without its own be of no use. */
function requireNames(request: CertificateRequest, certificate: Certificate): void {
  const { missing, extra } = compareNames(request, certificate);
  const own = missingOwnName(request, certificate);
  const lacking = new Set(own === undefined ? missing : [own, ...missing]);
  if (lacking.size > 0) {
    const causes = [...lacking].map((name) => whyLeftOut(name, request)).filter(Boolean);
    const why = [...new Set(causes)].join("; ") ||
      `check that the role "${request.role}" allows them`;
    throw new Error(`it lacks ${[...lacking].join(", ")}; ${why}${own ? NO_HOST : ""}`);
  }
  if (extra.length > 0) {
    throw new Error(`it has names that were not requested: ${extra.join(", ")}`);
  }
}

const NO_HOST = `; if the common name is not that of a host, set "exclude_cn_from_sans: true"`;

/** The server decides which issuer of a mount signs, unless the request names one. */
function requireIssuer({ issuer, mount }: CertificateRequest, found: Certificate): void {
  if (issuer === undefined || found.issuer === printable(issuer)) return;
  throw new Error(
    `it was issued by "${found.issuer}", but "issuer" asks for "${issuer}"; fix: set "issuer_ref" ` +
      `to that issuer of the mount "${mount}", or correct "issuer"`,
  );
}

/** VCM itself gives names twice, and reports a shortened lifetime with figures. */
function isNoise(warning: string, signed: boolean): boolean {
  if (/longer than permitted maxTTL/i.test(warning)) return true;
  return signed && /field was provided but the role is set with "use_csr_/.test(warning);
}
