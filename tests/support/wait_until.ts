/**
 * Asks again and again until the answer is not undefined, and returns it. Throws at the deadline
 * with what was waited for and the last error. An assertion in `ask` thus says what was seen last.
 *
 * @param seconds Tells "hangs" from "is slow": at least 60, since machines may be busy.
 */
export async function waitUntil<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  let cause: unknown;
  do {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  } while (performance.now() < deadline);
  const last = cause instanceof Error ? `; at the end: ${cause.message}` : "";
  throw new Error(`Waited ${seconds} s in vain until ${what}${last}`, { cause });
}
