import assert from "node:assert/strict";
import { errorWords } from "../../../lib/text/error_words.ts";
import { errorCode, plainCause } from "../../../lib/text/plain_cause.ts";
import { pureTest } from "../../support/pure_test.ts";

pureTest("errorWords() knows the codes of file operations only", () => {
  assert.equal(errorWords("ENOSPC"), "no space left on device");
  for (const code of ["toString", "", 28, undefined]) assert.equal(errorWords(code), undefined);
});

pureTest(
  "errors that the runtime cannot name have the system's words and code, by their number",
  () => {
    const cases = [
      [122, "EDQUOT", "disk quota exceeded"],
      [116, "ESTALE", "stale file handle"],
      [117, "EUCLEAN", "structure needs cleaning"],
      [37, "ENOLCK", "no locks available"],
      [126, "ENOKEY", "required key not available"],
    ] as const;
    for (const [number, code, words] of cases) {
      const unknown = Object.assign(
        new Error("UNKNOWN: unknown error, rename '/a' -> '/b'"),
        { code: "UNKNOWN", errno: -number },
      );
      assert.deepEqual([errorCode(unknown), plainCause(unknown)], [code, words]);
      assert.equal(errorCode(new Error(`Some words (os error ${number})`)), code);
    }
    const other = Object.assign(new Error("UNKNOWN: unknown error, open"), { errno: -999 });
    assert.equal(plainCause(other), "the system's error 999; see errno(3)");
  },
);
