import assert from "node:assert/strict";
import { giveGroup } from "../../../../lib/apply/writers/give_group.ts";
import {
  type Directory,
  errorOf,
  makeDirectory,
  modeOf,
  ownersOf,
  rootTest,
} from "../../../support/rig.ts";

const USER = 61001;
const GROUP = 61007;
const CONTENT = new TextEncoder().encode("x");

function give(directory: Directory, name = "new"): void {
  giveGroup(directory.at(name), { uid: USER, gid: GROUP, mode: 0o640, content: CONTENT });
}

rootTest("giveGroup() gives group and mode to a file of the user", () => {
  using directory = makeDirectory();
  directory.write("new", "x", 0o600);
  Deno.chownSync(directory.at("new"), USER, USER);
  give(directory);
  assert.deepEqual([ownersOf(directory.at("new")), modeOf(directory.at("new"))], [
    [USER, GROUP],
    "640",
  ]);
});

rootTest("giveGroup() leaves a file of root's, by whatever name", () => {
  using directory = makeDirectory();
  directory.write("roots", "x", 0o600);
  Deno.linkSync(directory.at("roots"), directory.at("new"));
  const message = "another file has taken the place of the new file";
  assert.equal(errorOf(() => give(directory)).message, message);
  Deno.removeSync(directory.at("new"));
  assert.equal(errorOf(() => give(directory, "roots")).message, message);
  Deno.symlinkSync(directory.at("roots"), directory.at("new"));
  // Which of the two depends on the permissions with which the tests run.
  assert.match(errorOf(() => give(directory)).message, /^(ELOOP|another file has taken)/);
  assert.deepEqual([ownersOf(directory.at("roots")), modeOf(directory.at("roots"))], [
    [0, 0],
    "600",
  ]);
});

rootTest(
  "giveGroup() leaves anything that is not a file, or has a second name, and never blocks",
  () => {
    using directory = makeDirectory();
    directory.write("file", "x");
    Deno.linkSync(directory.at("file"), directory.at("second"));
    Deno.mkdirSync(directory.at("directory"));
    new Deno.Command("mkfifo", { args: [directory.at("pipe")] }).outputSync();
    for (const name of ["file", "directory", "pipe"]) {
      Deno.chownSync(directory.at(name), USER, USER);
      assert.match(errorOf(() => give(directory, name)).message, /^another file has taken/);
      assert.deepEqual(ownersOf(directory.at(name)), [USER, USER]);
    }
  },
);

rootTest(
  "giveGroup() leaves another file of the user's, which a member of the group put there",
  () => {
    using directory = makeDirectory();
    for (const text of ["y", "xy", ""]) {
      directory.write("new", text, 0o600);
      Deno.chownSync(directory.at("new"), USER, USER);
      assert.match(errorOf(() => give(directory)).message, /^another file has taken/);
      assert.deepEqual([ownersOf(directory.at("new")), modeOf(directory.at("new"))], [
        [USER, USER],
        "600",
      ]);
    }
  },
);
