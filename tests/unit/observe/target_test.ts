import assert from "node:assert/strict";
import type { TargetSpec } from "../../../lib/config/types.ts";
import { lookUpAccounts } from "../../../lib/host/accounts.ts";
import { expect } from "../../../lib/observe/expected.ts";
import { UNWAITING_READER } from "../../../lib/host/read_unwaiting.ts";
import { DirectoryCache, observeTarget } from "../../../lib/observe/target.ts";
import { AncestorFinder } from "../../../lib/host/path_ancestors.ts";
import type { Presence } from "../../../lib/host/types.ts";
import type { TargetFile } from "../../../lib/observe/types.ts";
import { ABSENT } from "../../support/fixtures.ts";
import { type Directory, makeDirectory } from "../../support/rig.ts";

const ACCOUNTS = await lookUpAccounts([], []);
const STORED = { kind: "present", value: "text of the store\n" } as const;

function look(
  directory: Directory,
  name: string,
  stored: Presence<string> = STORED,
  Cache = DirectoryCache,
) {
  const spec: TargetSpec = { what: "cert", path: directory.at(name), createDirs: false };
  const texts = { cert: stored, chain: ABSENT, fullchain: ABSENT, privkey: ABSENT, ca: ABSENT };
  const expected = expect(spec, "web.example.com", texts, undefined);
  const directories = new Cache(
    new AncestorFinder(Deno.uid() ?? 0, ACCOUNTS),
    UNWAITING_READER,
  );
  return observeTarget(spec, expected, directories, ACCOUNTS);
}

function lookAtFile(directory: Directory, name: string, stored?: Presence<string>): TargetFile {
  const { file } = look(directory, name, stored);
  assert.ok(file.kind === "present", Deno.inspect(file));
  return file.value;
}

Deno.test("a file is seen with its owners, its mode and whether it is the store's", () => {
  using directory = makeDirectory();
  directory.write("same", STORED.value, 0o640);
  const { uid, gid } = Deno.lstatSync(directory.at("same"));
  const same = lookAtFile(directory, "same");
  assert.deepEqual([same.type, same.uid, same.gid], ["file", uid, gid]);
  assert.deepEqual([same.mode, same.sameContent], [0o640, true]);
});

Deno.test("a file that a failed listing of its directory lacks is there all the same", () => {
  class EmptyListing extends DirectoryCache {
    override list(directory: string) {
      return {
        ...super.list(directory),
        names: { kind: "present", value: new Set<string>() },
      } as const;
    }
  }
  using directory = makeDirectory();
  directory.write("file", "text of another tool");
  assert.equal(look(directory, "file", STORED, EmptyListing).file.kind, "present");
});

Deno.test("every byte counts for the content", () => {
  using directory = makeDirectory();
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
    directory.write("file", text);
    assert.equal(lookAtFile(directory, "file").sameContent, false, JSON.stringify(text));
  }
});

Deno.test("a big file is another one, and is not read", () => {
  using directory = makeDirectory();
  Deno.writeTextFileSync(directory.at("big"), "");
  Deno.truncateSync(directory.at("big"), 2 ** 40);
  assert.equal(lookAtFile(directory, "big").sameContent, false);
});

Deno.test("without a stored file no content is the same", () => {
  using directory = makeDirectory();
  directory.write("file", "");
  assert.equal(lookAtFile(directory, "file", { kind: "absent" }).sameContent, false);
});

Deno.test("a link is a link, wherever it leads", () => {
  using directory = makeDirectory();
  directory.write("file", STORED.value);
  for (const [name, to] of [["link", "file"], ["dangling", "none"], ["up", "."]] as const) {
    Deno.symlinkSync(to, directory.at(name));
    const seen = lookAtFile(directory, name);
    assert.deepEqual([seen.type, seen.sameContent], ["symlink", false]);
  }
});

Deno.test("a directory and a pipe are seen, and neither is opened", async () => {
  using directory = makeDirectory();
  Deno.mkdirSync(directory.at("directory"));
  await new Deno.Command("mkfifo", { args: [directory.at("pipe")] }).output();
  assert.equal(lookAtFile(directory, "directory").type, "directory");
  assert.equal(lookAtFile(directory, "pipe").type, "other");
});

