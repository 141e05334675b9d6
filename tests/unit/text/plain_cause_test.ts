import assert from "node:assert/strict";
import { errorCode, plainCause } from "../../../lib/text/plain_cause.ts";
import { pureTest } from "../../support/pure_test.ts";

pureTest(
  "plainCause() has the system's words, and nothing of runtimes or of how to compile",
  () => {
    const cases: readonly (readonly [unknown, string])[] = [
      [
        new Deno.errors.NotFound("No such file or directory (os error 2): open '/x'"),
        "no such file or directory",
      ],
      [new Error("EACCES: permission denied, open '/x'"), "permission denied"],
      [
        new Deno.errors.NotCapable(
          'Requires read access to "/proc/1", run again with --allow-read',
        ),
        "VCM itself is not permitted to do this",
      ],
      ["No space", "no space"],
    ];
    for (const [error, text] of cases) assert.equal(plainCause(error), text);
  },
);

pureTest("errorCode() finds the code of an error or of its cause", () => {
  const busy = Object.assign(new Error("it is busy"), { code: "EBUSY" });
  assert.equal(errorCode(busy), "EBUSY");
  assert.equal(errorCode(new Error("Cannot replace it", { cause: busy })), "EBUSY");
  assert.equal(errorCode(new Error("EBUSY")), undefined);
  assert.equal(errorCode(Object.assign(new Error("odd"), { code: 16 })), undefined);
  assert.equal(errorCode("EBUSY"), undefined);
});
