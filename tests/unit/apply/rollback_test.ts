/** What a deployment replaced is kept, and rolled back if no service validates the new files. */
import assert from "node:assert/strict";
import { lstatSync } from "node:fs";
import { type Deployment, NotDeployedError } from "../../../lib/apply/deploy.ts";
import { removeKept, rollBack, rollBackInterrupted } from "../../../lib/apply/rollback.ts";
import { type Directory, makeDirectory, modeOf, rejectionOf, rootTest } from "../../support/rig.ts";
import { factsOf, pair, RECORD, run, target, writeOld, WRITERS } from "./deployments.ts";

Deno.test("what is replaced is kept by a second name, never by a copy", async () => {
  using directory = makeDirectory();
  writeOld(directory);
  const before = lstatSync(directory.at("web.key")).ino;
  await run(pair(directory));
  assert.deepEqual(directory.tree(), [
    ".web.crt.vcm-old",
    ".web.key.vcm-old",
    "web.crt",
    "web.key",
  ]);
  assert.equal(lstatSync(directory.at(".web.key.vcm-old")).ino, before);
  assert.equal(modeOf(directory.at(".web.key.vcm-old")), "400");
  assert.equal(directory.read("web.key"), "new privkey\n");
});

Deno.test("nothing stays beside the targets if nobody validates the new files", async () => {
  using directory = makeDirectory();
  writeOld(directory);
  assert.deepEqual(
    await run(pair(directory), {
      revocable: false,
      beforeFirstRename: (replaced) => assert.deepEqual(replaced, []),
    }),
    [],
  );
  assert.deepEqual(directory.tree(), ["web.crt", "web.key"]);
});

Deno.test("rollBack() gives the very files back: inode, times, mode and all", async () => {
  using directory = makeDirectory();
  writeOld(directory);
  const facts = () => ["web.crt", "web.key"].map((name) => factsOf(directory.at(name)));
  const before = facts();
  await rollBack(await run(pair(directory)), WRITERS);
  assert.deepEqual(facts(), before);
  assert.deepEqual(directory.tree(), ["web.crt", "web.key"]);
  assert.deepEqual([directory.read("web.crt"), directory.read("web.key")], [
    "old cert\n",
    "old key\n",
  ]);
});

rootTest("rollBack() gives owner and group back", async () => {
  using directory = makeDirectory();
  writeOld(directory);
  Deno.chownSync(directory.at("web.key"), 1001, 1002);
  const before = factsOf(directory.at("web.key"));
  const targets = [target(directory.at("web.key"), { uid: 7, gid: 8 })];
  const replaced = await run(targets);
  assert.deepEqual([factsOf(directory.at("web.key")).uid, factsOf(directory.at("web.key")).gid], [
    7,
    8,
  ]);
  await rollBack(replaced, WRITERS);
  assert.deepEqual(factsOf(directory.at("web.key")), before);
});

Deno.test("rollBack() removes files if there were none", async () => {
  using directory = makeDirectory();
  directory.write("web.crt", "old cert\n");
  const replaced = await run(pair(directory));
  assert.deepEqual(directory.tree(), [".web.crt.vcm-old", "web.crt", "web.key"]);
  await rollBack(replaced, WRITERS);
  assert.deepEqual(directory.tree(), ["web.crt"]);
  assert.equal(directory.read("web.crt"), "old cert\n");
});

Deno.test("rollBack() leaves directories that were made for the new files, which are empty then", async () => {
  using directory = makeDirectory();
  const targets = [target(directory.at("a/web.crt"), { createDirs: true })];
  await rollBack(await run(targets), WRITERS);
  assert.deepEqual(directory.tree(), ["a/"]);
});

Deno.test("rollBack() gives a link back as a link, wherever it leads", async () => {
  for (const aim of ["elsewhere", "nowhere"]) {
    using directory = makeDirectory();
    directory.write("elsewhere", "mine", 0o604);
    Deno.symlinkSync(aim, directory.at("web.crt"));
    const targets = [target(directory.at("web.crt"))];
    const replaced = await run(targets);
    assert.equal(lstatSync(directory.at("web.crt")).isFile(), true);
    await rollBack(replaced, WRITERS);
    assert.equal(Deno.readLinkSync(directory.at("web.crt")), aim);
    assert.deepEqual([directory.read("elsewhere"), modeOf(directory.at("elsewhere"))], [
      "mine",
      "604",
    ]);
    assert.deepEqual(directory.tree(), ["elsewhere", "web.crt"]);
  }
});

Deno.test("rollBack() leaves the other names of a file alone", async () => {
  using directory = makeDirectory();
  directory.write("web.crt", "old cert\n");
  Deno.linkSync(directory.at("web.crt"), directory.at("other"));
  const targets = [target(directory.at("web.crt"))];
  const replaced = await run(targets);
  assert.equal(directory.read("other"), "old cert\n");
  await rollBack(replaced, WRITERS);
  assert.equal(factsOf(directory.at("web.crt")).ino, factsOf(directory.at("other")).ino);
  assert.equal(factsOf(directory.at("other")).nlink, 2);
});

