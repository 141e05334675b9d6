/**
 * How far the clocks of this host and a server differ. Certificates, JWTs and TLS need them to
 * agree.
 */
import { formatDuration } from "../../text/duration.ts";

/**
 * Seconds. A smaller difference may come from the network and from the full seconds of a `Date`.
 */
const LEAST = 60;

/**
 * The time of a `Date` header in its only valid form (IMF-fixdate; RFC 9110, 5.6.7 and 6.6.1).
 * Anything else is undefined, and no answer fails for it.
 */
export function readDate(header: string | null | undefined): Date | undefined {
  if (!/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(header ?? "")) return undefined;
  const time = Date.parse(header ?? "");
  return Number.isNaN(time) ? undefined : new Date(time);
}

/** Full seconds by which this host's clock is ahead of the server's. Negative: behind. */
export function secondsAhead(serverTime: Date, now: Date): number {
  return Math.round((now.getTime() - serverTime.getTime()) / 1000);
}

/** `this host's clock is 2h 3m ahead of the server's` */
export function describeClock(serverTime: Date, now: Date): string {
  const ahead = secondsAhead(serverTime, now);
  const side = ahead < 0 ? "behind" : "ahead of";
  return `this host's clock is ${formatDuration(Math.abs(ahead))} ${side} the server's`;
}

/** The end of a message about a refused request. Empty if the clocks agree. */
export function clockHint(serverTime: Date | undefined, now = new Date()): string {
  if (serverTime === undefined || Math.abs(secondsAhead(serverTime, now)) <= LEAST) return "";
  return `; ${describeClock(serverTime, now)}`;
}
