/** Files that services have yet to validate: what they replaced is kept, and can be rolled back. */
import assert from "node:assert/strict";
import { lchownSync, lstatSync } from "node:fs";
import {
  deploy,
  type Deployment,
  HalfDeployedError,
  NotDeployedError,
} from "../../../lib/apply/deploy.ts";
import { removeKept, rollBack, rollBackInterrupted } from "../../../lib/apply/rollback.ts";
import { Writers } from "../../../lib/apply/writers/writers.ts";
import type { Replaced } from "../../../lib/store/types.ts";
import type { FileStep } from "../../../lib/plan/types.ts";
import { type Directory, makeDirectory, modeOf, rejectionOf, rootTest } from "../../support/rig.ts";

const WRITERS = new Writers();

/** Where the record of an interrupted run lies. */
const RECORD = "/store/.pending-validation-web";

function target(path: string, change: Partial<FileStep> = {}): FileStep {
  const what = path.endsWith(".key") ? "privkey" : "cert";
  const mode = what === "privkey" ? 0o600 : 0o644;
  return { what, path, drift: [{ kind: "content" }], mode, createDirs: false, ...change };
}

function pair(directory: Directory): [FileStep, FileStep] {
  return [target(directory.at("web.crt")), target(directory.at("web.key"))];
}

function run(
  targets: readonly FileStep[],
  change: Partial<Deployment> = {},
): Promise<readonly Replaced[]> {
  return deploy({
    targets,
    revocable: true,
    content: ({ what }) => `new ${what}\n`,
    beforeFirstRename: () => {},
    afterRename: () => {},
    ...change,
  }, WRITERS);
}

/** All that a program may look at, but for the time of the last change of the inode. */
function factsOf(path: string) {
  const { ino, mtimeMs, uid, gid, mode, nlink, size } = lstatSync(path);
  return { ino, mtimeMs, uid, gid, mode, nlink, size };
}

/** A pair of files with modes and times of their own. */
function writeOld(directory: Directory): void {
  directory.write("web.crt", "old cert\n", 0o640);
  directory.write("web.key", "old key\n", 0o400);
  for (const name of ["web.crt", "web.key"]) Deno.utimeSync(directory.at(name), 1000, 2000);
}

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
  // Once more, and where there was nothing to keep.
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
      throw new Error("no space for the marker");
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

/** What a stranger's file holds. */
const THEIRS = "a stranger's\n";

/** A stranger's file under the name of what was kept. */
const SWAPS: Readonly<Record<string, (directory: Directory, path: string) => void>> = {
  "another file": (directory, path) => {
    Deno.writeTextFileSync(directory.at("theirs"), THEIRS);
    Deno.renameSync(directory.at("theirs"), path);
  },
  "a link to another file": (directory, path) => {
    directory.write("other.key", THEIRS);
    Deno.renameSync(path, directory.at("held"));
    Deno.symlinkSync(directory.at("other.key"), path);
  },
  "a hard link to another file": (directory, path) => {
    directory.write("other.key", THEIRS);
    Deno.renameSync(path, directory.at("held"));
    Deno.linkSync(directory.at("other.key"), path);
  },
  "a directory": (directory, path) => {
    Deno.renameSync(path, directory.at("held"));
    Deno.mkdirSync(path);
  },
};

for (const [what, swap] of Object.entries(SWAPS)) {
  for (const inPlace of [false, true]) {
    const how = inPlace ? "written through" : "renamed";
    Deno.test(`${what} in the place of what was kept is left, and not ${how}`, async () => {
      using directory = makeDirectory();
      writeOld(directory);
      const [cert, key] = pair(directory);
      const replaced = await run([cert, { ...key, mode: 0o400, inPlace }]);
      const old = directory.at(".web.key.vcm-old");
      swap(directory, old);
      const before = factsOf(old);
      const said =
        `Cannot roll back "${key.path}": "${old}" is not the file that VCM kept, so VCM ` +
        `does not restore it; look at it: ls -ld ${old}`;
      assert.equal((await rejectionOf(rollBack(replaced, WRITERS))).message, said);
      const rest = await rejectionOf(rollBackInterrupted(replaced.slice(1), RECORD, WRITERS));
      assert.equal(rest.message, `${said}; to keep what is there now: rm ${RECORD}`);
      assert.equal(directory.read("web.key"), "new privkey\n");
      assert.equal(directory.read("web.crt"), "old cert\n");
      assert.deepEqual(factsOf(old), before);
    });
  }
}

Deno.test("what a killed run has restored already is not restored again from a stranger's file", async () => {
  using directory = makeDirectory();
  writeOld(directory);
  const before = factsOf(directory.at("web.key"));
  const replaced = await run(pair(directory));
  await rollBack(replaced, WRITERS);
  // The record of it is still there.
  directory.write(".web.key.vcm-old", THEIRS);
  await rollBackInterrupted(replaced, RECORD, WRITERS);
  assert.deepEqual(factsOf(directory.at("web.key")), before);
  assert.equal(directory.read(".web.key.vcm-old"), THEIRS);
});

Deno.test("what was kept is known again if its device got another number", async () => {
  using directory = makeDirectory();
  writeOld(directory);
  // As a file system without numbers of its own gets it when it is mounted again.
  const replaced = (await run(pair(directory))).map((one) => ({
    ...one,
    ...(one.identity !== undefined && { identity: one.identity.replace(/^\d+/, "4711") }),
  }));
  await rollBackInterrupted(replaced, RECORD, WRITERS);
  assert.equal(directory.read("web.key"), "old key\n");
});

