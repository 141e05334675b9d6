/** How long to wait before a request is sent again. */

/** Milliseconds: the first wait is at most this long, each further one at most twice the last. */
const FIRST = 500;
const LONGEST = 10_000;

/**
 * Exponential back-off with full jitter, so that hosts which failed together do not come back
 * together (AWS Architecture Blog, "Exponential Backoff And Jitter").
 *
 * @param round Rounds that failed before this wait, from 0 on.
 * @param random From 0 to 1.
 * @param least Milliseconds that the server asked for.
 */
export function backOff(round: number, random: number, least = 0): number {
  return least + random * Math.min(LONGEST, FIRST * 2 ** round);
}

/** Milliseconds of a `Retry-After` header: seconds, or a date (RFC 9110, 10.2.3). */
export function readRetryAfter(header: string | undefined, now: Date): number {
  if (header === undefined) return 0;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now.getTime());
}
