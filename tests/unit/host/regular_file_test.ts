import assert from "node:assert/strict";
import { readRegularFile } from "../../../lib/host/regular_file.ts";
import { errorOf, makeFolder } from "../../support/rig.ts";

Deno.test("readRegularFile() gives the text and the mode of the file that a path leads to", () => {
  using folder = makeFolder();
  folder.write("secret", "grüße\n", 0o640);
  Deno.symlinkSync("secret", folder.at("link"));
  for (const name of ["secret", "link"]) {
    assert.deepEqual(readRegularFile(folder.at(name)), { text: "grüße\n", mode: 0o640 });
  }
});

Deno.test("readRegularFile() waits for no pipe, and reads no device or folder", async () => {
  using folder = makeFolder();
  await new Deno.Command("mkfifo", { args: [folder.at("pipe")] }).output();
  assert.equal(errorOf(() => readRegularFile(folder.at("pipe"))).message, "Is no regular file");
  assert.equal(errorOf(() => readRegularFile("/dev/zero")).message, "Is no regular file");
  assert.equal(errorOf(() => readRegularFile(folder.path)).message, "Is a directory");
});

Deno.test("readRegularFile() refuses what is too big to be a secret or a bundle", () => {
  using folder = makeFolder();
  folder.write("big", "x".repeat(4 * 1024 * 1024 + 1));
  assert.equal(errorOf(() => readRegularFile(folder.at("big"))).message, "Is bigger than 4 MiB");
});

Deno.test("readRegularFile() leaves the system's own error as it is", () => {
  using folder = makeFolder();
  assert.ok(errorOf(() => readRegularFile(folder.at("none"))) instanceof Deno.errors.NotFound);
});
