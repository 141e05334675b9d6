import assert from "node:assert/strict";
import { PARTS } from "../../../lib/certificate/types.ts";
import { type TargetSpec } from "../../../lib/config/types.ts";
import { lookUpAccounts } from "../../../lib/host/accounts.ts";
import { type BundleWish, observeBundle } from "../../../lib/observe/bundle.ts";
import type { Expected } from "../../../lib/observe/expected.ts";
import { READER } from "../../../lib/host/read.ts";
import { FolderCache } from "../../../lib/observe/target.ts";
import { WayFinder } from "../../../lib/host/path_ancestors.ts";
import type { Presence } from "../../../lib/host/types.ts";
import type { Replaced } from "../../../lib/store/types.ts";
import type { TargetObservation } from "../../../lib/observe/types.ts";
import { type Folder, makeFolder, rootTest } from "../../support/rig.ts";

const ACCOUNTS = await lookUpAccounts([], []);
const [A, B, C] = ["a", "b", "c"].map((digit) => `.web.vcm-${digit.repeat(16)}`) as [
  string,
  string,
  string,
];

/** What each file should hold: one text for all. */
function expectText(wanted: string): Presence<Expected> {
  const judge = (path: string) => ({
    kind: "present" as const,
    value: { sameContent: Deno.readTextFileSync(path) === wanted },
  });
  return { kind: "present", value: { limit: 100, judge } };
}

function look(
  folder: Folder,
  unjudged: readonly Replaced[] = [],
  expected: BundleWish["expected"] = () => expectText("new"),
): TargetObservation {
  const spec: TargetSpec = { what: "bundle", path: folder.at("web"), createDirs: false };
  const folders = new FolderCache(new WayFinder(Deno.uid() ?? 0, ACCOUNTS), READER);
  return observeBundle(spec, { expected, folders, accounts: ACCOUNTS, unjudged });
}

function writeSet(folder: Folder, name: string, text: string): void {
  for (const part of PARTS) folder.write(`${name}/${part}.pem`, text);
}

/** Sets the link, by one rename where there is one. */
function link(folder: Folder, text: string, name = "web"): void {
  Deno.symlinkSync(text, folder.at("made"));
  Deno.renameSync(folder.at("made"), folder.at(name));
}

function strays(seen: TargetObservation): string[] {
  return (seen.bundle?.strays ?? []).map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
}

function fileOf({ file }: TargetObservation) {
  assert.ok(file.kind === "present", Deno.inspect(file));
  return file.value;
}

Deno.test("a set behind a link of ours is seen as a whole, and changed last when any file was", () => {
  using folder = makeFolder();
  writeSet(folder, A, "new");
  link(folder, A);
  const before = fileOf(look(folder));
  assert.deepEqual([before.type, before.sameContent], ["bundle", true]);
  folder.write(`${A}/chain.pem`, "other");
  const after = fileOf(look(folder));
  assert.equal(after.sameContent, false);
  const changed = Deno.lstatSync(folder.at(`${A}/chain.pem`)).ctime?.getTime();
  assert.equal(after.changedAt, changed);
});

Deno.test("where a run switches the link in between, the new set is what is seen", () => {
  using folder = makeFolder();
  writeSet(folder, A, "old");
  writeSet(folder, B, "new");
  link(folder, A);
  let looks = 0;
  const seen = look(folder, [], (part) => {
    if (part === "fullchain" && looks++ === 0) {
      link(folder, B);
      Deno.removeSync(folder.at(A), { recursive: true });
    }
    return expectText("new");
  });
  assert.deepEqual([fileOf(seen).sameContent, seen.bundle?.folder], [true, B]);
});

Deno.test("links of others are told with what they say, and no set counts as stray then", () => {
  using folder = makeFolder();
  writeSet(folder, A, "new");
  for (const text of ["/nowhere", `sub/${A}`, `../${A}`, ".api.vcm-" + "a".repeat(16)]) {
    link(folder, text);
    const seen = look(folder);
    assert.deepEqual([fileOf(seen).type, seen.bundle?.foreignLink], ["symlink", text]);
    assert.deepEqual(strays(seen), []);
  }
});

Deno.test("a link that somebody made anew, with the folder in it, is as good as ours", () => {
  using folder = makeFolder();
  writeSet(folder, A, "new");
  for (const text of [folder.at(A), `./${A}`]) {
    link(folder, text);
    const seen = look(folder);
    assert.deepEqual([fileOf(seen).type, seen.bundle?.folder], ["bundle", A]);
    assert.deepEqual(strays(seen), []);
  }
});

rootTest("a set's folder that belongs to another user is told with both owners", () => {
  using folder = makeFolder();
  writeSet(folder, A, "new");
  link(folder, A);
  assert.equal(look(folder).bundle?.folderOwner, undefined);
  Deno.chownSync(folder.at(A), 4321, null);
  assert.deepEqual(look(folder).bundle?.folderOwner, { is: "4321", should: "root" });
});

Deno.test("what no link leads to is stray, and other bundles' folders and what is no folder are not", () => {
  using folder = makeFolder();
  for (const name of [A, B, "..web.vcm-set.vcm-new", ".api.vcm-" + "a".repeat(16), ".web.vcm-x"]) {
    writeSet(folder, name, "new");
  }
  folder.write(C, "no folder");
  folder.write(`${B}/mine`, "");
  link(folder, A);
  const seen = look(folder);
  assert.deepEqual(strays(seen), ["..web.vcm-set.vcm-new", B]);
  assert.deepEqual(seen.bundle?.strays.map(({ foreign }) => foreign), [undefined, "mine"]);
});

Deno.test("where a set is to be put back, it stays, and the one that nobody judged goes", () => {
  using folder = makeFolder();
  writeSet(folder, A, "old");
  writeSet(folder, B, "new");
  link(folder, B);
  link(folder, A, ".web.vcm-old");
  const path = folder.at("web");
  assert.deepEqual(strays(look(folder, [{ path, kept: true }])), [B]);
  assert.deepEqual(strays(look(folder)), [A]);
  Deno.removeSync(folder.at(".web.vcm-old"));
  assert.deepEqual(strays(look(folder, [{ path, kept: true }])), [A]);
  assert.deepEqual(strays(look(folder, [{ path, kept: false }])), [A, B]);
});
