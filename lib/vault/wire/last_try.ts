/**
 * When a request is repeated that may waste something each time. A proxy says 504 or 520 for seconds
 * while the server behind it restarts or elects a leader. The few tries must not be spent on that.
 */
import type { Clock } from "./clock.ts";

/** Milliseconds: a cluster elects a leader in about 10 s. */
const LONGEST = 15_000;
const STEP = 250;

/**
 * Waits until a request that was sent after this one is answered. If none is, it waits for half of the
 * time that is left.
 *
 * @param lastAnswered When the last request was sent that got an answer.
 * @param least Milliseconds to wait in any case.
 */
export async function awaitSign(
  clock: Clock,
  lastAnswered: () => number,
  least: number,
  deadline: number,
): Promise<void> {
  const since = clock.now();
  const until = since + Math.max(least, Math.min(LONGEST, (deadline - since) / 2));
  await clock.pause(least);
  while (lastAnswered() <= since && clock.now() < until) {
    await clock.pause(Math.min(STEP, until - clock.now()));
  }
}
