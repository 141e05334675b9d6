/** When a certificate must be renewed. */
import { formatDuration } from "../text/duration.ts";
import type { RenewalWindow } from "./types.ts";

/** The two ends of a certificate's validity. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The renewal settings of a certificate. */
export interface RenewalRule {
  readonly renew: RenewalWindow;
  /** Percent of the window. */
  readonly spread: number;
}

/** The share of the lifetime that replaces a duration as long as the lifetime. */
const CAP = 1 / 3;

/**
 * Servers set the start of a certificate back by fewer seconds (`not_before_duration`, 30 s by default).
 * If it is more, the lifetime counts from the issue.
 */
export const BACKDATED = 60;

/**
 * Whether the window is a duration as long as the lifetime, which would make a certificate due at once.
 * What servers backdate it by is not part of the requested lifetime.
 */
export function isCapped(window: RenewalWindow, validity: Validity): boolean {
  if (window.kind === "share") return false;
  const lifetime = lifetimeSeconds(validity);
  return window.seconds >= lifetime - backdated(lifetime);
}

/**
 * The window in seconds for a certificate of this lifetime. A duration as long as the lifetime is capped
 * at a third of it, so that it does not cause a renewal on every run. A share is what it says, but for
 * the time before the issue.
 */
export function windowSeconds(window: RenewalWindow, validity: Validity): number {
  const lifetime = lifetimeSeconds(validity);
  if (window.kind === "share") {
    return Math.min(lifetime * window.percent / 100, lifetime - backdated(lifetime));
  }
  return isCapped(window, validity) ? lifetime * CAP : window.seconds;
}

function backdated(lifetime: number): number {
  return Math.min(BACKDATED, lifetime / 4);
}

/**
 * When the certificate becomes due: the start of the window and, if renewals are spread, a delay that
 * is derived from its serial number. So hosts that were installed at the same time do not renew at the
 * same time, and the result is the same on every run.
 */
export function renewalStart(
  { renew, spread }: RenewalRule,
  certificate: Validity & { readonly serial: string },
): Date {
  const window = windowSeconds(renew, certificate);
  const later = window * spread / 100 * fractionOf(certificate.serial);
  return new Date(certificate.notAfter.getTime() - (window - later) * 1000);
}

function lifetimeSeconds({ notBefore, notAfter }: Validity): number {
  return (notAfter.getTime() - notBefore.getTime()) / 1000;
}

/** Of a serial number: 0 to 1, evenly distributed for any serials: FNV-1a, then the finalizer of MurmurHash3. */
export function fractionOf(serial: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < serial.length; at++) {
    hash = Math.imul(hash ^ serial.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** A renewal window as it is configured: `14d`, `33%`. */
export function formatRenew(window: RenewalWindow): string {
  return window.kind === "share" ? `${window.percent}%` : formatDuration(window.seconds);
}
