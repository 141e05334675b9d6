/** Errors of chown and chmod that say so. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import { changeMode, changeOwner, failedCall } from "../../../lib/host/change_owner.ts";

function errorOf(change: () => void): Error {
  try {
    change();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

Deno.test("an error names the call and its numbers", () => {
  // Nothing can be changed by a descriptor that is closed.
  const file = fs.openSync("/dev/null", "r");
  fs.closeSync(file);
  const owner = errorOf(() => changeOwner(file, 33, 44, 0));
  assert.match(owner.message, /^chown 33:44: bad /);
  assert.doesNotMatch(owner.message, /CAP_CHOWN/);
  assert.equal(failedCall(owner), "chown 33:44");
  assert.match(errorOf(() => changeMode(file, 0o640)).message, /^chmod 0640: bad /);
});

Deno.test("only these calls with numbers are taken from another process", () => {
  assert.equal(failedCall({ call: "chmod 2640" }), "chmod 2640");
  for (
    const call of ["chown", "chown root:root", "chown 1:1; rm", "rename 1", 7, null, ["chown 1:1"]]
  ) {
    assert.equal(failedCall({ call }), undefined, String(call));
  }
  assert.equal(failedCall(null), undefined);
});
