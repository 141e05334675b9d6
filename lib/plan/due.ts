/**
 * Whether a certificate is to be issued: a ladder of small checks, the first hit wins. A check
 * judges what was observed; it reads nothing and remembers nothing.
 */
import type { Certificate } from "../certificate/certificate.ts";
import { compareNames, type NameDifference } from "../certificate/names.ts";
import { renewalStart, type Validity, windowSeconds } from "../certificate/renewal.ts";
import { partsOf } from "../config/format.ts";
import { formatDuration } from "../text/duration.ts";
import type { CertificateSpec } from "../config/types.ts";
import { endedIntermediate, hasValidPath, invalidPath } from "./chain_warnings.ts";
import { formatTime } from "../text/format_time.ts";
import type { CertificateObservation } from "../observe/types.ts";
import type { Due, DueReason } from "./types.ts";
import type { StoredSet } from "../store/types.ts";

/** What a stored set is judged by. */
export type DueSpec = Omit<
  CertificateSpec,
  "name" | "pki" | "role" | "ttl" | "services" | "windows" | "keep"
>;

interface Case {
  readonly spec: DueSpec;
  readonly stored: StoredSet;
  readonly now: Date;
  /** The stored certificate; absent where there is none to look into. */
  readonly certificate?: Certificate;
  readonly validity?: StoredValidity;
}

type Check = (it: Case) => Due | undefined;

/** Why the stored set is of no use, or of little. */
const FAULTS: readonly Check[] = [
  leafMissing, // nothing in the store
  leafUnparsable, // cert.pem is damaged
  keyMissing, // cert.pem without its key is of no use
  keyUnparsable, // privkey.pem is damaged
  keyMismatch, // files of two different sets
  chainMissing, // a target takes a file that the store lacks
  chainMismatch, // fullchain.pem is of another set
  chainIncomplete, // peers find no way to their root
];

/** Why another certificate is wanted, though this one is whole. */
const WISHES: readonly Check[] = [
  expired, // peers refuse it from now on
  namesDiffer, // the file asks for other names
  keyDiffers, // the file asks for another kind of key
  issuerDiffers, // the file asks for another CA
  inRenewalWindow, // the usual case
];

/** Why this certificate is to be issued, or undefined. */
export function judgeDue(spec: DueSpec, stored: StoredSet, now: Date): Due | undefined {
  const [certificate, validity] = [storedCertificate(stored), validityOf(stored)];
  const it = {
    spec,
    stored,
    now,
    ...(certificate && { certificate }),
    ...(validity && { validity }),
  };
  // By a clock that is behind a new certificate would not be valid yet either: it would be asked
  // for, and thrown away, on every run.
  const early = validity !== undefined && validity.notBefore > now;
  return firstHit(FAULTS, it) ?? (early ? undefined : firstHit(WISHES, it));
}

function firstHit(checks: readonly Check[], it: Case): Due | undefined {
  for (const check of checks) {
    const due = check(it);
    if (due !== undefined) return due;
  }
  return undefined;
}

/** Facts of the stored certificate, where it can be parsed. */
export function storedCertificate(stored: StoredSet): Certificate | undefined {
  return stored.leaf.kind === "present" && stored.leaf.value.kind === "certificate"
    ? stored.leaf.value.certificate
    : undefined;
}

/** How long a stored set is of use, and what its renewals are spread by. */
export interface StoredValidity extends Validity {
  readonly serial: string;
}

/**
 * The validity of the stored certificate; it ends with its chain where that ends first, since peers
 * then refuse both.
 */
export function validityOf(stored: StoredSet): StoredValidity | undefined {
  const certificate = storedCertificate(stored);
  if (certificate === undefined) return undefined;
  const { notBefore, notAfter, serial } = certificate;
  return { notBefore, notAfter: stored.chainEnd?.notAfter ?? notAfter, serial };
}

/**
 * Until when what services have loaded is valid, where it is known: the set that a new one replaces
 * or, where that was never deployed, what lies in the files.
 */
export function loadedUntil({ stored, targets }: CertificateObservation): Date | undefined {
  const found = targets.flatMap(({ file }) =>
    file.kind === "present" ? file.value.certificate ?? [] : []
  );
  const ends = [validityOf(stored), ...found].flatMap((one) => one?.notAfter.getTime() ?? []);
  return ends.length === 0 ? undefined : new Date(Math.min(...ends));
}

/** Reasons with which the stored set is still whole: it may be deployed until a new one is there. */
const WHOLE: ReadonlySet<DueReason> = new Set<DueReason>([
  "chain-incomplete",
  "names-differ",
  "key-differs",
  "issuer-differs",
  "expired",
  "in-renewal-window",
  "forced",
]);

/** Whether the stored set is whole, so that what lies in the store may be deployed. */
export function isWhole(due: Due | undefined): boolean {
  return due === undefined || WHOLE.has(due.reason);
}

/** Whether services are or will be without a good certificate as long as nothing is done. */
export function hurtsNow(due: Due): boolean {
  return !isWhole(due) || due.reason === "chain-incomplete" || due.reason === "expired";
}

function leafMissing({ stored }: Case): Due | undefined {
  if (stored.leaf.kind !== "absent") return undefined;
  return { reason: "missing", detail: "there is no certificate in the store" };
}

function leafUnparsable({ stored }: Case): Due | undefined {
  if (stored.leaf.kind !== "present" || stored.leaf.value.kind !== "unparsable") return undefined;
  return { reason: "unparsable", detail: `cert.pem in the store ${stored.leaf.value.problem}` };
}

