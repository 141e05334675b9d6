/** Warnings about a stored certificate that no renewal fixes. */
import { formatRenew, isCapped, renewalStart, windowSeconds } from "../certificate/renewal.ts";
import type { Certificate } from "../certificate/certificate.ts";
import { compareNames, isIpAddress, missingOwnName } from "../certificate/names.ts";
import { formatDuration } from "../text/duration.ts";
import type { CertificateSpec } from "../config/types.ts";
import type { RenewalWindow } from "../certificate/types.ts";
import { findChainWarnings } from "./chain_warnings.ts";
import { storedCertificate, validityOf } from "./stored_validity.ts";
import { marginFor, outlasts } from "./hold_back.ts";
import { formatTime } from "../text/format_time.ts";
import type { StoredSet } from "../store/types.ts";
import type { Warning } from "./types.ts";
import { shellWord } from "../text/quote.ts";
import { describeWindows, findOpening } from "./window.ts";

/** @param zone The host's time zone. */
export function findWarnings(
  spec: CertificateSpec,
  stored: StoredSet,
  now: Date,
  zone: string,
): Warning[] {
  const certificate = storedCertificate(stored);
  return [
    clockWarning(stored, now),
    ...(certificate ? [ownNameWarning(spec, certificate)] : []),
    ...(certificate ? findChainWarnings(spec.name, certificate, stored, now) : []),
    capWarning(spec.renew, stored),
    gapWarning(spec, stored, now, zone),
  ].filter((warning) => warning !== undefined);
}

const SEVERITIES: Readonly<Record<Warning["kind"], Severity>> = {
  "clock": "unknown",
  "chain-invalid": "broken",
  "chain-unknown": "unknown",
  "own-name": "due",
  "root-ends": "notice",
  "chain-refused": "broken",
  "chain-weak": "notice",
  "window": "notice",
  "leftover": "notice",
  "acl": "notice",
  "loss": "notice",
  "adoptable": "notice",
};

/** "notice": the certificate is still in order. "due": something is to be done about it. */
export type Severity = "broken" | "unknown" | "due" | "notice";

export function severityOf({ kind }: Warning): Severity {
  return SEVERITIES[kind];
}

/** Whether a warning says that the certificate is broken. */
export function isWarnedBroken(warnings: readonly Warning[]): boolean {
  return warnings.some((warning) => severityOf(warning) === "broken");
}

/** Whether a warning is about the CAs above a certificate. */
export function isOfChain({ kind }: Warning): boolean {
  return kind.startsWith("chain-") || kind === "root-ends";
}

/** A new certificate would not be valid yet either, so the host's clock is probably wrong. */
function clockWarning(stored: StoredSet, now: Date): Warning | undefined {
  const certificate = storedCertificate(stored);
  if (certificate === undefined || certificate.notBefore <= now) return undefined;
  const message = `it is valid only from ${formatTime(certificate.notBefore)}; ` +
    `check this host's clock, which says ${formatTime(now)}`;
  return { kind: "clock", message };
}

/**
 * A certificate of an earlier version, or of before a change of its entry. It is not replaced for this
 * reason alone: that would renew all such certificates at once, and the server may refuse the name.
 */
function ownNameWarning(spec: CertificateSpec, certificate: Certificate): Warning | undefined {
  const own = missingOwnName(spec, certificate);
  // Then it is due.
  if (own === undefined || compareNames(spec, certificate).missing.includes(own)) return undefined;
  const kind = isIpAddress(own) ? "an IP SAN" : "a DNS SAN";
  const message = `it lacks ${kind} for its own name ${own}, so clients that connect to ${own} ` +
    `refuse it; its next renewal asks for one, and so does now: vcm issue --force ` +
    `${shellWord(spec.name)}; if no client does, set "exclude_cn_from_sans: true"`;
  return { kind: "own-name", message };
}

function capWarning(renew: RenewalWindow, stored: StoredSet): Warning | undefined {
  const message = describeCap(renew, stored);
  return message === undefined ? undefined : { kind: "window", message };
}

/** The warning for a renewal window that is longer than the lifetime and therefore capped. */
export function describeCap(renew: RenewalWindow, stored: StoredSet): string | undefined {
  const validity = validityOf(stored);
  if (validity === undefined || !isCapped(renew, validity)) return undefined;
  const { chainEnd } = stored;
  const lifetime = formatDuration(
    (validity.notAfter.getTime() - validity.notBefore.getTime()) / 1000,
  );
  const before = formatDuration(windowSeconds(renew, validity));
  const start = `its renewal window of ${formatRenew(renew)} covers`;
  return chainEnd === undefined
    ? `${start} its whole lifetime of ${lifetime}; VCM renews it ${before} before its expiry`
    : `${start} the ${lifetime} for which its chain is valid ("${chainEnd.name}" expires ${
      formatTime(chainEnd.notAfter)
    }); VCM renews it ${before} before that; renew that CA at the server`;
}

/** A renewal cannot wait if the openings of its windows are too far apart. */
function gapWarning(
  { windows, ...rule }: CertificateSpec,
  stored: StoredSet,
  now: Date,
  zone: string,
): Warning | undefined {
  const validity = windows.length === 0 ? undefined : validityOf(stored);
  if (validity === undefined) return undefined;
  const start = renewalStart(rule, validity);
  const opening = start > now ? findOpening(windows, start, zone) : undefined;
  if (opening === undefined || outlasts(validity.notAfter, marginFor(validity), opening)) {
    return undefined;
  }
  const message = `its renewal is due from ${formatTime(start)}, but its window ` +
    `(${describeWindows(windows)}) then opens ${formatTime(opening.from)}, too close to its ` +
    `expiry, so the renewal will not wait; increase "renew", or add windows`;
  return { kind: "window", message };
}
