import assert from "node:assert/strict";
import { PARTS } from "../../../lib/certificate/types.ts";
import { lookUpAccounts } from "../../../lib/host/accounts.ts";
import { type BundleTools, observeBundle } from "../../../lib/observe/bundle.ts";
import type { Expected } from "../../../lib/observe/expected.ts";
import { READER } from "../../../lib/host/read.ts";
import { DirectoryCache } from "../../../lib/observe/target.ts";
import { AncestorFinder } from "../../../lib/host/path_ancestors.ts";
import type { Presence } from "../../../lib/host/types.ts";
import type { Replaced } from "../../../lib/store/types.ts";
import type { BundleObservation } from "../../../lib/observe/types.ts";
import { makeBundleTarget } from "../../support/fixtures.ts";
import { type Directory, makeDirectory, rootTest } from "../../support/rig.ts";

const ACCOUNTS = await lookUpAccounts([], []);
const [A, B, C] = ["a", "b", "c"].map((digit) => `.web.vcm-${digit.repeat(16)}`) as [
  string,
  string,
  string,
];

/** What each file should hold: one text for all. */
function expectText(wanted: string): Presence<Expected> {
  const compare = (path: string) => ({
    kind: "present" as const,
    value: { sameContent: Deno.readTextFileSync(path) === wanted },
  });
  return { kind: "present", value: { limit: 100, compare } };
}

function look(
  directory: Directory,
  pendingValidation: readonly Replaced[] = [],
  expected: BundleTools["expected"] = () => expectText("new"),
): BundleObservation {
  const spec = makeBundleTarget(directory.at("web"));
  const directories = new DirectoryCache(new AncestorFinder(Deno.uid() ?? 0, ACCOUNTS), READER);
  return observeBundle(spec, { expected, directories, accounts: ACCOUNTS, pendingValidation });
}

function writeSet(directory: Directory, name: string, text: string): void {
  for (const part of PARTS) directory.write(`${name}/${part}.pem`, text);
}

/** Sets the link, by one rename where there is one. */
function link(directory: Directory, text: string, name = "web"): void {
  Deno.symlinkSync(text, directory.at("made"));
  Deno.renameSync(directory.at("made"), directory.at(name));
}

function strays(seen: BundleObservation): string[] {
  return seen.strays.map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
}

function fileOf({ file }: BundleObservation) {
  assert.ok(file.kind === "present", Deno.inspect(file));
  return file.value;
}

function setOf({ link }: BundleObservation) {
  assert.ok(link.kind === "set", Deno.inspect(link));
  return link;
}

Deno.test("a set behind a link of ours is seen as a whole, and changed last when any file was", () => {
  using directory = makeDirectory();
  writeSet(directory, A, "new");
  link(directory, A);
  const before = fileOf(look(directory));
  assert.deepEqual([before.type, before.sameContent], ["bundle", true]);
  directory.write(`${A}/chain.pem`, "other");
  const after = fileOf(look(directory));
  assert.equal(after.sameContent, false);
  const changed = Deno.lstatSync(directory.at(`${A}/chain.pem`)).ctime?.getTime();
  assert.equal(after.changedAt, changed);
});

Deno.test("if a run switches the link in between, the new set is observed", () => {
  using directory = makeDirectory();
  writeSet(directory, A, "old");
  writeSet(directory, B, "new");
  link(directory, A);
  let looks = 0;
  const seen = look(directory, [], (part) => {
    if (part === "fullchain" && looks++ === 0) {
      link(directory, B);
      Deno.removeSync(directory.at(A), { recursive: true });
    }
    return expectText("new");
  });
  assert.deepEqual([fileOf(seen).sameContent, setOf(seen).directory], [true, B]);
});

Deno.test("links of others are told with what they say, and no set counts as stray then", () => {
  using directory = makeDirectory();
  writeSet(directory, A, "new");
  for (const text of ["/nowhere", `sub/${A}`, `../${A}`, ".api.vcm-" + "a".repeat(16)]) {
    link(directory, text);
    const seen = look(directory);
    assert.equal(fileOf(seen).type, "symlink");
    assert.deepEqual(seen.link, { kind: "foreign", text });
    assert.deepEqual(strays(seen), []);
  }
});

Deno.test("a link that was created again to the same directory counts as VCM's", () => {
  using directory = makeDirectory();
  writeSet(directory, A, "new");
  for (const text of [directory.at(A), `./${A}`]) {
    link(directory, text);
    const seen = look(directory);
    assert.deepEqual([fileOf(seen).type, setOf(seen).directory], ["bundle", A]);
    assert.deepEqual(strays(seen), []);
  }
});

rootTest("a set's directory that belongs to another user is reported with both owners", () => {
  using directory = makeDirectory();
  writeSet(directory, A, "new");
  link(directory, A);
  assert.equal(setOf(look(directory)).otherOwner, undefined);
  Deno.chownSync(directory.at(A), 4321, null);
  assert.deepEqual(setOf(look(directory)).otherOwner, { is: "4321", should: "root" });
});

Deno.test("only directories of this bundle that no link names are unused", () => {
  using directory = makeDirectory();
  for (const name of [A, B, "..web.vcm-set.vcm-new", ".api.vcm-" + "a".repeat(16), ".web.vcm-x"]) {
    writeSet(directory, name, "new");
  }
  directory.write(C, "no directory");
  directory.write(`${B}/mine`, "");
  link(directory, A);
  const seen = look(directory);
  assert.deepEqual(strays(seen), ["..web.vcm-set.vcm-new", B]);
  assert.deepEqual(seen.strays.map(({ foreign }) => foreign), [undefined, "mine"]);
});

Deno.test("a set that will be rolled back stays, and the one that no service validated goes", () => {
  using directory = makeDirectory();
  writeSet(directory, A, "old");
  writeSet(directory, B, "new");
  link(directory, B);
  link(directory, A, ".web.vcm-old");
  const path = directory.at("web");
  assert.deepEqual(strays(look(directory, [{ path, kept: true }])), [B]);
  assert.deepEqual(strays(look(directory)), [A]);
  Deno.removeSync(directory.at(".web.vcm-old"));
  assert.deepEqual(strays(look(directory, [{ path, kept: true }])), [A]);
  assert.deepEqual(strays(look(directory, [{ path, kept: false }])), [A, B]);
});
