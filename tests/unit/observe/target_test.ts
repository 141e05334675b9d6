import assert from "node:assert/strict";
import type { TargetSpec } from "../../../lib/config/types.ts";
import { lookUpAccounts } from "../../../lib/host/accounts.ts";
import { expect } from "../../../lib/observe/expected.ts";
import { UNWAITING_READER } from "../../../lib/host/read_unwaiting.ts";
import { FolderCache, observeTarget } from "../../../lib/observe/target.ts";
import { WayFinder } from "../../../lib/host/path_ancestors.ts";
import type { Presence } from "../../../lib/host/types.ts";
import type { TargetFile } from "../../../lib/observe/types.ts";
import { ABSENT } from "../../support/fixtures.ts";
import { type Folder, makeFolder } from "../../support/rig.ts";

const ACCOUNTS = await lookUpAccounts([], []);
const STORED = { kind: "present", value: "text of the store\n" } as const;

function look(folder: Folder, name: string, stored: Presence<string> = STORED) {
  const spec: TargetSpec = { what: "cert", path: folder.at(name), createDirs: false };
  const texts = { cert: stored, chain: ABSENT, fullchain: ABSENT, privkey: ABSENT, ca: ABSENT };
  const expected = expect(spec, "web.example.com", texts, undefined);
  const folders = new FolderCache(new WayFinder(Deno.uid() ?? 0, ACCOUNTS), UNWAITING_READER);
  return observeTarget(spec, expected, folders, ACCOUNTS);
}

function lookAtFile(folder: Folder, name: string, stored?: Presence<string>): TargetFile {
  const { file } = look(folder, name, stored);
  assert.ok(file.kind === "present", Deno.inspect(file));
  return file.value;
}

Deno.test("a file is seen with its owners, its mode and whether it is the store's", () => {
  using folder = makeFolder();
  folder.write("same", STORED.value, 0o640);
  const { uid, gid } = Deno.lstatSync(folder.at("same"));
  const same = lookAtFile(folder, "same");
  assert.deepEqual([same.type, same.uid, same.gid], ["file", uid, gid]);
  assert.deepEqual([same.mode, same.sameContent], [0o640, true]);
});

Deno.test("every byte counts for the content", () => {
  using folder = makeFolder();
  const bom = "\ufeff";
  for (
    const text of [
      "",
      "text of the store",
      `${STORED.value}\n`,
      bom + STORED.value,
      "Text of the store\n",
    ]
  ) {
    folder.write("file", text);
    assert.equal(lookAtFile(folder, "file").sameContent, false, JSON.stringify(text));
  }
});

Deno.test("a big file is another one, and is not read", () => {
  using folder = makeFolder();
  Deno.writeTextFileSync(folder.at("big"), "");
  Deno.truncateSync(folder.at("big"), 2 ** 40);
  assert.equal(lookAtFile(folder, "big").sameContent, false);
});

Deno.test("without a stored file no content is the same", () => {
  using folder = makeFolder();
  folder.write("file", "");
  assert.equal(lookAtFile(folder, "file", { kind: "absent" }).sameContent, false);
});

Deno.test("a link is a link, wherever it leads", () => {
  using folder = makeFolder();
  folder.write("file", STORED.value);
  for (const [name, to] of [["link", "file"], ["dangling", "none"], ["up", "."]] as const) {
    Deno.symlinkSync(to, folder.at(name));
    const seen = lookAtFile(folder, name);
    assert.deepEqual([seen.type, seen.sameContent], ["symlink", false]);
  }
});

Deno.test("a folder and a pipe are seen, and neither is opened", async () => {
  using folder = makeFolder();
  Deno.mkdirSync(folder.at("folder"));
  await new Deno.Command("mkfifo", { args: [folder.at("pipe")] }).output();
  assert.equal(lookAtFile(folder, "folder").type, "directory");
  assert.equal(lookAtFile(folder, "pipe").type, "other");
});

