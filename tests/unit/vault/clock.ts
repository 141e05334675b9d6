/** A clock that passes time at once, and remembers how much of it. */
import type { Clock } from "../../../lib/vault/wire/clock.ts";

export interface FakeClock extends Clock {
  /** Milliseconds of each pause so far. */
  readonly pauses: readonly number[];
  /** Lets time pass. */
  pass(milliseconds: number): void;
}

/** @param random What chance is, from 0 to 1. */
export function fakeClock(random = 0.5, start = "2026-12-01T10:00:00Z"): FakeClock {
  let now = Date.parse(start);
  const pauses: number[] = [];
  return {
    pauses,
    pass: (milliseconds) => void (now += milliseconds),
    now: () => now,
    random: () => random,
    pause: (milliseconds) => {
      pauses.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
  };
}
