/** Compares the stored certificates with the server: revoked there, or of a CA that was replaced. */
import type { X509Certificate } from "node:crypto";
import { openCertificate, readFacts } from "../../certificate/certificate.ts";
import { nameOf } from "../../certificate/stored_chain.ts";
import type { CertificateSpec } from "../../config/types.ts";
import { forEachInFlight } from "../../host/in_flight.ts";
import { readText } from "../../host/read.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import { storedFile } from "../../store/store_paths.ts";
import { shellWord } from "../../text/quote.ts";
import { readRevoked } from "../../vault/pki/pki.ts";
import type { VaultSession } from "../../vault/session/session.ts";
import { issuerPath, readData } from "./issuer_path.ts";

/** Certificates that are looked up at one time. */
const IN_FLIGHT = 8;

/** One request for each certificate, and one for each issuer. */
export async function examineStored(
  session: VaultSession,
  certStore: string,
  specs: readonly CertificateSpec[],
): Promise<CheckResult[]> {
  const results = new Map(specs.map(({ name }) => [name, [] as CheckResult[]]));
  await forEachInFlight(specs, IN_FLIGHT, async (spec) => {
    results.set(spec.name, await examine(session, certStore, spec));
  });
  return [...results.values()].flat();
}

async function examine(
  session: VaultSession,
  certStore: string,
  spec: CertificateSpec,
): Promise<CheckResult[]> {
  const leaf = openStored(certStore, spec.name);
  if (leaf === undefined) return [];
  const { name, pki } = spec;
  const { serial } = readFacts(leaf);
  const word = shellWord(name);
  const fix = `vcm issue --force ${word} && vcm run ${word}`;
  if (await readRevoked(session, pki, serial) === "revoked") {
    const detail = `its certificate (serial ${serial}) was revoked at the mount "${pki}"`;
    return [found("problem", name, detail, fix)];
  }
  const role = await readData(session, `${pki}/roles/${spec.role}`);
  const path = issuerPath(spec, role);
  const pem = (await readData(session, path))?.["certificate"];
  const issuer = pem === undefined ? undefined : open(String(pem));
  if (issuer === undefined || isIssuedBy(leaf, issuer)) return [];
  // A role that cannot be read may name another issuer.
  const unknown = role === undefined && spec.issuerRef === undefined
    ? `; if the role "${spec.role}" names an issuer of its own, ignore this`
    : "";
  const detail =
    `its certificate was issued by "${readFacts(leaf).issuer}" with another key than ` +
    `that of the present issuer "${nameOf(issuer)}" (${path})${unknown}`;
  return [found("warning", name, detail, fix)];
}

function openStored(certStore: string, name: string): X509Certificate | undefined {
  const stored = readText(storedFile(certStore, name, "cert"));
  return stored.kind === "present" ? open(stored.value) : undefined;
}

/** A damaged certificate is the matter of other checks. */
function open(pem: string): X509Certificate | undefined {
  try {
    return openCertificate(pem);
  } catch {
    return undefined;
  }
}

/** By the key, so that a CA that was renewed with its key counts. */
function isIssuedBy(leaf: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return leaf.verify(issuer.publicKey);
  } catch {
    // The runtime does not know the algorithm.
    return leaf.checkIssued(issuer);
  }
}
