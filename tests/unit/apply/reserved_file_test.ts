import assert from "node:assert/strict";
import { reserveFile } from "../../../lib/apply/reserved_file.ts";
import { errorOf, makeDirectory, modeOf, rejectionOf, withUmaskUntil } from "../../support/rig.ts";

const TEMPORARY = ".secret-id.vcm-new";

Deno.test("reserveFile() makes room beside the file, for the owner alone, whatever the umask", async () => {
  for (const umask of [0, 0o077]) {
    using directory = makeDirectory();
    await withUmaskUntil(umask, () => reserveFile(directory.at("secret-id")));
    assert.deepEqual(directory.tree(), [TEMPORARY]);
    assert.equal(modeOf(directory.at(TEMPORARY)), "600");
    assert.equal(Deno.statSync(directory.at(TEMPORARY)).size, 4096);
  }
});

Deno.test("keep() puts the text under its name, whole, on a line, for the owner alone", async () => {
  using directory = makeDirectory();
  const place = await reserveFile(directory.at("secret-id"));
  place.keep("7d1e-secret");
  assert.deepEqual(directory.tree(), ["secret-id"]);
  assert.equal(directory.read("secret-id"), "7d1e-secret\n");
  assert.equal(modeOf(directory.at("secret-id")), "600");
  place.release();
  assert.deepEqual(directory.tree(), ["secret-id"]);
});

Deno.test("keep() accepts text of any length and any characters", async () => {
  for (const text of ["", "x", "ü".repeat(3000), "x".repeat(10_000)]) {
    using directory = makeDirectory();
    (await reserveFile(directory.at("secret-id"))).keep(text);
    assert.equal(directory.read("secret-id"), `${text}\n`);
  }
});

Deno.test("keep() replaces the file that was there, and the old one is there until then", async () => {
  using directory = makeDirectory();
  directory.write("secret-id", "old\n", 0o644);
  const place = await reserveFile(directory.at("secret-id"));
  assert.equal(directory.read("secret-id"), "old\n");
  place.keep("new");
  assert.equal(directory.read("secret-id"), "new\n");
  assert.equal(modeOf(directory.at("secret-id")), "600");
});

Deno.test("release() without keep() leaves everything as it was, and can be called again", async () => {
  using directory = makeDirectory();
  directory.write("secret-id", "old\n");
  const place = await reserveFile(directory.at("secret-id"));
  place.release();
  place.release();
  assert.deepEqual(directory.tree(), ["secret-id"]);
  assert.equal(directory.read("secret-id"), "old\n");
});

Deno.test("reserveFile() removes what a crash left, and follows no link at its path", async () => {
  using directory = makeDirectory();
  directory.write("elsewhere", "untouched\n");
  directory.write(TEMPORARY, "left over");
  (await reserveFile(directory.at("secret-id"))).keep("first");
  Deno.symlinkSync(directory.at("elsewhere"), directory.at(TEMPORARY));
  (await reserveFile(directory.at("secret-id"))).keep("second");
  assert.equal(directory.read("elsewhere"), "untouched\n");
  assert.equal(directory.read("secret-id"), "second\n");
});

Deno.test("keep() replaces a link by a file, and leaves alone what the link leads to", async () => {
  using directory = makeDirectory();
  directory.write("elsewhere", "untouched\n");
  Deno.symlinkSync(directory.at("elsewhere"), directory.at("secret-id"));
  (await reserveFile(directory.at("secret-id"))).keep("new");
  assert.equal(directory.read("elsewhere"), "untouched\n");
  assert.equal(Deno.lstatSync(directory.at("secret-id")).isSymlink, false);
});

Deno.test("reserveFile() throws the system's error if there can be no file, and leaves none", async () => {
  using directory = makeDirectory();
  directory.write("file", "");
  const cases = [["missing/secret-id", /^ENOENT: /], ["file/secret-id", /^ENOTDIR: /]] as const;
  for (const [name, message] of cases) {
    assert.match((await rejectionOf(reserveFile(directory.at(name)))).message, message);
  }
  assert.deepEqual(directory.tree(), ["file"]);
});

Deno.test("keep() throws if a directory has the name, and release() still cleans up", async () => {
  using directory = makeDirectory();
  directory.write("secret-id/inside", "x");
  const place = await reserveFile(directory.at("secret-id"));
  errorOf(() => place.keep("new"));
  place.release();
  assert.deepEqual(directory.tree(), ["secret-id/", "secret-id/inside"]);
});

Deno.test("keep() writes to nothing that was put in the place of the reserved file", async () => {
  using directory = makeDirectory();
  directory.write("elsewhere", "untouched\n");
  for (const plant of [Deno.symlinkSync, Deno.linkSync]) {
    const place = await reserveFile(directory.at("secret-id"));
    Deno.removeSync(directory.at(TEMPORARY));
    plant(directory.at("elsewhere"), directory.at(TEMPORARY));
    errorOf(() => place.keep("secret"));
    assert.equal(directory.read("elsewhere"), "untouched\n");
  }
});
