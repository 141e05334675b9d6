import assert from "node:assert/strict";
import { openLog } from "../../../lib/host/open_log.ts";
import { errorOf, makeFolder, modeOf } from "../../support/rig.ts";

// As long as the process lives the log stays open.
const OPEN = { sanitizeResources: false };

Deno.test("openLog() appends to a file that is its owner's alone", OPEN, () => {
  using folder = makeFolder();
  for (const line of ["one\n", "two\n"]) openLog(folder.at("vcm.log"))(line);
  assert.deepEqual([folder.read("vcm.log"), modeOf(folder.at("vcm.log"))], ["one\ntwo\n", "600"]);
});

Deno.test("openLog() follows no link, and waits for no pipe, read from or not", OPEN, () => {
  using folder = makeFolder();
  folder.write("other", "");
  Deno.symlinkSync(folder.at("other"), folder.at("link"));
  new Deno.Command("mkfifo", { args: [folder.at("pipe")] }).outputSync();
  const failure = (name: string) => errorOf(() => openLog(folder.at(name))).message;
  assert.equal(failure("link"), "it is a symbolic link; give the path it leads to");
  assert.equal(failure("pipe"), "it is no regular file");
  using _reader = Deno.openSync(folder.at("pipe"), { read: true, write: true });
  assert.equal(failure("pipe"), "it is no regular file");
  assert.equal(folder.read("other"), "");
});