Deno.test("set-id and sticky bits belong to the mode", () => {
  using folder = makeFolder();
  folder.write("file", "x", 0o600);
  Deno.chmodSync(folder.at("file"), 0o4711);
  assert.equal(lookAtFile(folder, "file").mode, 0o4711);
});

Deno.test("the time is that of the last change of the inode, which nobody can set back", () => {
  using folder = makeFolder();
  folder.write("file", "x");
  const before = Date.now() - 1000;
  Deno.utimeSync(folder.at("file"), 1000, 1000);
  assert.ok(lookAtFile(folder, "file").changedAt > before);
});

Deno.test("a missing target has a parent, or none", () => {
  using folder = makeFolder();
  assert.deepEqual(summary(look(folder, "none")), ["absent", "present", false]);
  assert.deepEqual(summary(look(folder, "a/b/none")), ["absent", "absent", false]);
});

Deno.test("below a file there is no target, and no folder either", () => {
  using folder = makeFolder();
  folder.write("file", "x");
  assert.deepEqual(summary(look(folder, "file/none")), ["unreadable", "not-a-folder", false]);
  assert.equal(look(folder, "file/a/none").file.kind, "unreadable");
});

Deno.test("a target below a link to a folder is seen through it", () => {
  using folder = makeFolder();
  folder.write("real/file", STORED.value);
  Deno.symlinkSync("real", folder.at("link"));
  assert.equal(lookAtFile(folder, "link/file").sameContent, true);
});

Deno.test("the temporary file of an interrupted run is seen beside its own target only", () => {
  using folder = makeFolder();
  folder.write(".web.crt.vcm-new", "half");
  assert.deepEqual(summary(look(folder, "web.crt")), ["absent", "present", true]);
  folder.write("web.crt", "x");
  assert.deepEqual(summary(look(folder, "web.crt")), ["present", "present", true]);
  assert.equal(look(folder, "other.crt").leftover, false);
});

Deno.test("the old file of an interrupted run is seen beside its own target only", () => {
  using folder = makeFolder();
  folder.write(".web.crt.vcm-old", "old");
  assert.equal(look(folder, "web.crt").replaced, true);
  folder.write("web.crt", "x");
  assert.deepEqual(summary(look(folder, "web.crt")), ["present", "present", false]);
  assert.equal(look(folder, "web.crt").replaced, true);
  for (const name of ["other.crt", "crt", ".web.crt"]) {
    assert.equal(look(folder, name).replaced, false, name);
  }
});

Deno.test("as an ordinary user, a folder that may only be entered hides no target", () => {
  if (Deno.uid() === 0) return;
  using folder = makeFolder();
  folder.write("entered/file", STORED.value);
  Deno.chmodSync(folder.at("entered"), 0o100);
  assert.equal(lookAtFile(folder, "entered/file").sameContent, true);
  assert.deepEqual(summary(look(folder, "entered/none")), ["absent", "present", false]);
  Deno.chmodSync(folder.at("entered"), 0o000);
  assert.equal(look(folder, "entered/file").file.kind, "unreadable");
  Deno.chmodSync(folder.at("entered"), 0o700);
});

function summary({ file, parent, leftover }: ReturnType<typeof look>) {
  return [file.kind, parent, leftover];
}

Deno.test("sets of a bundle that was there before are told of a file, and of no other", () => {
  using folder = makeFolder();
  const set = `.web.vcm-${"a".repeat(16)}`;
  folder.write(`${set}/cert.pem`, "x");
  const formerSets = (name: string) => {
    const spec = { what: "cert", path: folder.at(name), createDirs: false } as const;
    const folders = new FolderCache(new WayFinder(Deno.uid() ?? 0, ACCOUNTS), UNWAITING_READER);
    return observeTarget(spec, ABSENT, folders, ACCOUNTS).formerSets;
  };
  assert.deepEqual(formerSets("web"), [folder.at(set)]);
  assert.equal(formerSets("web.crt"), undefined);
});
