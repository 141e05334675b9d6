/** The steps and warnings of a revocation that is not finished. */
import type { CertificateObservation, Observation } from "../observe/types.ts";
import type { PendingRevocation } from "../store/types.ts";
import { shellWord } from "../text/quote.ts";
import { storedCertificate } from "./stored_validity.ts";
import type { CertificateState, Due, RevokeStep } from "./types.ts";

/** The stored certificate may be revoked, so it is replaced and deployed nowhere. */
export function revocationDue(
  { stored, revocation, revokedBy }: CertificateObservation,
): Due | undefined {
  if (revokedBy !== undefined) {
    return { reason: "revoked", detail: `it is revoked: the CRL of "${revokedBy}" lists it` };
  }
  if (revocation?.kind !== "present") return undefined;
  if (storedCertificate(stored)?.serial !== revocation.value.serial) return undefined;
  const detail = "it may be revoked: its revocation is not finished";
  return { reason: "revocation-pending", detail };
}

/**
 * Whether the key in the store, or that of a staged set, may be that of the certificate that is being
 * revoked. If cert.pem is missing or damaged, nothing tells whose key it is.
 */
export function mayHoldRevokedKey(
  { stored, revocation, revokedBy }: CertificateObservation,
): boolean {
  if (revokedBy !== undefined) return true;
  if (revocation?.kind !== "present") return false;
  const certificate = storedCertificate(stored);
  return certificate === undefined || certificate.serial === revocation.value.serial;
}

export function revokeStep({ name, revocation }: CertificateObservation): RevokeStep | undefined {
  return revocation?.kind === "present" ? finish(name, revocation.value) : undefined;
}

function finish(certificate: string, revocation: PendingRevocation): RevokeStep {
  const name = shellWord(certificate);
  const detail = `the revocation of serial ${revocation.serial} is not finished; ` +
    `"vcm run" or "vcm revoke ${name}" finishes it`;
  return { kind: "revoke", certificate, revocation, detail };
}

/** Revocations of certificates that the configuration no longer names. */
export function removedRevocations({ removed }: Observation): readonly {
  readonly state: CertificateState;
  readonly step: RevokeStep;
}[] {
  return removed.map(({ name, revocation }) => ({
    state: { name, warnings: [], targets: [], blocked: [] },
    step: finish(name, revocation),
  }));
}
