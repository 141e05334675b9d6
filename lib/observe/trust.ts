/** Observes what trust entries have in the store. Loaded only if the configuration has some. */
import { type Crl, isRevokedBy, readCrl, splitCrls } from "../certificate/crl.ts";
import { openCertificate, parseCertificate } from "../certificate/certificate.ts";
import { splitCertificates } from "../certificate/pem.ts";
import type { TrustSpec } from "../config/types.ts";
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

export function lookAtTrust(certStore: string, { name, source }: TrustSpec): TrustLook {
  const found = readTrustFile(certStore, name, source);
  const part = partOf(source);
  const set = { leaf: ABSENT, key: ABSENT, chain: ABSENT, fullchain: ABSENT };
  const look = { interrupted: false, exposedKey: undefined, crls: [] };
  const stored = { ...set, ca: found.kind === "unreadable" ? found : ABSENT };
  if (found.kind !== "present") return { ...look, stored, texts: {}, trust: { kind: "absent" } };
  const read = part === "crl" ? readCrls(found.value) : readBundle(found.value);
  // What is damaged is deployed nowhere.
  const texts = read.trust.kind === "damaged"
    ? {}
    : { [part]: { kind: "present", value: found.value.text } as const };
  return { ...look, ...read, stored, texts };
}

function readCrls({ text, at, isDesired }: StoredTrust): Pick<TrustLook, "trust" | "crls"> {
  try {
    const crls = splitCrls(text).map(readCrl);
    const [first] = crls.toSorted((a, b) => a.nextUpdate.getTime() - b.nextUpdate.getTime());
    if (first === undefined) throw new Error("contains no CRL");
    const validity = crls.map(({ issuerName, thisUpdate, nextUpdate }) => {
      return { issuer: issuerName, notBefore: thisUpdate, notAfter: nextUpdate };
    });
    const trust = { kind: "whole", at, isDesired, crls: validity, end: first.nextUpdate } as const;
    return { trust, crls };
  } catch (error) {
    return { trust: { kind: "damaged", problem: (error as Error).message }, crls: [] };
  }
}

/** A bundle ends with its last certificate. */
function readBundle({ text, at, isDesired }: StoredTrust): Pick<TrustLook, "trust" | "crls"> {
  try {
    const ends = splitCertificates(text).map((pem) => parseCertificate(pem).notAfter.getTime());
    if (ends.length === 0) throw new Error("contains no certificate");
    const end = new Date(Math.max(...ends));
    return { trust: { kind: "whole", at, isDesired, crls: [], end }, crls: [] };
  } catch (error) {
    return { trust: { kind: "damaged", problem: (error as Error).message }, crls: [] };
  }
}

/** The name of the issuer whose CRL lists a stored certificate; undefined: none does. */
export function findRevocation(
  crls: readonly Crl[],
  { stored: { leaf }, texts }: Pick<StoreLook, "stored" | "texts">,
): string | undefined {
  if (leaf.kind !== "present" || leaf.value.kind !== "certificate") return undefined;
  const { serial } = leaf.value.certificate;
  const [crl] = crls.filter(({ revoked }) => revoked.has(serial)).filter((crl) =>
    texts.cert.kind === "present" &&
    isRevokedBy(crl, serial, openCertificate(texts.cert.value).raw)
  );
  return crl?.issuerName;
}
