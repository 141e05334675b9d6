import assert from "node:assert/strict";
import { removeIfThere, replaceFile, writeNewFile } from "../../../lib/host/atomic_write.ts";
import { syncDirectory } from "../../../lib/host/sync.ts";
import { directoryOf } from "../../../lib/text/path.ts";
import {
  errorOf,
  makeDirectory,
  modeOf,
  ownersOf,
  rejectionOf,
  rootTest,
  withUmaskUntil,
} from "../../support/rig.ts";

for (const mask of [0o000, 0o077, 0o777]) {
  Deno.test(`writeNewFile() makes exactly the mode that it is given, umask ${mask.toString(8)}`, async () => {
    using directory = makeDirectory();
    for (const mode of [0o600, 0o640, 0o644, 0o444, 0o400]) {
      const path = directory.at(mode.toString(8));
      await withUmaskUntil(mask, () => writeNewFile(path, "text\n", { mode }));
      assert.equal(modeOf(path), mode.toString(8));
    }
  });
}

Deno.test("writeNewFile() writes every byte, also of long texts and of other letters", async () => {
  using directory = makeDirectory();
  const text = `${"ä€😀".repeat(500_000)}\n`;
  await writeNewFile(directory.at("long"), text, { mode: 0o600 });
  assert.equal(directory.read("long"), text);
});

Deno.test("writeNewFile() writes bytes that are no text as they are", async () => {
  using directory = makeDirectory();
  const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => at % 256);
  await writeNewFile(directory.at("bytes"), bytes, { mode: 0o600 });
  assert.deepEqual(Deno.readFileSync(directory.at("bytes")), bytes);
});

Deno.test("writeNewFile() touches nothing that is there already", async () => {
  using directory = makeDirectory();
  directory.write("planted", "mine", 0o644);
  const error = await rejectionOf(writeNewFile(directory.at("planted"), "secret", { mode: 0o600 }));
  assert.match(error.message, /^EEXIST/);
  assert.deepEqual([directory.read("planted"), modeOf(directory.at("planted"))], ["mine", "644"]);
});

Deno.test("writeNewFile() follows no symbolic link, to a file or to nowhere", async () => {
  using directory = makeDirectory();
  directory.write("victim", "mine");
  Deno.symlinkSync(directory.at("victim"), directory.at("link"));
  Deno.symlinkSync(directory.at("nowhere"), directory.at("dangling"));
  for (const name of ["link", "dangling"]) {
    await rejectionOf(writeNewFile(directory.at(name), "secret", { mode: 0o600 }));
  }
  assert.deepEqual(directory.tree(), ["dangling", "link", "victim"]);
  assert.equal(directory.read("victim"), "mine");
});

Deno.test("writeNewFile() leaves nothing if it fails", async () => {
  using directory = makeDirectory();
  // Linux has no user of this number, and takes only 32 bits: the call fails before it asks anyone.
  await rejectionOf(writeNewFile(directory.at("new"), "text", { mode: 0o600, uid: 2 ** 40 }));
  assert.deepEqual(directory.tree(), []);
  const error = await rejectionOf(writeNewFile(directory.at("no/new"), "text", { mode: 0o600 }));
  assert.match(error.message, /^ENOENT/);
  assert.deepEqual(directory.tree(), []);
});

Deno.test("writeNewFile() as an ordinary user leaves nothing if it may not give a file away", async () => {
  if (Deno.uid() === 0) return;
  using directory = makeDirectory();
  await rejectionOf(writeNewFile(directory.at("new"), "text", { mode: 0o600, uid: 0 }));
  assert.deepEqual(directory.tree(), []);
});

Deno.test("writeNewFile() accepts the runner's own ids as an ordinary user, too", async () => {
  using directory = makeDirectory();
  const [uid, gid] = ownersOf(directory.path);
  await writeNewFile(directory.at("new"), "text", { mode: 0o640, uid, gid });
  assert.deepEqual(ownersOf(directory.at("new")), [uid, gid]);
});

rootTest("writeNewFile() sets owner and group one by one", async () => {
  using directory = makeDirectory();
  Deno.chownSync(directory.path, 7, 8);
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
      const path = directory.at(`${at}-${mode}`);
      await writeNewFile(path, "text", { mode, ...owners });
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
  using directory = makeDirectory();
  removeIfThere(directory.at("none"));
  directory.write("directory/file", "mine");
  errorOf(() => removeIfThere(directory.at("directory")));
  Deno.symlinkSync(directory.at("directory"), directory.at("link"));
  removeIfThere(directory.at("link"));
  assert.deepEqual(directory.tree(), ["directory/", "directory/file"]);
});

Deno.test("syncDirectory() says if there is no directory", () => {
  using directory = makeDirectory();
  syncDirectory(directory.path);
  assert.match(errorOf(() => syncDirectory(directory.at("none"))).message, /^ENOENT/);
});

Deno.test("directoryOf() cuts the last part off", () => {
  assert.deepEqual(["/a/b/c", "/a"].map(directoryOf), ["/a/b", "/"]);
});

Deno.test("replaceFile() replaces a file, whatever an interrupted run left", async () => {
  using directory = makeDirectory();
  const [path, temporary] = [directory.at("file"), directory.at(".file.new")];
  directory.write("file", "old");
  directory.write(".file.new", "half");
  const time = new Date("2026-01-02T03:04:05Z");
  await replaceFile(path, "new", { temporary, mode: 0o640, time });
  assert.deepEqual([directory.read("file"), modeOf(path)], ["new", "640"]);
  assert.equal(Deno.statSync(path).mtime?.getTime(), time.getTime());
  assert.deepEqual(directory.tree(), ["file"]);
});

Deno.test("replaceFile() leaves the old file and nothing else if it fails", async () => {
  using directory = makeDirectory();
  const [path, temporary] = [directory.at("taken"), directory.at(".taken.new")];
  directory.write("taken/inside", "");
  assert.match(
    (await rejectionOf(replaceFile(path, "new", { temporary, mode: 0o600 }))).message,
    /EISDIR/,
  );
  assert.deepEqual(directory.tree(), ["taken/", "taken/inside"]);
});
