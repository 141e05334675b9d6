import assert from "node:assert/strict";
import { writeFirstFile } from "../../../../lib/tools/init/init.ts";
import { makeDirectory, modeOf, rejectionOf, withUmaskUntil } from "../../../support/rig.ts";

Deno.test("writeFirstFile() makes a file that only its owner may read, and its directory", async () => {
  using directory = makeDirectory();
  await withUmaskUntil(0o077, () => writeFirstFile(directory.at("vcm/vcm.yaml"), "text\n"));
  assert.equal(directory.read("vcm/vcm.yaml"), "text\n");
  assert.equal(modeOf(directory.at("vcm/vcm.yaml")), "600");
  assert.equal(modeOf(directory.at("vcm")), "755");
  assert.deepEqual(directory.tree(), ["vcm/", "vcm/vcm.yaml"]);
});

Deno.test("writeFirstFile() replaces nothing, not even a link that leads nowhere", async () => {
  using directory = makeDirectory();
  directory.write("there", "old");
  Deno.symlinkSync("nowhere", directory.at("link"));
  for (const name of ["there", "link"]) {
    const { message } = await rejectionOf(writeFirstFile(directory.at(name), "new"));
    assert.equal(message, `Cannot write "${directory.at(name)}": file exists`);
  }
  assert.equal(directory.read("there"), "old");
  assert.deepEqual(directory.tree(), ["link", "there"]);
});

Deno.test("writeFirstFile() removes what a killed one left", async () => {
  using directory = makeDirectory();
  directory.write("f.vcm-new", "half");
  await writeFirstFile(directory.at("f"), "whole");
  assert.equal(directory.read("f"), "whole");
  assert.deepEqual(directory.tree(), ["f"]);
});

Deno.test("writeFirstFile() makes no directory above the file's own", async () => {
  using directory = makeDirectory();
  const { message } = await rejectionOf(writeFirstFile(directory.at("a/b/f"), "text"));
  assert.equal(message, `Cannot write "${directory.at("a/b/f")}": no such file or directory`);
  assert.deepEqual(directory.tree(), []);
});
