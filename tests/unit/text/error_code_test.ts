import assert from "node:assert/strict";
import { errorCode } from "../../../lib/text/error_code.ts";
import { errorWords } from "../../../lib/text/error_words.ts";
import { pureTest } from "../../support/pure_test.ts";

pureTest("errorCode() finds the code of an error or of its cause", () => {
  const busy = Object.assign(new Error("it is busy"), { code: "EBUSY" });
  assert.equal(errorCode(busy), "EBUSY");
  assert.equal(errorCode(new Error("Cannot replace it", { cause: busy })), "EBUSY");
  assert.equal(errorCode(new Error("EBUSY")), undefined);
  assert.equal(errorCode(Object.assign(new Error("odd"), { code: 16 })), undefined);
  assert.equal(errorCode("EBUSY"), undefined);
});

pureTest("errorWords() knows the codes of file operations only", () => {
  assert.equal(errorWords("ENOSPC"), "no space left on device");
  for (const code of ["toString", "", 28, undefined]) assert.equal(errorWords(code), undefined);
});
