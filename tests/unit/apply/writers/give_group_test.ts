import assert from "node:assert/strict";
import { giveGroup } from "../../../../lib/apply/writers/give_group.ts";
import {
  errorOf,
  type Folder,
  makeFolder,
  modeOf,
  ownersOf,
  rootTest,
} from "../../../support/rig.ts";

const USER = 61001;
const GROUP = 61007;
const CONTENT = new TextEncoder().encode("x");

function give(folder: Folder, name = "new"): void {
  giveGroup(folder.at(name), { uid: USER, gid: GROUP, mode: 0o640, content: CONTENT });
}

rootTest("giveGroup() gives group and mode to a file of the user", () => {
  using folder = makeFolder();
  folder.write("new", "x", 0o600);
  Deno.chownSync(folder.at("new"), USER, USER);
  give(folder);
  assert.deepEqual([ownersOf(folder.at("new")), modeOf(folder.at("new"))], [[USER, GROUP], "640"]);
});

rootTest("giveGroup() leaves a file of root's, by whatever name", () => {
  using folder = makeFolder();
  folder.write("roots", "x", 0o600);
  Deno.linkSync(folder.at("roots"), folder.at("new"));
  const message = "somebody has put something else in the place of the new file";
  assert.equal(errorOf(() => give(folder)).message, message);
  Deno.removeSync(folder.at("new"));
  assert.equal(errorOf(() => give(folder, "roots")).message, message);
  Deno.symlinkSync(folder.at("roots"), folder.at("new"));
  // Which of the two depends on the permissions with which the tests run.
  assert.match(errorOf(() => give(folder)).message, /^(ELOOP|somebody has put something else)/);
  assert.deepEqual([ownersOf(folder.at("roots")), modeOf(folder.at("roots"))], [[0, 0], "600"]);
});

rootTest("giveGroup() leaves what is no file, or has a second name, and waits for nothing", () => {
  using folder = makeFolder();
  folder.write("file", "x");
  Deno.linkSync(folder.at("file"), folder.at("second"));
  Deno.mkdirSync(folder.at("folder"));
  new Deno.Command("mkfifo", { args: [folder.at("pipe")] }).outputSync();
  for (const name of ["file", "folder", "pipe"]) {
    Deno.chownSync(folder.at(name), USER, USER);
    assert.match(errorOf(() => give(folder, name)).message, /^somebody has put something else/);
    assert.deepEqual(ownersOf(folder.at(name)), [USER, USER]);
  }
});

rootTest(
  "giveGroup() leaves another file of the user's, which a member of the group put there",
  () => {
    using folder = makeFolder();
    for (const text of ["y", "xy", ""]) {
      folder.write("new", text, 0o600);
      Deno.chownSync(folder.at("new"), USER, USER);
      assert.match(errorOf(() => give(folder)).message, /^somebody has put something else/);
      assert.deepEqual([ownersOf(folder.at("new")), modeOf(folder.at("new"))], [
        [USER, USER],
        "600",
      ]);
    }
  },
);
