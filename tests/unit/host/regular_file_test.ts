import assert from "node:assert/strict";
import { readRegularFile } from "../../../lib/host/regular_file.ts";
import { errorOf, makeDirectory } from "../../support/rig.ts";

Deno.test("readRegularFile() gives the text and the mode of the file that a path leads to", () => {
  using directory = makeDirectory();
  directory.write("secret", "grüße\n", 0o640);
  Deno.symlinkSync("secret", directory.at("link"));
  for (const name of ["secret", "link"]) {
    assert.deepEqual(readRegularFile(directory.at(name)), { text: "grüße\n", mode: 0o640 });
  }
});

Deno.test("readRegularFile() waits for no pipe, and reads no device or directory", async () => {
  using directory = makeDirectory();
  await new Deno.Command("mkfifo", { args: [directory.at("pipe")] }).output();
  assert.equal(
    errorOf(() => readRegularFile(directory.at("pipe"))).message,
    "Is not a regular file",
  );
  assert.equal(errorOf(() => readRegularFile("/dev/zero")).message, "Is not a regular file");
  assert.equal(errorOf(() => readRegularFile(directory.path)).message, "Is a directory");
});

Deno.test("readRegularFile() refuses what is too big to be a secret or a bundle", () => {
  using directory = makeDirectory();
  directory.write("big", "x".repeat(4 * 1024 * 1024 + 1));
  assert.equal(errorOf(() => readRegularFile(directory.at("big"))).message, "Is larger than 4 MiB");
});

Deno.test("readRegularFile() leaves the system's own error as it is", () => {
  using directory = makeDirectory();
  assert.ok(errorOf(() => readRegularFile(directory.at("none"))) instanceof Deno.errors.NotFound);
});
