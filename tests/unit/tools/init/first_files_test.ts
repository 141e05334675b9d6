import assert from "node:assert/strict";
import { removeInterrupted, writeFirstFiles } from "../../../../lib/tools/init/first_files.ts";
import { makeDirectory, modeOf, rejectionOf, withUmaskUntil } from "../../../support/rig.ts";

const NAMES = ["vcm/vault-ca.pem", "vcm/secret-id", "vcm/vcm.yaml"];

/** The files of a first configuration in a directory. */
function filesIn(at: (name: string) => string) {
  return NAMES.map((name) => ({
    path: at(name),
    text: `${name}\n`,
    mode: name.endsWith(".pem") ? 0o644 : 0o600,
  }));
}

Deno.test("writeFirstFiles() writes each file with its mode, and its directories", async () => {
  using directory = makeDirectory();
  const { at } = directory;
  await withUmaskUntil(0o077, () => writeFirstFiles(filesIn(at), at("vcm/secret")));
  assert.deepEqual(directory.tree(), [
    "vcm/",
    "vcm/secret-id",
    "vcm/secret/",
    ...[0, 2].map((n) => NAMES[n]),
  ]);
  const modes = [...NAMES, "vcm", "vcm/secret"].map((name) => modeOf(at(name)));
  assert.deepEqual(modes, ["644", "600", "600", "755", "700"]);
  for (const name of NAMES) assert.equal(directory.read(name), `${name}\n`);
});

Deno.test("writeFirstFiles() replaces nothing, not even a dangling link, and then leaves nothing", async () => {
  for (const name of NAMES) {
    for (const isLink of [false, true]) {
      using directory = makeDirectory();
      const { at } = directory;
      Deno.mkdirSync(at("vcm"));
      if (isLink) Deno.symlinkSync("nowhere", at(name));
      else directory.write(name, "old");
      const { message } = await rejectionOf(writeFirstFiles(filesIn(at), at("vcm/secret")));
      assert.equal(message, `Cannot write "${at(name)}": file exists`);
      assert.deepEqual(directory.tree(), ["vcm/", name]);
      if (!isLink) assert.equal(directory.read(name), "old");
    }
  }
});

Deno.test("writeFirstFiles() makes no directory above the file's own", async () => {
  using directory = makeDirectory();
  const { message } = await rejectionOf(
    writeFirstFiles(filesIn((name) => directory.at(`a/${name}`))),
  );
  assert.match(message, /^Cannot write ".*": no such file or directory/);
  assert.deepEqual(directory.tree(), []);
});

Deno.test("what a kill left at any moment is removed, or the configuration is whole", async () => {
  // Each step of the writing: first all temporary files, then a link for each.
  for (let steps = 0; steps <= 2 * NAMES.length; steps++) {
    using directory = makeDirectory();
    const { at } = directory;
    Deno.mkdirSync(at("vcm"));
    NAMES.slice(0, steps).forEach((name) => directory.write(`${name}.vcm-new`, name));
    NAMES.slice(0, Math.max(0, steps - NAMES.length))
      .forEach((name) => Deno.linkSync(at(`${name}.vcm-new`), at(name)));
    removeInterrupted(NAMES.map(at));
    const isWhole = steps === 2 * NAMES.length;
    assert.deepEqual(
      directory.tree(),
      ["vcm/", ...(isWhole ? [...NAMES].sort() : [])],
      String(steps),
    );
    if (!isWhole) await writeFirstFiles(filesIn(at));
  }
});

Deno.test("removeInterrupted() leaves files of others as they are", () => {
  using directory = makeDirectory();
  const { at } = directory;
  Deno.mkdirSync(at("vcm"));
  directory.write("vcm/secret-id", "mine");
  directory.write("vcm/secret-id.vcm-new", "half");
  removeInterrupted(NAMES.map(at));
  assert.deepEqual(directory.tree(), ["vcm/", "vcm/secret-id"]);
  assert.equal(directory.read("vcm/secret-id"), "mine");
});
