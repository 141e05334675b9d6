import assert from "node:assert/strict";
import { errorWords } from "../../../lib/text/error_words.ts";
import { pureTest } from "../../support/pure_test.ts";

pureTest("errorWords() knows the codes of file operations only", () => {
  assert.equal(errorWords("ENOSPC"), "no space left on device");
  for (const code of ["toString", "", 28, undefined]) assert.equal(errorWords(code), undefined);
});
