import assert from "node:assert/strict";
import { reserveFile } from "../../../lib/apply/reserved_file.ts";
import { errorOf, makeFolder, modeOf, withUmask } from "../../support/rig.ts";

const TEMPORARY = ".secret-id.vcm-new";

Deno.test("reserveFile() makes room beside the file, for the owner alone, whatever the umask", () => {
  for (const umask of [0, 0o077]) {
    using folder = makeFolder();
    withUmask(umask, () => reserveFile(folder.at("secret-id")));
    assert.deepEqual(folder.tree(), [TEMPORARY]);
    assert.equal(modeOf(folder.at(TEMPORARY)), "600");
    assert.equal(Deno.statSync(folder.at(TEMPORARY)).size, 4096);
  }
});

Deno.test("keep() puts the text under its name, whole, on a line, for the owner alone", () => {
  using folder = makeFolder();
  const place = reserveFile(folder.at("secret-id"));
  place.keep("7d1e-secret");
  assert.deepEqual(folder.tree(), ["secret-id"]);
  assert.equal(folder.read("secret-id"), "7d1e-secret\n");
  assert.equal(modeOf(folder.at("secret-id")), "600");
  place.release();
  assert.deepEqual(folder.tree(), ["secret-id"]);
});

Deno.test("keep() takes text of every length and of all letters", () => {
  for (const text of ["", "x", "ü".repeat(3000), "x".repeat(10_000)]) {
    using folder = makeFolder();
    reserveFile(folder.at("secret-id")).keep(text);
    assert.equal(folder.read("secret-id"), `${text}\n`);
  }
});

Deno.test("keep() replaces the file that was there, and the old one is there until then", () => {
  using folder = makeFolder();
  folder.write("secret-id", "old\n", 0o644);
  const place = reserveFile(folder.at("secret-id"));
  assert.equal(folder.read("secret-id"), "old\n");
  place.keep("new");
  assert.equal(folder.read("secret-id"), "new\n");
  assert.equal(modeOf(folder.at("secret-id")), "600");
});

Deno.test("release() without keep() leaves everything as it was, and can be called again", () => {
  using folder = makeFolder();
  folder.write("secret-id", "old\n");
  const place = reserveFile(folder.at("secret-id"));
  place.release();
  place.release();
  assert.deepEqual(folder.tree(), ["secret-id"]);
  assert.equal(folder.read("secret-id"), "old\n");
});

Deno.test("reserveFile() clears what a crash left, and follows no link that lies there", () => {
  using folder = makeFolder();
  folder.write("elsewhere", "untouched\n");
  folder.write(TEMPORARY, "left over");
  reserveFile(folder.at("secret-id")).keep("first");
  Deno.symlinkSync(folder.at("elsewhere"), folder.at(TEMPORARY));
  reserveFile(folder.at("secret-id")).keep("second");
  assert.equal(folder.read("elsewhere"), "untouched\n");
  assert.equal(folder.read("secret-id"), "second\n");
});

Deno.test("keep() replaces a link by a file, and leaves alone what the link leads to", () => {
  using folder = makeFolder();
  folder.write("elsewhere", "untouched\n");
  Deno.symlinkSync(folder.at("elsewhere"), folder.at("secret-id"));
  reserveFile(folder.at("secret-id")).keep("new");
  assert.equal(folder.read("elsewhere"), "untouched\n");
  assert.equal(Deno.lstatSync(folder.at("secret-id")).isSymlink, false);
});

Deno.test("reserveFile() throws the system's error where there can be no file, and leaves none", () => {
  using folder = makeFolder();
  folder.write("file", "");
  const cases = [["missing/secret-id", /^ENOENT: /], ["file/secret-id", /^ENOTDIR: /]] as const;
  for (const [name, message] of cases) {
    assert.match(errorOf(() => reserveFile(folder.at(name))).message, message);
  }
  assert.deepEqual(folder.tree(), ["file"]);
});

Deno.test("keep() throws where the name is taken by a folder, and release() still clears away", () => {
  using folder = makeFolder();
  folder.write("secret-id/inside", "x");
  const place = reserveFile(folder.at("secret-id"));
  errorOf(() => place.keep("new"));
  place.release();
  assert.deepEqual(folder.tree(), ["secret-id/", "secret-id/inside"]);
});

Deno.test("keep() writes to nothing that was put in the place of the reserved file", () => {
  using folder = makeFolder();
  folder.write("elsewhere", "untouched\n");
  for (const plant of [Deno.symlinkSync, Deno.linkSync]) {
    const place = reserveFile(folder.at("secret-id"));
    Deno.removeSync(folder.at(TEMPORARY));
    plant(folder.at("elsewhere"), folder.at(TEMPORARY));
    errorOf(() => place.keep("secret"));
    assert.equal(folder.read("elsewhere"), "untouched\n");
  }
});
