/**
 * Whether a certificate is to be issued: a ladder of small checks, the first hit wins. A check
 * judges what was observed; it reads nothing and remembers nothing.
 */
import type { Certificate } from "../certificate/certificate.ts";
import { compareNames, type NameDifference } from "../certificate/names.ts";
import { renewalStart, windowSeconds } from "../certificate/renewal.ts";
import { formatDuration } from "../config/duration.ts";
import type { CertificateSpec } from "../config/types.ts";
import { formatMoment } from "./moment.ts";
import type { Due, DueReason, StoredSet } from "./types.ts";

interface Case {
  readonly spec: CertificateSpec;
  readonly stored: StoredSet;
  readonly now: Date;
  /** The stored certificate; absent where there is none to look into. */
  readonly certificate?: Certificate;
}

type Check = (it: Case) => Due | undefined;

const CHECKS: readonly Check[] = [
  leafMissing, // nothing in the store
  leafUnparsable, // cert.pem is damaged
  keyMissing, // cert.pem without its key is of no use
  keyUnparsable, // privkey.pem is damaged
  keyMismatch, // files of two different sets
  chainMissing, // a target takes a file that the store lacks
  chainMismatch, // fullchain.pem is of another set
  notYetValid, // peers refuse it now
  expired, // peers refuse it from now on
  namesDiffer, // the file asks for other names
  inRenewalWindow, // the usual case
];

/** Why this certificate is to be issued, or undefined. */
export function judgeDue(spec: CertificateSpec, stored: StoredSet, now: Date): Due | undefined {
  const certificate = storedCertificate(stored);
  const it = { spec, stored, now, ...(certificate === undefined ? {} : { certificate }) };
  for (const check of CHECKS) {
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

/** Reasons with which the stored set is still whole: it may be deployed until a new one is there. */
const WHOLE: ReadonlySet<DueReason> = new Set<DueReason>([
  "names-differ",
  "not-yet-valid",
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
  return !isWhole(due) || due.reason === "not-yet-valid" || due.reason === "expired";
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
  return { reason: "key-missing", detail: "privkey.pem is missing in the store" };
}

function keyUnparsable({ stored }: Case): Due | undefined {
  if (stored.key.kind !== "present" || stored.key.value !== "unparsable") return undefined;
  return { reason: "key-unparsable", detail: "privkey.pem in the store is no usable private key" };
}

function keyMismatch({ stored }: Case): Due | undefined {
  if (stored.key.kind !== "present" || stored.key.value !== "mismatch") return undefined;
  return { reason: "key-mismatch", detail: "privkey.pem in the store does not belong to cert.pem" };
}

function chainMissing({ spec, stored }: Case): Due | undefined {
  for (const what of ["chain", "fullchain", "ca"] as const) {
    if (stored[what].kind === "absent" && spec.targets.some((target) => target.what === what)) {
      return {
        reason: "chain-missing",
        detail: `${what}.pem is missing in the store, and a target takes it`,
      };
    }
  }
  return undefined;
}

function chainMismatch({ stored }: Case): Due | undefined {
  if (stored.fullchain.kind !== "present" || stored.fullchain.value === "usable") return undefined;
  return {
    reason: "chain-mismatch",
    detail: "fullchain.pem in the store does not begin with cert.pem",
  };
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
  return `its names differ from the file: ${parts.join(", and ")}`;
}

function notYetValid({ certificate, now }: Case): Due | undefined {
  if (certificate === undefined || certificate.notBefore <= now) return undefined;
  return {
    reason: "not-yet-valid",
    detail: `it is valid only from ${formatMoment(certificate.notBefore)}`,
  };
}

function expired({ certificate, now }: Case): Due | undefined {
  if (certificate === undefined || certificate.notAfter > now) return undefined;
  const seconds = (now.getTime() - certificate.notAfter.getTime()) / 1000;
  const ago = formatDuration(Math.max(1, Math.floor(seconds)));
  return {
    reason: "expired",
    detail: `it expired ${ago} ago (${formatMoment(certificate.notAfter)})`,
  };
}

function inRenewalWindow({ spec, certificate, now }: Case): Due | undefined {
  if (certificate === undefined || renewalStart(spec.renew, certificate) > now) return undefined;
  const left = (certificate.notAfter.getTime() - now.getTime()) / 1000;
  const window = windowSeconds(spec.renew, certificate);
  return {
    reason: "in-renewal-window",
    detail: `it expires in ${formatDuration(Math.max(1, Math.floor(left)))} (${
      formatMoment(certificate.notAfter)
    }), inside its renewal window of ${formatDuration(Math.max(1, Math.round(window)))}`,
  };
}