Deno.test("rollBack() tries all files, and names those that could not be restored", async () => {
  using directory = makeDirectory();
  writeOld(directory);
  const replaced = await run(pair(directory));
  Deno.removeSync(directory.at("web.crt"));
  directory.write("web.crt/in-the-way", "x");
  const { message } = await rejectionOf(rollBack(replaced, WRITERS));
  assert.match(message, new RegExp(`^Cannot roll back "${directory.at("web.crt")}": [a-z ]+$`));
  assert.equal(directory.read("web.key"), "old key\n");
});

Deno.test("rollBack() removes no file whose old one has gone", async () => {
  using directory = makeDirectory();
  writeOld(directory);
  const replaced = await run(pair(directory));
  Deno.removeSync(directory.at(".web.key.vcm-old"));
  const { message } = await rejectionOf(rollBack(replaced, WRITERS));
  assert.equal(message, `Cannot roll back "${directory.at("web.key")}": no such file or directory`);
  assert.equal(directory.read("web.key"), "new privkey\n");
  assert.equal(directory.read("web.crt"), "old cert\n");
});

Deno.test("rollBackInterrupted() does the rest of what a killed run began to roll back", async () => {
  using directory = makeDirectory();
  directory.write("web.crt", "old cert\n");
  directory.write("web.key", "old key\n");
  const three = [...pair(directory), target(directory.at("web.pem"))];
  const replaced = await run(three);
  // One is back, two are not.
  await rollBack(replaced.slice(0, 1), WRITERS);
  await rollBackInterrupted(replaced, RECORD, WRITERS);
  assert.deepEqual(directory.tree(), ["web.crt", "web.key"]);
  assert.deepEqual([directory.read("web.crt"), directory.read("web.key")], [
    "old cert\n",
    "old key\n",
  ]);
  await rollBackInterrupted(replaced, RECORD, WRITERS);
  assert.deepEqual(directory.tree(), ["web.crt", "web.key"]);
});

Deno.test("removeKept() leaves the new files alone in the directory", async () => {
  using directory = makeDirectory();
  writeOld(directory);
  await run(pair(directory));
  await removeKept(pair(directory), WRITERS);
  assert.deepEqual(directory.tree(), ["web.crt", "web.key"]);
  assert.equal(directory.read("web.crt"), "new cert\n");
  // Once more, and if there was nothing to keep.
  await removeKept(pair(directory), WRITERS);
});

Deno.test("an old file of an interrupted run is not restored", async () => {
  using directory = makeDirectory();
  directory.write(".web.crt.vcm-old", "ancient\n");
  const targets = [target(directory.at("web.crt"))];
  await rollBack(await run(targets), WRITERS);
  assert.deepEqual(directory.tree(), []);
});

/** What goes wrong before the first file is replaced, and the call that makes it go wrong. */
const BEFORE: Readonly<Record<string, (directory: Directory) => Partial<Deployment>>> = {
  "a pending action cannot be written": () => ({
    beforeFirstRename: () => {
      throw new Error("no space for the record");
    },
  }),
  "a content cannot be had": () => ({
    content: ({ what }) => {
      if (what === "privkey") throw new Error("it is gone");
      return "new\n";
    },
  }),
  "the first rename fails": (directory) => ({
    beforeFirstRename: () => {
      Deno.removeSync(directory.at("web.crt"));
      directory.write("web.crt/in-the-way", "x");
    },
  }),
  "a directory stands in the kept file's way": (directory) => {
    directory.write(".web.key.vcm-old/in-the-way", "x");
    return {};
  },
};

for (const [what, change] of Object.entries(BEFORE)) {
  Deno.test(`nothing is left beside the targets if ${what}`, async () => {
    using directory = makeDirectory();
    writeOld(directory);
    const before = factsOf(directory.at("web.key"));
    const error = await rejectionOf(run(pair(directory), change(directory)));
    assert.ok(error instanceof NotDeployedError, error.message);
    assert.deepEqual(
      directory.tree().filter((name) => /^\.[^/]*$/.test(name)),
      [],
    );
    assert.deepEqual(factsOf(directory.at("web.key")), before);
  });
}

Deno.test("if a later rename fails, what was replaced is back, and nothing beside it", async () => {
  using directory = makeDirectory();
  writeOld(directory);
  const before = factsOf(directory.at("web.crt"));
  const error = await rejectionOf(run(pair(directory), {
    beforeFirstRename: () => {
      Deno.removeSync(directory.at("web.key"));
      directory.write("web.key/in-the-way", "x");
    },
  }));
  assert.ok(error instanceof NotDeployedError);
  assert.deepEqual(factsOf(directory.at("web.crt")), before);
  assert.deepEqual(directory.tree(), ["web.crt", "web.key/", "web.key/in-the-way"]);
});
