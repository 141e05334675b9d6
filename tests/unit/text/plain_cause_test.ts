import assert from "node:assert/strict";
import { causeAndFix, errorCode, messageOf, plainCause } from "../../../lib/text/plain_cause.ts";
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
      '"/x": permission denied',
    ],
    [
      Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }),
      "no space left on device",
    ],
    [
      new TypeError("x is not a function"),
      "internal error: x is not a function; this is a bug in VCM: try again and, if that fails, too, " +
      "report it with the command and the output of: vcm --version",
    ],
    ["text", "text"],
  ];
  for (const [error, text] of cases) assert.equal(messageOf(error), text);
});

pureTest("messageOf() names the path that an error of the system is about", () => {
  const busy = { code: "EBUSY", path: "/run/x" };
  const cases: readonly (readonly [Error, string])[] = [
    [
      Object.assign(new Error("EBUSY: resource busy, rmdir '/run/x'"), busy),
      '"/run/x": resource busy',
    ],
    [
      new Deno.errors.NotFound("No such file (os error 2): readfile '/a b'"),
      '"/a b": no such file',
    ],
    [new Deno.errors.NotFound("No such file (os error 2)"), "no such file"],
    [new Deno.errors.BrokenPipe("Broken pipe (os error 32): 'x'"), "broken pipe"],
  ];
  for (const [error, text] of cases) assert.equal(messageOf(error), text);
});

pureTest("causeAndFix() has the next command for what a person must fix", () => {
  const said = (code: string, path = "/srv/my tls/web.key") =>
    causeAndFix(Object.assign(new Error(`${code}: it failed, write`), { code }), path);
  const cases = {
    ENOSPC: "it failed; free space there; see: df -h '/srv/my tls', df -i '/srv/my tls'",
    EROFS:
      "it failed; make it writable; see: findmnt -T '/srv/my tls', findmnt '/srv/my tls/web.key'",
    EACCES: "it failed; see: namei -l '/srv/my tls/web.key'",
    EPERM: "it failed; see: namei -l '/srv/my tls/web.key', lsattr -d '/srv/my tls'",
    EIO: "it failed; see: dmesg",
    EDQUOT: "it failed; raise the quota, or remove files there",
    EMFILE: 'it failed; raise the limit of open files: "ulimit -n", or "LimitNOFILE=" in the unit',
    ENFILE: "it failed; raise the limit of open files: sysctl fs.file-max",
    // The words of others say it, or no command would tell more.
    EISDIR: "it failed",
  };
  for (const [code, text] of Object.entries(cases)) assert.equal(said(code), text);
  // As the runtime's own functions have it.
  const full = Object.assign(new Error("No space left on device (os error 28)"), {
    code: "ENOSPC",
  });
  assert.equal(
    causeAndFix(full, "/web.key"),
    "no space left on device; free space there; see: df -h /, df -i /",
  );
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
