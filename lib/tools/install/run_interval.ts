/** How often VCM must run, so that a certificate cannot expire between two runs. */
import { type Validity, windowSeconds } from "../../certificate/renewal.ts";
import { OPTIONS } from "../../command/command_forms.ts";
import type { CertificateSpec } from "../../config/types.ts";
import { formatDuration, parseDuration } from "../../text/duration.ts";

/** Seconds between two runs, which divide an hour, by their names. */
export const INTERVALS: ReadonlyMap<string, number> = new Map(
  OPTIONS.every.values.map((name) => [name, parseDuration(name) ?? 0]),
);

export const HOUR = 3_600;
const SHORTEST = 60;

/** Runs that must fit into a renewal window: the second one may fail, too. */
const RUNS = 3;

/** Seconds of RandomizedDelaySec and AccuracySec of our timer: 15 minutes and 1 minute for an hour. */
export function delaysOf(interval: number): { readonly random: number; readonly accuracy: number } {
  return { random: interval / 4, accuracy: interval / 60 };
}

/** Seconds from one run of our timer to the next, at most. */
export function gapOf(interval: number): number {
  const { random, accuracy } = delaysOf(interval);
  return interval + random + accuracy;
}

/** The certificate with the least time for its renewal. */
export interface TightRenewal {
  readonly name: string;
  /** From the end of the spread renewals to the expiry. */
  readonly seconds: number;
}

/** Finds the validity of a stored certificate. */
export type FindValidity = (spec: CertificateSpec) => Validity | undefined;

/** Seconds. Longer than any lifetime, so that only a `renew` in units of time counts. */
const UNKNOWN_LIFETIME = 1e10;

/**
 * The tightest renewal of the certificates, by the `ttl` of the file and by the stored certificates,
 * because servers shorten lifetimes. Undefined: there is no certificate.
 */
export function tightestRenewal(
  specs: readonly CertificateSpec[],
  findValidity: FindValidity,
): TightRenewal | undefined {
  return specs.map((spec) => {
    const { name, ttl = UNKNOWN_LIFETIME, renew, spread } = spec;
    const desired = { notBefore: new Date(0), notAfter: new Date(ttl * 1000) };
    const windows = [desired, findValidity(spec) ?? desired]
      .map((validity) => windowSeconds(renew, validity) * (1 - spread / 100));
    return { name, seconds: Math.min(...windows) };
  }).sort((a, b) => a.seconds - b.seconds)[0];
}

/** The longest interval of which three fit. If none is short enough: the shortest. Seconds. */
export function intervalFor(tight: TightRenewal | undefined): number {
  const fitting = [...INTERVALS.values()]
    .filter((interval) => tight === undefined || gapOf(interval) * RUNS <= tight.seconds);
  return Math.max(SHORTEST, ...fitting);
}

/** Why runs that are so far apart do not fit. */
export interface Misfit {
  readonly message: string;
  /** A certificate can expire even if no run fails. */
  readonly expires: boolean;
  /** No interval is short enough. */
  readonly isTooTight: boolean;
}

/** @param gap Seconds from one run to the next, at most. */
export function findMisfit(gap: number, tight: TightRenewal | undefined): Misfit | undefined {
  if (tight === undefined || gap * RUNS <= tight.seconds) return undefined;
  const { name, seconds } = tight;
  const expires = gap > seconds;
  const why = expires ? "it can expire between two runs" : `${RUNS} runs must fit into that time`;
  const message =
    `runs can be ${formatDuration(gap)} apart, and "${name}" must be renewed within ` +
    `${formatDuration(seconds)}: ${why}`;
  return { message, expires, isTooTight: gapOf(SHORTEST) * RUNS > seconds };
}
