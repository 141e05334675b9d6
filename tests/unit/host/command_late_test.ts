/** A program that ends by itself just when its time is over. */
import assert from "node:assert/strict";
import { runCommand } from "../../../lib/host/run_command.ts";

Deno.test("runCommand() minds no program that has ended before it could be told to", async () => {
  const uncaught: string[] = [];
  const listen = (event: ErrorEvent) => {
    event.preventDefault();
    uncaught.push(event.message);
  };
  globalThis.addEventListener("error", listen);
  try {
    for (let at = 0; at < 100; at++) {
      const running = runCommand(["/bin/sleep", "/usr/bin/sleep"], ["0.02"], 20 + (at % 20) / 5);
      // Busy, as a run is that writes and syncs files: the end and the limit are heard of together.
      const until = performance.now() + (at % 7) * 5;
      while (performance.now() < until);
      const { code } = await running;
      assert.ok(code === 0 || code === 124, `${code}`);
    }
  } finally {
    globalThis.removeEventListener("error", listen);
  }
  assert.deepEqual(uncaught, []);
});
