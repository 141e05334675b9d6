import assert from "node:assert/strict";
import { lookUpAccounts, parseOwnGroups } from "../../../lib/host/accounts.ts";
import { AncestorFinder } from "../../../lib/host/path_ancestors.ts";
import { type Directory, makeDirectory, rootTest } from "../../support/rig.ts";

const ACCOUNTS = await lookUpAccounts([], []);
const ME = Deno.uid() ?? 0;

/** The directories on the way that are in the given one, each with what it leads on to. */
function wayIn(directory: Directory, path: string): [string, string | undefined][] {
  return new AncestorFinder(ME, ACCOUNTS).find(directory.at(path)).ancestors
    .filter((ancestor) => ancestor.directory.startsWith(directory.path))
    .map(({ directory: from, next }) => [
      from.slice(directory.path.length),
      next?.path.slice(directory.path.length),
    ]);
}

Deno.test("the way begins at the root and ends with the directory", () => {
  using directory = makeDirectory();
  Deno.mkdirSync(directory.at("a/b"), { recursive: true, mode: 0o750 });
  const { ancestors } = new AncestorFinder(ME, ACCOUNTS).find(directory.at("a/b"));
  assert.equal(ancestors[0]?.directory, "/");
  const { uid, gid, mode, next } = ancestors.at(-1) ?? {};
  assert.deepEqual([uid, gid, mode, next], [ME, Deno.gid(), 0o750, undefined]);
  assert.deepEqual(wayIn(directory, "a/b"), [["", "/a"], ["/a", "/a/b"], ["/a/b", undefined]]);
});

Deno.test("links are followed, and their directories are ancestors too", () => {
  using directory = makeDirectory();
  Deno.mkdirSync(directory.at("real/deep/er"), { recursive: true });
  Deno.mkdirSync(directory.at("links"));
  Deno.symlinkSync("../real/deep", directory.at("links/relative"));
  Deno.symlinkSync(directory.at("links/relative/../deep"), directory.at("absolute"));
  assert.deepEqual(wayIn(directory, "links/relative/er"), [
    ["", "/links"],
    ["/links", "/links/relative"],
    ["", "/real"],
    ["/real", "/real/deep"],
    ["/real/deep", "/real/deep/er"],
    ["/real/deep/er", undefined],
  ]);
  const directories = new Set(wayIn(directory, "absolute").map(([from]) => from));
  assert.deepEqual([...directories].sort(), ["", "/links", "/real", "/real/deep"]);
});

Deno.test("a way that leads nowhere ends with the last directory", () => {
  using directory = makeDirectory();
  Deno.symlinkSync("loop", directory.at("loop"));
  Deno.symlinkSync("none/more", directory.at("dangling"));
  assert.deepEqual(wayIn(directory, "none/more").at(-1), ["", undefined]);
  assert.deepEqual(wayIn(directory, "dangling").at(-1), ["", undefined]);
  assert.equal(wayIn(directory, "loop/x").at(-1)?.[1], "/loop");
});

rootTest("the owners of ancestors are returned", () => {
  using directory = makeDirectory();
  const [finder, other] = [new AncestorFinder(0, ACCOUNTS), new AncestorFinder(1001, ACCOUNTS)];
  Deno.mkdirSync(directory.at("theirs/sub"), { recursive: true });
  Deno.chownSync(directory.at("theirs"), 1001, 1002);
  const ancestors = finder.find(directory.at("theirs/sub"));
  assert.deepEqual([ancestors.isForeign, [...finder.owners]], [true, [1001]]);
  const { uid, gid, owner } = ancestors.ancestors.at(-2) ?? {};
  assert.deepEqual([uid, gid, owner], [1001, 1002, "1001"]);
  assert.equal(finder.find(directory.path).isForeign, false);
  assert.equal(other.find(directory.at("theirs/sub")).isForeign, false);
});

Deno.test("parseOwnGroups() reads users by their numbers, the first of two", () => {
  const text = "root:x:0:0::/:/bin/sh\npg:x:26:260::/:\n+nis\nagain:x:26:1::/:\nbad:x:x:1::/:\n";
  assert.deepEqual([...parseOwnGroups(text)], [[0, 0], [26, 260]]);
});

Deno.test("links that lead through one another again and again are passed once", () => {
  using directory = makeDirectory();
  Deno.mkdirSync(directory.at("sub"));
  Deno.symlinkSync("sub", directory.at("l0"));
  for (let at = 1; at <= 36; at++) {
    Deno.symlinkSync(`l${at - 1}/../l${at - 1}`, directory.at(`l${at}`));
  }
  const ancestors = wayIn(directory, "l36");
  assert.ok(ancestors.length < 50, String(ancestors.length));
  assert.deepEqual(ancestors.at(-1), ["/sub", undefined]);
});
