/**
 * Whether a certificate must be issued: a list of small checks, of which the first hit wins. A check
 * uses only what was observed; it reads nothing and remembers nothing.
 */
import type { Certificate } from "../certificate/certificate.ts";
import { compareNames, type WantedNames } from "../certificate/names.ts";
import { renewalStart, windowSeconds } from "../certificate/renewal.ts";
import { partsOf } from "../config/format.ts";
import type { CertificateSpec } from "../config/types.ts";
import type { StoredSet } from "../store/types.ts";
import { formatDuration } from "../text/duration.ts";
import { formatTime } from "../text/format_time.ts";
import { printable } from "../text/quote.ts";
import { endedIntermediate, hasValidPath, invalidPath } from "./chain_warnings.ts";
import { storedCertificate, type StoredValidity, validityOf } from "./stored_validity.ts";
import { reissueStart } from "./reissue.ts";
import type { Due, DueReason } from "./types.ts";

/** What a stored set is compared with. */
export interface DueSpec
  extends WantedNames, Pick<CertificateSpec, "renew" | "spread" | "reissue" | "key" | "targets"> {
  /** Common name that the issuer must have. */
  readonly issuer?: string | undefined;
}

interface Case {
  readonly spec: DueSpec;
  readonly stored: StoredSet;
  readonly now: Date;
  /** The stored certificate, if it can be parsed. */
  readonly certificate: Certificate | undefined;
  readonly validity: StoredValidity | undefined;
}

/** Returns the sentence for people if the check hits. */
type Check = readonly [DueReason, (it: Case) => string | undefined];

/** The stored set is damaged or incomplete. */
const DEFECTS: readonly Check[] = [
  ["missing", leafMissing], // nothing in the store
  ["unparsable", leafUnparsable], // cert.pem is damaged
  ["key-missing", keyMissing], // cert.pem is useless without its key
  ["key-unparsable", keyUnparsable], // privkey.pem is damaged
  ["unparsable", chainDamaged], // chain.pem, fullchain.pem or ca.pem is damaged
  ["key-mismatch", keyMismatch], // files of two different sets
  ["chain-missing", chainMissing], // a target needs a file that the store lacks
  ["chain-mismatch", chainMismatch], // fullchain.pem is of another set
  ["chain-incomplete", chainIncomplete], // peers find no path to their root
];

/** The stored set is whole, but another certificate is wanted. */
const CHANGES: readonly Check[] = [
  ["expired", expired], // peers refuse it from now on
  ["issued-before", issuedBefore], // an emergency, for which no window counts
  ["names-differ", namesDiffer], // the configuration asks for other names
  ["key-differs", keyDiffers], // the configuration asks for another type of key
  ["issuer-differs", issuerDiffers], // the configuration asks for another CA
  ["in-renewal-window", inRenewalWindow], // the usual case
];

/** It is asked for by hand. */
export const FORCED: Due = { reason: "forced", detail: "requested by --force" };

/** Why this certificate must be issued, or undefined. */
export function checkDue(spec: DueSpec, stored: StoredSet, now: Date): Due | undefined {
  const validity = validityOf(stored);
  const it = { spec, stored, now, certificate: storedCertificate(stored), validity };
  // If the clock is behind, a new certificate would not be valid yet either: every run would issue one
  // and throw it away.
  const early = validity !== undefined && validity.notBefore > now;
  return firstHit(DEFECTS, it) ?? (early ? undefined : firstHit(CHANGES, it));
}

/** Whether a set that an earlier run received and could not store is what is desired now. */
export function isStagedDesired(
  spec: DueSpec,
  staged: StoredSet | undefined,
  due: Due | undefined,
  now: Date,
): boolean {
  if (staged === undefined || due === undefined) return false;
  const validity = validityOf(staged);
  return validity !== undefined && validity.notBefore <= now &&
    checkDue(spec, staged, now) === undefined;
}

function firstHit(checks: readonly Check[], it: Case): Due | undefined {
  for (const [reason, check] of checks) {
    const detail = check(it);
    if (detail !== undefined) return { reason, detail };
  }
  return undefined;
}

/** Reasons with which the stored set is still whole and may be deployed. */
const WHOLE: ReadonlySet<DueReason> = new Set<DueReason>([
  "chain-incomplete",
  "names-differ",
  "key-differs",
  "issuer-differs",
  "expired",
  "issued-before",
  "in-renewal-window",
  "forced",
]);

/** Whether the stored set is whole and may be deployed. */
export function isWhole(due: Due | undefined): boolean {
  return due === undefined || WHOLE.has(due.reason);
}

/** Whether services are or will be without a good certificate until one is issued. */
export function hurtsNow(due: Due): boolean {
  return !isWhole(due) || due.reason === "chain-incomplete" || due.reason === "expired";
}

function leafMissing({ stored: { leaf } }: Case): string | undefined {
  return leaf.kind === "absent" ? "there is no certificate in the store" : undefined;
}

function leafUnparsable({ stored: { leaf } }: Case): string | undefined {
  return leaf.kind === "present" && leaf.value.kind === "unparsable"
    ? `cert.pem in the store ${leaf.value.problem}`
    : undefined;
}

function keyMissing({ stored: { key } }: Case): string | undefined {
  return key.kind === "absent" ? "privkey.pem is missing from the store" : undefined;
}

