import assert from "node:assert/strict";
import { Semaphore } from "../../../lib/host/semaphore.ts";

Deno.test("a semaphore lets so many go on at one time, in their order, also after an error", async () => {
  const semaphore = new Semaphore(2);
  const begun: number[] = [];
  let [now, most] = [0, 0];
  const work = async (number: number) => {
    using _place = await semaphore.take();
    begun.push(number);
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve));
    now--;
    if (number % 2 === 0) throw new Error("failed");
  };
  const numbers = Array.from({ length: 9 }, (_, number) => number);
  await Promise.allSettled(numbers.map(work));
  assert.deepEqual(begun, numbers);
  assert.equal(most, 2);
  assert.equal(now, 0);
});
