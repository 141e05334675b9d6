/** Observes what trust entries have in the store. Loaded only if the configuration has some. */
import { type Crl, isRevokedBy, lists, readCrl, splitCrls } from "../certificate/crl.ts";
import { openCertificate, parseCertificate } from "../certificate/certificate.ts";
import { splitCertificates } from "../certificate/pem.ts";
import type { Config, TrustSpec } from "../config/types.ts";
import { ABSENT } from "../host/read.ts";
import type { Presence } from "../host/types.ts";
import type { StoreLook } from "../store/read_set.ts";
import { partOf, readTrustFile, type StoredTrust } from "../store/trust_file.ts";
import type { TrustObservation } from "./types.ts";

/** As a look at a set that has one file. */
export interface TrustLook
  extends Pick<StoreLook, "stored" | "interrupted" | "staged" | "exposedKey"> {
  readonly texts: Partial<Record<"ca" | "crl", Presence<string>>>;
  readonly trust: TrustObservation;
  readonly crls: readonly Crl[];
}

export function lookAtTrust(
  certStore: string,
  { name, source }: Pick<TrustSpec, "name" | "source">,
): TrustLook {
  const found = readTrustFile(certStore, name, source);
  const part = partOf(source);
  const set = { leaf: ABSENT, key: ABSENT, chain: ABSENT, fullchain: ABSENT };
  const look = { interrupted: false, exposedKey: undefined, crls: [] };
  const stored = { ...set, ca: found.kind === "unreadable" ? found : ABSENT };
  if (found.kind !== "present") return { ...look, stored, texts: {}, trust: { kind: "absent" } };
  const facts = read(found.value, part);
  // What is damaged is deployed nowhere.
  const texts = facts.trust.kind === "damaged"
    ? {}
    : { [part]: { kind: "present", value: found.value.text } as const };
  return { ...look, ...facts, stored, texts };
}

/** A bundle ends with its last certificate, and CRLs with the first of them. */
function read({ text, at, isDesired }: StoredTrust, part: "ca" | "crl") {
  try {
    const crls = part === "crl" ? splitCrls(text).map(readCrl) : [];
    const ends = crls.map(({ nextUpdate }) => -nextUpdate.getTime())
      .concat(part === "ca" ? splitCertificates(text).map(endOf) : []);
    if (ends.length === 0) throw new Error(`contains no ${part === "ca" ? "certificate" : "CRL"}`);
    const validity = crls.map(({ issuerName, thisUpdate, nextUpdate }) => {
      return { issuer: issuerName, notBefore: thisUpdate, notAfter: nextUpdate };
    });
    const end = new Date(Math.abs(Math.max(...ends)));
    return { trust: { kind: "whole", at, isDesired, crls: validity, end } as const, crls };
  } catch (error) {
    return { trust: { kind: "damaged", problem: (error as Error).message } as const, crls: [] };
  }
}

function endOf(pem: string): number {
  return parseCertificate(pem).notAfter.getTime();
}

/** The name of the issuer whose CRL lists a stored certificate; undefined: none does. */
export function findRevocation(
  crls: readonly Crl[],
  { stored: { leaf }, texts }: Pick<StoreLook, "stored" | "texts">,
): string | undefined {
  if (leaf.kind !== "present" || leaf.value.kind !== "certificate") return undefined;
  if (texts.cert.kind !== "present") return undefined;
  return revokingIssuer(crls, leaf.value.certificate.serial, texts.cert.value);
}

/** The name of the issuer whose CRL lists a certificate; undefined: none does. */
export function revokingIssuer(
  crls: readonly Crl[],
  serial: string,
  pem: string,
): string | undefined {
  return crls.filter((crl) => lists(crl, serial))
    .find((crl) => isRevokedBy(crl, serial, openCertificate(pem).raw))?.issuerName;
}

export function storedCrls({ certStore, trust }: Pick<Config, "certStore" | "trust">): Crl[] {
  return trust.flatMap((spec) => lookAtTrust(certStore, spec).crls);
}
