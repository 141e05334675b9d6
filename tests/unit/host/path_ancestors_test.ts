import assert from "node:assert/strict";
import { lookUpAccounts } from "../../../lib/host/accounts.ts";
import { parseOwnGroups } from "../../../lib/host/local_accounts.ts";
import { WayFinder } from "../../../lib/host/path_ancestors.ts";
import { type Folder, makeFolder, rootTest } from "../../support/rig.ts";

const ACCOUNTS = await lookUpAccounts([], []);
const ME = Deno.uid() ?? 0;

/** The folders on the way that are in the given one, each with what it leads on to. */
function wayIn(folder: Folder, path: string): [string, string | undefined][] {
  return new WayFinder(ME, ACCOUNTS).find(folder.at(path)).passages
    .filter((passage) => passage.folder.startsWith(folder.path))
    .map(({ folder: from, next }) => [
      from.slice(folder.path.length),
      next?.path.slice(folder.path.length),
    ]);
}

Deno.test("the way begins at the root and ends with the folder", () => {
  using folder = makeFolder();
  Deno.mkdirSync(folder.at("a/b"), { recursive: true, mode: 0o750 });
  const { passages } = new WayFinder(ME, ACCOUNTS).find(folder.at("a/b"));
  assert.equal(passages[0]?.folder, "/");
  const { uid, gid, mode, next } = passages.at(-1) ?? {};
  assert.deepEqual([uid, gid, mode, next], [ME, Deno.gid(), 0o750, undefined]);
  assert.deepEqual(wayIn(folder, "a/b"), [["", "/a"], ["/a", "/a/b"], ["/a/b", undefined]]);
});

Deno.test("links are followed, and the folders in which they lie are on the way", () => {
  using folder = makeFolder();
  Deno.mkdirSync(folder.at("real/deep/er"), { recursive: true });
  Deno.mkdirSync(folder.at("links"));
  Deno.symlinkSync("../real/deep", folder.at("links/relative"));
  Deno.symlinkSync(folder.at("links/relative/../deep"), folder.at("absolute"));
  assert.deepEqual(wayIn(folder, "links/relative/er"), [
    ["", "/links"],
    ["/links", "/links/relative"],
    ["", "/real"],
    ["/real", "/real/deep"],
    ["/real/deep", "/real/deep/er"],
    ["/real/deep/er", undefined],
  ]);
  const folders = new Set(wayIn(folder, "absolute").map(([from]) => from));
  assert.deepEqual([...folders].sort(), ["", "/links", "/real", "/real/deep"]);
});

Deno.test("a way that leads nowhere ends with the last folder", () => {
  using folder = makeFolder();
  Deno.symlinkSync("loop", folder.at("loop"));
  Deno.symlinkSync("none/more", folder.at("dangling"));
  assert.deepEqual(wayIn(folder, "none/more").at(-1), ["", undefined]);
  assert.deepEqual(wayIn(folder, "dangling").at(-1), ["", undefined]);
  assert.equal(wayIn(folder, "loop/x").at(-1)?.[1], "/loop");
});

rootTest("it is told who owns what is on the way", () => {
  using folder = makeFolder();
  const [finder, other] = [new WayFinder(0, ACCOUNTS), new WayFinder(1001, ACCOUNTS)];
  Deno.mkdirSync(folder.at("theirs/sub"), { recursive: true });
  Deno.chownSync(folder.at("theirs"), 1001, 1002);
  const way = finder.find(folder.at("theirs/sub"));
  assert.deepEqual([way.isForeign, [...finder.owners]], [true, [1001]]);
  const { uid, gid, owner } = way.passages.at(-2) ?? {};
  assert.deepEqual([uid, gid, owner], [1001, 1002, "1001"]);
  assert.equal(finder.find(folder.path).isForeign, false);
  assert.equal(other.find(folder.at("theirs/sub")).isForeign, false);
});

Deno.test("parseOwnGroups() reads users by their numbers, the first of two", () => {
  const text = "root:x:0:0::/:/bin/sh\npg:x:26:260::/:\n+nis\nagain:x:26:1::/:\nbad:x:x:1::/:\n";
  assert.deepEqual([...parseOwnGroups(text)], [[0, 0], [26, 260]]);
});

Deno.test("links that lead through one another again and again are passed once", () => {
  using folder = makeFolder();
  Deno.mkdirSync(folder.at("sub"));
  Deno.symlinkSync("sub", folder.at("l0"));
  for (let at = 1; at <= 36; at++) {
    Deno.symlinkSync(`l${at - 1}/../l${at - 1}`, folder.at(`l${at}`));
  }
  const way = wayIn(folder, "l36");
  assert.ok(way.length < 50, String(way.length));
  assert.deepEqual(way.at(-1), ["/sub", undefined]);
});
