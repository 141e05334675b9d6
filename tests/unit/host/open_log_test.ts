import assert from "node:assert/strict";
import { openLog } from "../../../lib/host/open_log.ts";
import { errorOf, makeDirectory, modeOf } from "../../support/rig.ts";

// As long as the process lives the log stays open.
const OPEN = { sanitizeResources: false };

Deno.test("openLog() appends to a file that is its owner's alone", OPEN, () => {
  using directory = makeDirectory();
  for (const line of ["one\n", "two\n"]) openLog(directory.at("vcm.log"))(line);
  assert.deepEqual([directory.read("vcm.log"), modeOf(directory.at("vcm.log"))], [
    "one\ntwo\n",
    "600",
  ]);
});

Deno.test("openLog() follows no link, and waits for no pipe, read from or not", OPEN, () => {
  using directory = makeDirectory();
  directory.write("other", "");
  Deno.symlinkSync(directory.at("other"), directory.at("link"));
  new Deno.Command("mkfifo", { args: [directory.at("pipe")] }).outputSync();
  const failure = (name: string) => errorOf(() => openLog(directory.at(name))).message;
  assert.equal(failure("link"), "it is a symbolic link; use the path it points to");
  assert.equal(failure("pipe"), "it is not a regular file");
  using _reader = Deno.openSync(directory.at("pipe"), { read: true, write: true });
  assert.equal(failure("pipe"), "it is not a regular file");
  assert.equal(directory.read("other"), "");
});

Deno.test("openLog() appends to no file that has another name too", OPEN, () => {
  using directory = makeDirectory();
  directory.write("other", "");
  Deno.linkSync(directory.at("other"), directory.at("vcm.log"));
  const { message } = errorOf(() => openLog(directory.at("vcm.log")));
  assert.equal(message, "it has another name too (a hard link); remove it");
  assert.equal(directory.read("other"), "");
});
