import assert from "node:assert/strict";
import { errorCode, messageOf, plainCause } from "../../../lib/text/plain_cause.ts";
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
        "VCM cannot use files in /dev, /proc and /sys",
      ],
      [
        new Deno.errors.NotCapable(
          'Requires write access to "/a b", specify the required permissions during compilation ' +
            "using `deno compile --allow-write`",
        ),
        'VCM\'s own permissions do not allow writing "/a b"; to see them: vcm plan --permissions',
      ],
      [
        new Deno.errors.NotCapable("Requires --allow-all permissions"),
        "VCM's own permissions do not allow this; to see them: vcm plan --permissions",
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

pureTest("messageOf() has VCM's own messages as they are, and others in plain words", () => {
  class OwnError extends Error {
    override readonly name = "OwnError";
  }
  const cases: readonly (readonly [unknown, string])[] = [
    [new Error('Cannot read "/x": it is empty'), 'Cannot read "/x": it is empty'],
    [new OwnError("Cannot do it, open '/x'"), "Cannot do it, open '/x'"],
    [
      new Deno.errors.PermissionDenied("Permission denied (os error 13): open '/x'"),
      "permission denied",
    ],
    [
      Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }),
      "no space left on device",
    ],
    [
      new TypeError("x is not a function"),
      "internal error: x is not a function; please report it, with the output of: vcm --version",
    ],
    ["text", "text"],
  ];
  for (const [error, text] of cases) assert.equal(messageOf(error), text);
});

pureTest("an error while something is closed does not hide the one before it", () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
  });
  const closed = Object.assign(new Error("EIO: input/output error, close"), { code: "EIO" });
  const error = new SuppressedError(closed, new SuppressedError(closed, full));
  const wrapped = new Error("Cannot write", { cause: error });
  assert.equal(plainCause(error), "no space left on device");
  assert.equal(messageOf(error), "no space left on device");
  assert.deepEqual([error, wrapped].map(errorCode), ["ENOSPC", "ENOSPC"]);
});
