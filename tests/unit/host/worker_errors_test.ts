/** What a run says if one of its workers cannot go on. */
import assert from "node:assert/strict";
import { failureOf } from "../../../lib/host/worker_errors.ts";
import { rejectionOf } from "../../support/rig.ts";

const MODULE = new URL("../../../lib/host/worker_errors.ts", import.meta.url).href;
const NEXT = "; to see what is left: vcm plan; to do it: vcm run";

/** The message of a run whose worker does this. */
async function saidAfter(code: string): Promise<string> {
  const text = `import { reportErrors } from "${MODULE}";
reportErrors((message) => self.postMessage(message));
self.onmessage = () => { ${code} };`;
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(text)}`, { type: "module" });
  try {
    const failure = failureOf([worker]);
    worker.postMessage("begin");
    return (await rejectionOf(failure)).message;
  } finally {
    worker.terminate();
  }
}

Deno.test("a run whose worker stops says why, and what does the rest", async () => {
  assert.equal(
    await saidAfter('throw new Error("the store is gone")'),
    `The run ended early, because a worker stopped: the store is gone${NEXT}`,
  );
  const bug = await saidAfter("Promise.reject(new TypeError('x is not a function'))");
  assert.match(
    bug,
    /^The run ended early, because a worker stopped: internal error: x is not a function; /,
  );
  assert.match(bug, /the output of: vcm --version; /);
  assert.ok(bug.endsWith(NEXT), bug);
});

Deno.test("an error of the system is told with its path", async () => {
  const said = await saidAfter('Deno.readTextFileSync("/nowhere at all")');
  assert.equal(
    said,
    `The run ended early, because a worker stopped: "/nowhere at all": no such file or directory${NEXT}`,
  );
});