Deno.test("a file whose kept one is gone is not called rolled back", async () => {
  using directory = makeDirectory();
  writeOld(directory);
  const replaced = await run(pair(directory));
  const old = directory.at(".web.key.vcm-old");
  Deno.removeSync(old);
  const { message } = await rejectionOf(rollBackInterrupted(replaced, RECORD, WRITERS));
  assert.equal(
    message,
    `Cannot roll back "${directory.at("web.key")}": the file that was kept as "${old}" is gone; ` +
      `to keep what is there now: rm ${RECORD}`,
  );
});

Deno.test("a record without inodes restores what is kept, and a rollback never does", async () => {
  using directory = makeDirectory();
  writeOld(directory);
  const noted = (await run(pair(directory))).map(({ identity: _, ...rest }) => rest);
  const { message } = await rejectionOf(rollBack(noted, WRITERS));
  assert.equal(
    message,
    `Cannot roll back "${directory.at("web.crt")}": no copy of it was kept; ` +
      `"${directory.at("web.key")}": no copy of it was kept`,
  );
  assert.equal(directory.read("web.key"), "new privkey\n");
  await rollBackInterrupted(noted, RECORD, WRITERS);
  assert.deepEqual([directory.read("web.crt"), directory.read("web.key")], [
    "old cert\n",
    "old key\n",
  ]);
});

Deno.test("a link that was in the place of a file that is written through comes back as a link", async () => {
  using directory = makeDirectory();
  directory.write("elsewhere", THEIRS);
  Deno.symlinkSync(directory.at("elsewhere"), directory.at("web.crt"));
  const targets = [target(directory.at("web.crt"), { inPlace: true })];
  await rollBack(await run(targets), WRITERS);
  assert.equal(Deno.readLinkSync(directory.at("web.crt")), directory.at("elsewhere"));
  assert.equal(directory.read("elsewhere"), THEIRS);
});

Deno.test("what could not be kept is said, and nothing else takes its place when a rename fails", async () => {
  using directory = makeDirectory();
  writeOld(directory);
  const [cert, key] = pair(directory);
  const third = target(directory.at("web.pem"));
  directory.write(".web.crt.vcm-old/in-the-way", "x");
  const warnings: string[] = [];
  const error = await rejectionOf(run([cert, key, third], {
    revocable: false,
    warn: (message) => warnings.push(message),
    beforeFirstRename: () => {
      Deno.removeSync(directory.at(".web.crt.vcm-old"), { recursive: true });
      directory.write(".web.crt.vcm-old", THEIRS);
      directory.write("web.pem/in-the-way", "x");
    },
  }));
  assert.match(
    warnings.join("\n"),
    new RegExp(
      `^Cannot keep "${cert.path}" as "${
        directory.at(".web.crt.vcm-old")
      }": [a-z ]+; it cannot be ` +
        "rolled back if another file cannot be replaced$",
    ),
  );
  assert.ok(error instanceof HalfDeployedError, error.message);
  assert.ok(error.message.includes(`Cannot roll back "${cert.path}": no copy of it was kept`));
  assert.equal(directory.read("web.crt"), "new cert\n");
  assert.equal(directory.read("web.key"), "old key\n");
  assert.equal(directory.read(".web.crt.vcm-old"), THEIRS);
});

Deno.test("if there was nothing, a stranger's file beside it is not put there", async () => {
  using directory = makeDirectory();
  const targets = [target(directory.at("web.key"))];
  const replaced = await run(targets);
  directory.write(".web.key.vcm-old", THEIRS);
  await rollBack(replaced, WRITERS);
  assert.deepEqual(directory.tree(), [".web.key.vcm-old"]);
});

Deno.test("a new file that got the inode of what was kept is not taken for it", async () => {
  using directory = makeDirectory();
  writeOld(directory);
  const old = directory.at(".web.key.vcm-old");
  const replaced = await run(pair(directory));
  const { ino, birthtimeMs } = lstatSync(old);
  // As fine as file systems note it.
  while (Date.now() < birthtimeMs + 20);
  Deno.removeSync(old);
  for (let at = 0; at < 50 && (at === 0 || lstatSync(old).ino !== ino); at++) {
    if (at > 0) Deno.renameSync(old, directory.at(`tried-${at}`));
    directory.write(".web.key.vcm-old", THEIRS);
  }
  const { message } = await rejectionOf(rollBack(replaced, WRITERS));
  assert.ok(message.includes(`"${old}" is not the file that VCM kept`), message);
  assert.equal(directory.read("web.key"), "new privkey\n");
});

rootTest("a record without inodes restores no file of another user", async () => {
  for (const swap of ["file", "link"]) {
    using directory = makeDirectory();
    writeOld(directory);
    const [, key] = pair(directory);
    const [replaced] = await run([key]);
    const old = directory.at(".web.key.vcm-old");
    Deno.removeSync(old);
    if (swap === "file") directory.write(".web.key.vcm-old", THEIRS);
    else Deno.symlinkSync("web.crt", old);
    lchownSync(old, 1001, 1001);
    const legacy = { path: key.path, kept: replaced?.kept ?? false };
    const { message } = await rejectionOf(rollBackInterrupted([legacy], RECORD, WRITERS));
    assert.ok(message.includes(`"${old}" is not the file that VCM kept`), message);
    assert.equal(directory.read("web.key"), "new privkey\n");
  }
});
