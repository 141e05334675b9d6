/** Limits of time that hold on a busy machine too. */

/** How often something may be too slow before it is the fault of what is tested. */
const TRIES = 5;

/** Milliseconds after which even a busy machine has started a program. */
const LONGEST = 60_000;

/**
 * Does it again if it took too long: a busy machine makes one try slow, and a wait that should not be
 * there makes each of them slow.
 *
 * @param limit Milliseconds; a promise of the program, not only "it ends".
 * @param work If it returns a number, that is its time.
 */
export async function assertQuick(limit: number, work: () => unknown): Promise<void> {
  const times: number[] = [];
  while (times.length < TRIES) {
    const start = performance.now();
    const own = await work();
    const took = typeof own === "number" ? own : performance.now() - start;
    if (took < limit) return;
    times.push(Math.round(took));
  }
  throw new Error(`It took ${times.join(", ")} ms, each time longer than ${limit} ms`);
}

/**
 * Tries with a limit that grows: what is given too little time on a busy machine has not begun.
 *
 * @param first Milliseconds.
 * @param attempt Answers undefined if it had not begun within the limit.
 */
export async function withMoreTime<T>(
  first: number,
  attempt: (limit: number) => Promise<T | undefined>,
): Promise<T> {
  for (let limit = first; limit <= LONGEST; limit *= 4) {
    const answer = await attempt(limit);
    if (answer !== undefined) return answer;
  }
  throw new Error(`It had not begun within ${LONGEST / 1000} s`);
}
