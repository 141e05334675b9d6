import assert from "node:assert/strict";
import { removeIfThere, syncFolder, writeNewFile } from "../../../lib/host/atomic_write.ts";
import { folderOf } from "../../../lib/text/path.ts";
import { errorOf, makeFolder, modeOf, ownersOf, rootTest, withUmask } from "../../support/rig.ts";

for (const mask of [0o000, 0o077, 0o777]) {
  Deno.test(`writeNewFile() makes exactly the mode that it is given, umask ${mask.toString(8)}`, () => {
    using folder = makeFolder();
    for (const mode of [0o600, 0o640, 0o644, 0o444, 0o400]) {
      const path = folder.at(mode.toString(8));
      withUmask(mask, () => writeNewFile(path, "text\n", { mode }));
      assert.equal(modeOf(path), mode.toString(8));
    }
  });
}

Deno.test("writeNewFile() writes every byte, also of long texts and of other letters", () => {
  using folder = makeFolder();
  const text = `${"ä€😀".repeat(500_000)}\n`;
  writeNewFile(folder.at("long"), text, { mode: 0o600 });
  assert.equal(folder.read("long"), text);
});

Deno.test("writeNewFile() writes bytes that are no text as they are", () => {
  using folder = makeFolder();
  const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => at % 256);
  writeNewFile(folder.at("bytes"), bytes, { mode: 0o600 });
  assert.deepEqual(Deno.readFileSync(folder.at("bytes")), bytes);
});

Deno.test("writeNewFile() touches nothing that is there already", () => {
  using folder = makeFolder();
  folder.write("planted", "mine", 0o644);
  const error = errorOf(() => writeNewFile(folder.at("planted"), "secret", { mode: 0o600 }));
  assert.match(error.message, /^EEXIST/);
  assert.deepEqual([folder.read("planted"), modeOf(folder.at("planted"))], ["mine", "644"]);
});

Deno.test("writeNewFile() follows no symbolic link, to a file or to nowhere", () => {
  using folder = makeFolder();
  folder.write("victim", "mine");
  Deno.symlinkSync(folder.at("victim"), folder.at("link"));
  Deno.symlinkSync(folder.at("nowhere"), folder.at("dangling"));
  for (const name of ["link", "dangling"]) {
    errorOf(() => writeNewFile(folder.at(name), "secret", { mode: 0o600 }));
  }
  assert.deepEqual(folder.tree(), ["dangling", "link", "victim"]);
  assert.equal(folder.read("victim"), "mine");
});

Deno.test("writeNewFile() leaves nothing where it fails", () => {
  using folder = makeFolder();
  // Linux has no user of this number, and takes only 32 bits: the call fails before it asks anyone.
  errorOf(() => writeNewFile(folder.at("new"), "text", { mode: 0o600, uid: 2 ** 40 }));
  assert.deepEqual(folder.tree(), []);
  const error = errorOf(() => writeNewFile(folder.at("no/new"), "text", { mode: 0o600 }));
  assert.match(error.message, /^ENOENT/);
  assert.deepEqual(folder.tree(), []);
});

Deno.test("writeNewFile() as an ordinary user leaves nothing where it may not give a file away", () => {
  if (Deno.uid() === 0) return;
  using folder = makeFolder();
  errorOf(() => writeNewFile(folder.at("new"), "text", { mode: 0o600, uid: 0 }));
  assert.deepEqual(folder.tree(), []);
});

Deno.test("writeNewFile() takes the runner's own numbers as an ordinary user, too", () => {
  using folder = makeFolder();
  const [uid, gid] = ownersOf(folder.path);
  writeNewFile(folder.at("new"), "text", { mode: 0o640, uid, gid });
  assert.deepEqual(ownersOf(folder.at("new")), [uid, gid]);
});

rootTest("writeNewFile() sets owner and group one by one", () => {
  using folder = makeFolder();
  Deno.chownSync(folder.path, 7, 8);
  const given = { uid: 1001, gid: 1002 };
  const cases = [
    [{}, [0, 0]],
    [{ uid: given.uid }, [1001, 0]],
    [{ gid: given.gid }, [0, 1002]],
    [given, [1001, 1002]],
    [{ uid: 0, gid: 1002 }, [0, 1002]],
  ] as const;
  for (const [at, [owners, expected]] of cases.entries()) {
    for (const mode of [0o600, 0o640, 0o6755]) {
      const path = folder.at(`${at}-${mode}`);
      writeNewFile(path, "text", { mode, ...owners });
      assert.deepEqual(ownersOf(path), expected);
      assert.equal(
        modeOf(path),
        mode.toString(8),
        "chown clears set-id bits, so it must come first",
      );
    }
  }
});

Deno.test("removeIfThere() minds no missing file, and says all else", () => {
  using folder = makeFolder();
  removeIfThere(folder.at("none"));
  folder.write("folder/file", "mine");
  errorOf(() => removeIfThere(folder.at("folder")));
  Deno.symlinkSync(folder.at("folder"), folder.at("link"));
  removeIfThere(folder.at("link"));
  assert.deepEqual(folder.tree(), ["folder/", "folder/file"]);
});

Deno.test("syncFolder() says where there is no folder", () => {
  using folder = makeFolder();
  syncFolder(folder.path);
  assert.match(errorOf(() => syncFolder(folder.at("none"))).message, /^ENOENT/);
});

Deno.test("folderOf() cuts the last part off", () => {
  assert.deepEqual(["/a/b/c", "/a"].map(folderOf), ["/a/b", "/"]);
});
