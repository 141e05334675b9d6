/** How long stored and deployed certificates are valid. */
import type { Certificate } from "../certificate/certificate.ts";
import type { Validity } from "../certificate/renewal.ts";
import type { CertificateObservation } from "../observe/types.ts";
import type { StoredSet } from "../store/types.ts";

/** Facts of the stored certificate, if it can be parsed. */
export function storedCertificate({ leaf }: StoredSet): Certificate | undefined {
  return leaf.kind === "present" && leaf.value.kind === "certificate"
    ? leaf.value.certificate
    : undefined;
}

/** How long a stored set is of use, and the serial number that spreads its renewal. */
export interface StoredValidity extends Validity {
  readonly serial: string;
}

/**
 * The validity of the stored certificate. It ends with its chain, because peers then refuse both, and
 * begins with its issue, if it was dated back by long.
 */
export function validityOf(stored: StoredSet): StoredValidity | undefined {
  const certificate = storedCertificate(stored);
  if (certificate === undefined) return undefined;
  const { notBefore, notAfter, serial } = certificate;
  return {
    notBefore: stored.issuedAt ?? notBefore,
    notAfter: stored.chainEnd?.notAfter ?? notAfter,
    serial,
  };
}

/**
 * Expiry of what services have loaded, if known: of the stored set, which a new one replaces, or of
 * the deployed files, if the stored set was never deployed.
 */
export function loadedUntil(
  { stored, targets, trust }: CertificateObservation,
): Date | undefined {
  if (trust !== undefined) return trust.kind === "whole" ? trust.end : undefined;
  const found = targets.flatMap(({ file }) =>
    file.kind === "present" ? file.value.certificate ?? [] : []
  );
  const ends = [validityOf(stored), ...found].flatMap((one) => one?.notAfter.getTime() ?? []);
  return ends.length === 0 ? undefined : new Date(Math.min(...ends));
}