function keyMissing({ stored }: Case): Due | undefined {
  if (stored.key.kind !== "absent") return undefined;
  return { reason: "key-missing", detail: "privkey.pem is missing from the store" };
}

function keyUnparsable({ stored }: Case): Due | undefined {
  if (stored.key.kind !== "present" || stored.key.value !== "unparsable") return undefined;
  return {
    reason: "key-unparsable",
    detail: "privkey.pem in the store is not a usable private key",
  };
}

function keyMismatch({ stored }: Case): Due | undefined {
  if (stored.key.kind !== "present" || stored.key.value !== "mismatch") return undefined;
  return { reason: "key-mismatch", detail: "privkey.pem in the store does not belong to cert.pem" };
}

function chainMissing({ spec, stored }: Case): Due | undefined {
  for (const part of ["chain", "fullchain", "ca"] as const) {
    const taken = spec.targets.some(({ what }) => partsOf(what).includes(part));
    if (stored[part].kind === "absent" && taken) {
      return {
        reason: "chain-missing",
        detail: `${part}.pem is missing from the store, but a target needs it`,
      };
    }
  }
  return undefined;
}

function chainMismatch({ stored }: Case): Due | undefined {
  if (stored.fullchain.kind !== "present" || stored.fullchain.value !== "other-leaf") {
    return undefined;
  }
  return {
    reason: "chain-mismatch",
    detail: "fullchain.pem in the store does not begin with cert.pem",
  };
}

function chainIncomplete({ stored }: Case): Due | undefined {
  for (const what of ["fullchain", "chain"] as const) {
    const fact = stored[what].kind === "present" ? stored[what].value : "usable";
    if (typeof fact === "object") {
      return { reason: "chain-incomplete", detail: `${what}.pem in the store ${fact.problem}` };
    }
  }
  return undefined;
}

function namesDiffer({ spec, certificate }: Case): Due | undefined {
  if (certificate === undefined) return undefined;
  const difference = compareNames(spec, certificate);
  if (difference.missing.length === 0 && difference.extra.length === 0) return undefined;
  return { reason: "names-differ", detail: describeDifference(difference) };
}

function describeDifference({ missing, extra }: NameDifference): string {
  const parts = [
    ...(missing.length > 0 ? [`it lacks ${missing.join(", ")}`] : []),
    ...(extra.length > 0 ? [`it still has ${extra.join(", ")}`] : []),
  ];
  return `its names differ from the configuration: ${parts.join(", and ")}`;
}

function keyDiffers({ spec, stored: { leaf } }: Case): Due | undefined {
  if (leaf.kind !== "present" || leaf.value.kind !== "certificate") return undefined;
  const [found, wanted] = [leaf.value.keyType, spec.key.type];
  if (found === undefined || wanted === undefined || found === wanted) return undefined;
  return {
    reason: "key-differs",
    detail: `its key is ${found}, but the configuration asks for ${wanted}`,
  };
}

function issuerDiffers({ spec: { issuer }, certificate }: Case): Due | undefined {
  if (certificate === undefined || issuer === undefined || certificate.issuer === issuer) {
    return undefined;
  }
  return {
    reason: "issuer-differs",
    detail: `it was issued by "${certificate.issuer}", but the configuration asks for "${issuer}"`,
  };
}

/**
 * An ended root is none of this: no new certificate cures it. An ended intermediate beside another,
 * valid path is only in its renewal window.
 */
function expired({ stored, certificate, validity, now }: Case): Due | undefined {
  if (certificate === undefined || validity === undefined) return undefined;
  if (validity.notAfter <= now) {
    if (certificate.notAfter > now && hasValidPath(stored, now)) return undefined;
    const { who, when } = describeEnd(stored, validity);
    return { reason: "expired", detail: `${who} expired ${ago(validity.notAfter, now)} (${when})` };
  }
  // No target takes the chain that holds it.
  const path = invalidPath(stored, now);
  const ended = path && endedIntermediate(path, now);
  if (ended === undefined) return undefined;
  const when = `${formatTime(ended.notAfter)}; "${ended.name}"`;
  return { reason: "expired", detail: `its chain expired ${ago(ended.notAfter, now)} (${when})` };
}

function ago(end: Date, now: Date): string {
  const seconds = (now.getTime() - end.getTime()) / 1000;
  return `${formatDuration(Math.max(1, Math.floor(seconds)))} ago`;
}

function inRenewalWindow({ spec, stored, validity, now }: Case): Due | undefined {
  if (validity === undefined || renewalStart(spec, validity) > now) return undefined;
  const left = (validity.notAfter.getTime() - now.getTime()) / 1000;
  const window = windowSeconds(spec.renew, validity);
  const { who, when } = describeEnd(stored, validity);
  if (left <= 0) {
    const detail = `${who} expired ${ago(validity.notAfter, now)} (${when}), but another path ` +
      "from it to a root is valid";
    return { reason: "in-renewal-window", detail };
  }
  return {
    reason: "in-renewal-window",
    detail: `${who} expires in ${
      formatDuration(Math.max(1, Math.floor(left)))
    } (${when}), inside its renewal window of ${formatDuration(Math.max(1, Math.round(window)))}`,
  };
}

/** What ends, and when: the certificate, or the one in its chain that ends first. */
function describeEnd({ chainEnd }: StoredSet, { notAfter }: StoredValidity) {
  const when = formatTime(notAfter);
  return chainEnd === undefined
    ? { who: "it", when }
    : { who: "its chain", when: `${when}; "${chainEnd.name}"` };
}
