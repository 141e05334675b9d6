/** When a certificate is asked for again after answers that issued others which cannot be used. */
import { createHash } from "node:crypto";
import type { CertificateSpec } from "../config/types.ts";
import type { CertificateObservation, Observation } from "../observe/types.ts";
import type { RefusedAnswer } from "../store/types.ts";
import { formatTime } from "../text/format_time.ts";
import { shellWord } from "../text/quote.ts";
import { VERSION } from "../text/version.ts";
import { isWhole } from "./due.ts";
import { requestFor } from "./request.ts";
import type { PlanContext } from "./selection.ts";
import { validityOf } from "./stored_validity.ts";
import type { Blocked, CertificateState, Due, ForgetStep, IfRefused, Refused } from "./types.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Milliseconds after which a record says nothing more: by then, every run has asked again. */
const STALE = 7 * DAY;

/** After 1 h, doubling to 24 h, and not later than a quarter of what is left of a valid certificate. */
export function nextTry({ at, count }: RefusedAnswer, validUntil?: Date): Date {
  const delay = Math.min(DAY, HOUR * 2 ** (count - 1));
  const left = (validUntil?.getTime() ?? 0) - at.getTime();
  return new Date(at.getTime() + (left > 0 ? Math.min(delay, left / 4) : delay));
}

/** What a record needs, and what an earlier one must match. */
export function refusalTerms(
  spec: CertificateSpec,
  { stored }: CertificateObservation,
  due: Due,
  { server: { addresses, namespace } }: PlanContext,
): Omit<IfRefused, "count"> {
  const asked = [VERSION, addresses, namespace, requestFor(spec), spec.renew];
  return {
    entry: createHash("sha256").update(JSON.stringify(asked)).digest("hex"),
    validUntil: isWhole(due) ? validityOf(stored)?.notAfter : undefined,
  };
}

/**
 * The refused answers to this very request, if there were any lately. A time to come is of a clock that
 * was set back since: it says nothing of when the next try is.
 */
export function findRefused(
  { refused }: CertificateObservation,
  { entry, validUntil }: Omit<IfRefused, "count">,
  now: Date,
): Refused | undefined {
  if (refused?.kind !== "present" || !isRecent(refused.value, now)) return undefined;
  const { at, count, reason, entry: asked = entry } = refused.value;
  if (asked !== entry) return undefined;
  return { at, count, reason, next: nextTry(refused.value, validUntil) };
}

function isRecent({ at }: RefusedAnswer, now: Date): boolean {
  return at <= now && now.getTime() - at.getTime() < STALE;
}

/** What stops the request until the next try. */
export function refusedBlocker(name: string, refused: Refused): Blocked {
  const message = `${refused.reason}; ${inVain(refused)}; ${describeNextTry(name, refused.next)}`;
  return { kind: "refused", message };
}

export function describeNextTry(name: string, next: Date): string {
  return `the next try is from ${formatTime(next)}; to try earlier: vcm issue --force ${
    shellWord(name)
  }`;
}

/** What is added to the reason of the next try. */
export function describeRefused(refused: Refused): string {
  return `; ${inVain(refused)}: ${refused.reason}`;
}

function inVain({ count, at }: Refused): string {
  return count === 1
    ? `1 certificate was issued in vain, at ${formatTime(at)}`
    : `${count} certificates were issued in vain, the last at ${formatTime(at)}`;
}

/** A certificate that is not due needs no record, however it got there. */
export function forgetStep({ name, refused }: CertificateObservation): ForgetStep | undefined {
  return refused?.kind === "present" ? forget(name) : undefined;
}

function forget(certificate: string): ForgetStep {
  const detail =
    "removes the record of certificates that were issued in vain; it no longer applies";
  return { kind: "forget", certificate, detail };
}

/** Of certificates that no configuration asks for any more: another one would have renewed the record. */
export function abandonedRecords({ foreignRefused }: Observation, now: Date): readonly {
  readonly state: CertificateState;
  readonly step: ForgetStep;
}[] {
  return foreignRefused.filter(({ refused }) => !isRecent(refused, now)).map(({ name }) => ({
    state: { name, warnings: [], targets: [], blocked: [] },
    step: forget(name),
  }));
}
