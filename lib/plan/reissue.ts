/**
 * Re-issue in an emergency: what was issued before a time is issued again, whatever its renewal window
 * is. Only the stored set decides, so nothing has to be remembered, and a set is replaced once.
 */
import { fractionOf } from "../certificate/renewal.ts";
import type { ReissueRule } from "../config/types.ts";
import type { StoredSet } from "../store/types.ts";
import { type StoredValidity, validityOf } from "./stored_validity.ts";
import type { ReissueState } from "./types.ts";

/** Services load in the same day what was issued again, also if its first tries failed. */
const RETRIED_FOR = 86_400_000;

/**
 * When the stored set is due, or undefined if it was issued after the time. The issue is told by the
 * start of the validity, or by the record of when VCM received the set: servers date the start back.
 */
export function reissueStart(rule: ReissueRule | undefined, stored: StoredSet): Date | undefined {
  const validity = validityOf(stored);
  return rule && validity && isBefore(rule, validity) ? startOf(rule, validity.serial) : undefined;
}

function isBefore({ issuedBefore }: ReissueRule, { notBefore }: StoredValidity): boolean {
  return notBefore < issuedBefore;
}

/** The serial number decides, so that hosts do not ask at the same time. */
function startOf({ issuedBefore, within }: ReissueRule, serial: string): Date {
  return new Date(issuedBefore.getTime() + within * 1000 * fractionOf(serial));
}

export function reissueState(
  rule: ReissueRule | undefined,
  stored: StoredSet,
  now: Date,
): ReissueState | undefined {
  if (rule === undefined) return undefined;
  const { issuedBefore, within } = rule;
  const from = reissueStart(rule, stored);
  const validity = validityOf(stored);
  const lasts = issuedBefore.getTime() + within * 1000 + RETRIED_FOR;
  return {
    issuedBefore,
    from,
    isUrgent: from === undefined
      ? validity !== undefined && issuedBefore <= now && validity.notBefore.getTime() < lasts
      : from <= now,
  };
}