Deno.test("set-id and sticky bits belong to the mode", () => {
  using directory = makeDirectory();
  directory.write("file", "x", 0o600);
  Deno.chmodSync(directory.at("file"), 0o4711);
  assert.equal(lookAtFile(directory, "file").mode, 0o4711);
});

Deno.test("the time is that of the last change of the inode, which nobody can set back", () => {
  using directory = makeDirectory();
  directory.write("file", "x");
  const before = Date.now() - 1000;
  Deno.utimeSync(directory.at("file"), 1000, 1000);
  assert.ok(lookAtFile(directory, "file").changedAt > before);
});

Deno.test("a missing target has a parent, or none", () => {
  using directory = makeDirectory();
  assert.deepEqual(summary(look(directory, "none")), ["absent", "present", false]);
  assert.deepEqual(summary(look(directory, "a/b/none")), ["absent", "absent", false]);
});

Deno.test("below a file there is no target, and no directory either", () => {
  using directory = makeDirectory();
  directory.write("file", "x");
  assert.deepEqual(summary(look(directory, "file/none")), ["unreadable", "not-a-directory", false]);
  assert.equal(look(directory, "file/a/none").file.kind, "unreadable");
});

Deno.test("a target below a link to a directory is seen through it", () => {
  using directory = makeDirectory();
  directory.write("real/file", STORED.value);
  Deno.symlinkSync("real", directory.at("link"));
  assert.equal(lookAtFile(directory, "link/file").sameContent, true);
});

Deno.test("the temporary file of an interrupted run is seen beside its own target only", () => {
  using directory = makeDirectory();
  directory.write(".web.crt.vcm-new", "half");
  assert.deepEqual(summary(look(directory, "web.crt")), ["absent", "present", true]);
  directory.write("web.crt", "x");
  assert.deepEqual(summary(look(directory, "web.crt")), ["present", "present", true]);
  assert.equal(look(directory, "other.crt").leftover, false);
});

Deno.test("the old file of an interrupted run is seen beside its own target only", () => {
  using directory = makeDirectory();
  directory.write(".web.crt.vcm-old", "old");
  assert.equal(look(directory, "web.crt").replaced, true);
  directory.write("web.crt", "x");
  assert.deepEqual(summary(look(directory, "web.crt")), ["present", "present", false]);
  assert.equal(look(directory, "web.crt").replaced, true);
  for (const name of ["other.crt", "crt", ".web.crt"]) {
    assert.equal(look(directory, name).replaced, false, name);
  }
});

Deno.test("as an ordinary user, a directory that may only be entered hides no target", () => {
  if (Deno.uid() === 0) return;
  using directory = makeDirectory();
  directory.write("entered/file", STORED.value);
  Deno.chmodSync(directory.at("entered"), 0o100);
  assert.equal(lookAtFile(directory, "entered/file").sameContent, true);
  assert.deepEqual(summary(look(directory, "entered/none")), ["absent", "present", false]);
  Deno.chmodSync(directory.at("entered"), 0o000);
  assert.equal(look(directory, "entered/file").file.kind, "unreadable");
  Deno.chmodSync(directory.at("entered"), 0o700);
});

function summary({ file, parent, leftover }: ReturnType<typeof look>) {
  return [file.kind, parent, leftover];
}

Deno.test("sets of a bundle that was there before are told of a file, and of no other", () => {
  using directory = makeDirectory();
  const set = `.web.vcm-${"a".repeat(16)}`;
  directory.write(`${set}/cert.pem`, "x");
  const formerSets = (name: string) => {
    const spec = { what: "cert", path: directory.at(name), createDirs: false } as const;
    const directories = new DirectoryCache(
      new AncestorFinder(Deno.uid() ?? 0, ACCOUNTS),
      UNWAITING_READER,
    );
    return observeTarget(spec, ABSENT, directories, ACCOUNTS).formerSets;
  };
  assert.deepEqual(formerSets("web"), [directory.at(set)]);
  assert.deepEqual(formerSets("web.crt"), []);
});
