/**
 * Asks again and again until the answer is not undefined, and returns it. Throws at the deadline
 * with what was waited for, and with the last error where asking failed.
 */
export async function waitUntil<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  let cause: unknown;
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      cause = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Waited ${seconds} s in vain until ${what}`, { cause });
}
