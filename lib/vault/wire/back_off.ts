/** How long to wait before a request is repeated. */

/**
 * Milliseconds: the upper limit of the first wait. Each further limit is twice the last, up to
 * LONGEST.
 */
const FIRST = 500;
const LONGEST = 10_000;

/**
 * Exponential back-off with full jitter, so that hosts that failed at the same time do not return
 * at the same time (AWS Architecture Blog, "Exponential Backoff And Jitter").
 *
 * @param round Failed rounds before this wait, from 0 on.
 * @param random From 0 to 1.
 * @param least Milliseconds that the server asked for.
 */
export function backOff(round: number, random: number, least = 0): number {
  return least + random * Math.min(LONGEST, FIRST * 2 ** round);
}

/**
 * Milliseconds of a `Retry-After` header: seconds, or a date (RFC 9110, 10.2.3).
 *
 * @param now By the clock that made the date.
 */
export function readRetryAfter(header: string | undefined, now: Date): number {
  if (header === undefined) return 0;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now.getTime());
}
