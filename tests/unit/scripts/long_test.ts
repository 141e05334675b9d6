import assert from "node:assert/strict";
import { runSteps } from "../../long.ts";
import { passed, skipped, type Step } from "../../long/step.ts";

function step(name: string, run: Step["run"]): Step {
  return { name, title: name, run };
}

Deno.test("test:long says what it ran, what it skipped and why, and goes on after a failure", async () => {
  const ran = await runSteps([
    step("bad", () => Promise.reject(new Error("they differ"))),
    step("none", () => Promise.resolve(skipped("no emulator"))),
    step("good", () => Promise.resolve(passed("3 held"))),
  ]);
  assert.equal(ran.status, 1);
  assert.deepEqual(ran.lines.map((line) => line.replace(/ \(\d+ s\)$/, "")), [
    "FAILED   bad: they differ",
    "skipped  none: no emulator",
    "passed   good: 3 held",
  ]);
});

Deno.test("test:long succeeds if steps pass or are skipped", async () => {
  const { status } = await runSteps([
    step("good", () => Promise.resolve(passed(""))),
    step("none", () => Promise.resolve(skipped(""))),
  ]);
  assert.equal(status, 0);
});
