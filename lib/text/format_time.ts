/** Times for people: UTC, to the minute. */

/** `2026-12-03 11:20 UTC` */
export function formatTime(moment: Date): string {
  return `${moment.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
