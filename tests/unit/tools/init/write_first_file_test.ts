import assert from "node:assert/strict";
import { writeFirstFile } from "../../../../lib/tools/init/write_first_file.ts";
import { errorOf, makeFolder, modeOf, withUmask } from "../../../support/rig.ts";

Deno.test("writeFirstFile() makes a file that only its owner may read, and its folder", () => {
  using folder = makeFolder();
  withUmask(0o077, () => writeFirstFile(folder.at("vcm/vcm.yaml"), "text\n"));
  assert.equal(folder.read("vcm/vcm.yaml"), "text\n");
  assert.equal(modeOf(folder.at("vcm/vcm.yaml")), "600");
  assert.equal(modeOf(folder.at("vcm")), "755");
  assert.deepEqual(folder.tree(), ["vcm/", "vcm/vcm.yaml"]);
});

Deno.test("writeFirstFile() replaces nothing, not even a link that leads nowhere", () => {
  using folder = makeFolder();
  folder.write("there", "old");
  Deno.symlinkSync("nowhere", folder.at("link"));
  for (const name of ["there", "link"]) {
    const { message } = errorOf(() => writeFirstFile(folder.at(name), "new"));
    assert.equal(message, `Cannot write "${folder.at(name)}": file exists`);
  }
  assert.equal(folder.read("there"), "old");
  assert.deepEqual(folder.tree(), ["link", "there"]);
});

Deno.test("writeFirstFile() takes away what a killed one left", () => {
  using folder = makeFolder();
  folder.write("f.vcm-new", "half");
  writeFirstFile(folder.at("f"), "whole");
  assert.equal(folder.read("f"), "whole");
  assert.deepEqual(folder.tree(), ["f"]);
});

Deno.test("writeFirstFile() makes no folder above the file's own", () => {
  using folder = makeFolder();
  const { message } = errorOf(() => writeFirstFile(folder.at("a/b/f"), "text"));
  assert.equal(message, `Cannot write "${folder.at("a/b/f")}": no such file or directory`);
  assert.deepEqual(folder.tree(), []);
});