function keyUnparsable({ stored: { key } }: Case): string | undefined {
  return key.kind === "present" && key.value === "unparsable"
    ? "privkey.pem in the store is not a usable private key"
    : undefined;
}

function chainDamaged({ stored }: Case): string | undefined {
  for (const part of ["fullchain", "chain", "ca"] as const) {
    const fact = stored[part].kind === "present" ? stored[part].value : "usable";
    if (typeof fact === "object" && fact.kind === "damaged") {
      return `${part}.pem in the store ${fact.problem}`;
    }
  }
  return undefined;
}

function keyMismatch({ stored: { key } }: Case): string | undefined {
  return key.kind === "present" && key.value === "mismatch"
    ? "privkey.pem in the store does not belong to cert.pem"
    : undefined;
}

function chainMissing({ spec, stored }: Case): string | undefined {
  for (const { what } of spec.targets) {
    for (const part of partsOf(what)) {
      // Those two are checked before, and only trust entries have CRLs.
      if (part === "cert" || part === "privkey" || part === "crl") continue;
      if (stored[part].kind !== "absent") continue;
      return `${part}.pem is missing from the store, but a target needs it`;
    }
  }
  return undefined;
}

function chainMismatch({ stored: { fullchain } }: Case): string | undefined {
  return fullchain.kind === "present" && fullchain.value === "other-leaf"
    ? "fullchain.pem in the store does not begin with cert.pem"
    : undefined;
}

function chainIncomplete({ stored }: Case): string | undefined {
  for (const part of ["fullchain", "chain"] as const) {
    const fact = stored[part].kind === "present" ? stored[part].value : "usable";
    if (typeof fact === "object" && fact.kind === "incomplete") {
      return `${part}.pem in the store ${fact.problem}`;
    }
  }
  return undefined;
}

function namesDiffer({ spec, certificate }: Case): string | undefined {
  if (certificate === undefined) return undefined;
  const { missing, extra } = compareNames(spec, certificate);
  if (missing.length === 0 && extra.length === 0) return undefined;
  const parts = [
    ...(missing.length > 0 ? [`it lacks ${missing.join(", ")}`] : []),
    ...(extra.length > 0 ? [`it still has ${extra.join(", ")}`] : []),
  ];
  return `its names differ from the configuration: ${parts.join(", and ")}`;
}

function keyDiffers({ spec: { key: { type } }, stored: { leaf } }: Case): string | undefined {
  if (leaf.kind !== "present" || leaf.value.kind !== "certificate") return undefined;
  const { keyType } = leaf.value;
  if (keyType === undefined || type === undefined || keyType === type) return undefined;
  return `its key is ${keyType}, but the configuration asks for ${type}`;
}

function issuerDiffers({ spec: { issuer }, certificate }: Case): string | undefined {
  if (certificate === undefined || issuer === undefined) return undefined;
  // The names of a certificate are printable since they were read.
  if (certificate.issuer === printable(issuer)) return undefined;
  return `it was issued by "${certificate.issuer}", but the configuration asks for "${issuer}"`;
}

/**
 * An expired root does not count, because a new certificate does not fix it. An expired intermediate
 * counts as in the renewal window if there is another valid path.
 */
function expired({ stored, certificate, validity, now }: Case): string | undefined {
  if (certificate === undefined || validity === undefined) return undefined;
  if (validity.notAfter <= now) {
    if (certificate.notAfter > now && hasValidPath(stored, now)) return undefined;
    const { who, when } = describeEnd(stored, validity);
    return `${who} expired ${ago(validity.notAfter, now)} (${when})`;
  }
  // The intermediate may be in a chain that no target needs.
  const path = invalidPath(stored, now);
  const ended = path && endedIntermediate(path, now);
  return ended && `its chain expired ${ago(ended.notAfter, now)} ` +
      `(${formatTime(ended.notAfter)}; "${ended.name}")`;
}

function ago(end: Date, now: Date): string {
  return `${wholeDuration((now.getTime() - end.getTime()) / 1000)} ago`;
}

function wholeDuration(seconds: number): string {
  return formatDuration(Math.max(1, Math.floor(seconds)));
}

function issuedBefore({ spec: { reissue }, stored, now }: Case): string | undefined {
  const start = reissueStart(reissue, stored);
  if (reissue === undefined || start === undefined || start > now) return undefined;
  return `it was issued before ${
    formatTime(reissue.issuedBefore)
  }, and "reissue" asks for a new one`;
}

function inRenewalWindow({ spec, stored, validity, now }: Case): string | undefined {
  if (validity === undefined || renewalStart(spec, validity) > now) return undefined;
  const left = (validity.notAfter.getTime() - now.getTime()) / 1000;
  const { who, when } = describeEnd(stored, validity);
  if (left <= 0) {
    return `${who} expired ${
      ago(validity.notAfter, now)
    } (${when}), but another path from it to a ` +
      "root is valid";
  }
  const window = formatDuration(Math.max(1, Math.round(windowSeconds(spec.renew, validity))));
  return `${who} expires in ${
    wholeDuration(left)
  } (${when}), inside its renewal window of ${window}`;
}

/** What expires first, and when: the certificate or one in its chain. */
function describeEnd({ chainEnd }: StoredSet, { notAfter }: StoredValidity) {
  const when = formatTime(notAfter);
  return chainEnd === undefined
    ? { who: "it", when }
    : { who: "its chain", when: `${when}; "${chainEnd.name}"` };
}
