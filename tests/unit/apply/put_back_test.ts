/** Files that services have yet to judge: what they replaced is kept, and can be put back. */
import assert from "node:assert/strict";
import { lchownSync, lstatSync } from "node:fs";
import {
  deploy,
  type Deployment,
  forgetReplaced,
  HalfDeployedError,
  NotDeployedError,
  putBack,
  putBackRest,
} from "../../../lib/apply/deploy.ts";
import { Hands } from "../../../lib/apply/writers/writers.ts";
import type { Replaced } from "../../../lib/store/types.ts";
import type { TargetStep } from "../../../lib/plan/types.ts";
import { type Folder, makeFolder, modeOf, rejectionOf, rootTest } from "../../support/rig.ts";

const HANDS = new Hands();

function target(path: string, change: Partial<TargetStep> = {}): TargetStep {
  const what = path.endsWith(".key") ? "privkey" : "cert";
  const mode = what === "privkey" ? 0o600 : 0o644;
  return { what, path, drift: [{ kind: "content" }], mode, createDirs: false, ...change };
}

function pair(folder: Folder): [TargetStep, TargetStep] {
  return [target(folder.at("web.crt")), target(folder.at("web.key"))];
}

function run(
  targets: readonly TargetStep[],
  change: Partial<Deployment> = {},
): Promise<readonly Replaced[]> {
  return deploy({
    targets,
    revocable: true,
    content: ({ what }) => `new ${what}\n`,
    beforeFirstRename: () => {},
    afterRename: () => {},
    ...change,
  }, HANDS);
}

/** All that a program may look at, but for the time of the last change of the inode. */
function factsOf(path: string) {
  const { ino, mtimeMs, uid, gid, mode, nlink, size } = lstatSync(path);
  return { ino, mtimeMs, uid, gid, mode, nlink, size };
}

/** A pair of files with modes and times of their own. */
function writeOld(folder: Folder): void {
  folder.write("web.crt", "old cert\n", 0o640);
  folder.write("web.key", "old key\n", 0o400);
  for (const name of ["web.crt", "web.key"]) Deno.utimeSync(folder.at(name), 1000, 2000);
}

Deno.test("what is replaced is kept by a second name, never by a copy", async () => {
  using folder = makeFolder();
  writeOld(folder);
  const before = lstatSync(folder.at("web.key")).ino;
  await run(pair(folder));
  assert.deepEqual(folder.tree(), [".web.crt.vcm-old", ".web.key.vcm-old", "web.crt", "web.key"]);
  assert.equal(lstatSync(folder.at(".web.key.vcm-old")).ino, before);
  assert.equal(modeOf(folder.at(".web.key.vcm-old")), "400");
  assert.equal(folder.read("web.key"), "new privkey\n");
});

Deno.test("nothing stays beside the targets where nobody judges the new files", async () => {
  using folder = makeFolder();
  writeOld(folder);
  assert.deepEqual(
    await run(pair(folder), {
      revocable: false,
      beforeFirstRename: (replaced) => assert.deepEqual(replaced, []),
    }),
    [],
  );
  assert.deepEqual(folder.tree(), ["web.crt", "web.key"]);
});

Deno.test("putBack() gives the very files back: inode, times, mode and all", async () => {
  using folder = makeFolder();
  writeOld(folder);
  const facts = () => ["web.crt", "web.key"].map((name) => factsOf(folder.at(name)));
  const before = facts();
  await putBack(await run(pair(folder)), HANDS);
  assert.deepEqual(facts(), before);
  assert.deepEqual(folder.tree(), ["web.crt", "web.key"]);
  assert.deepEqual([folder.read("web.crt"), folder.read("web.key")], ["old cert\n", "old key\n"]);
});

rootTest("putBack() gives owner and group back", async () => {
  using folder = makeFolder();
  writeOld(folder);
  Deno.chownSync(folder.at("web.key"), 1001, 1002);
  const before = factsOf(folder.at("web.key"));
  const targets = [target(folder.at("web.key"), { uid: 7, gid: 8 })];
  const replaced = await run(targets);
  assert.deepEqual([factsOf(folder.at("web.key")).uid, factsOf(folder.at("web.key")).gid], [7, 8]);
  await putBack(replaced, HANDS);
  assert.deepEqual(factsOf(folder.at("web.key")), before);
});

Deno.test("putBack() removes files where there were none", async () => {
  using folder = makeFolder();
  folder.write("web.crt", "old cert\n");
  const replaced = await run(pair(folder));
  assert.deepEqual(folder.tree(), [".web.crt.vcm-old", "web.crt", "web.key"]);
  await putBack(replaced, HANDS);
  assert.deepEqual(folder.tree(), ["web.crt"]);
  assert.equal(folder.read("web.crt"), "old cert\n");
});

Deno.test("putBack() leaves folders that were made for the new files, which are empty then", async () => {
  using folder = makeFolder();
  const targets = [target(folder.at("a/web.crt"), { createDirs: true })];
  await putBack(await run(targets), HANDS);
  assert.deepEqual(folder.tree(), ["a/"]);
});

Deno.test("putBack() gives a link back as a link, wherever it leads", async () => {
  for (const aim of ["elsewhere", "nowhere"]) {
    using folder = makeFolder();
    folder.write("elsewhere", "mine", 0o604);
    Deno.symlinkSync(aim, folder.at("web.crt"));
    const targets = [target(folder.at("web.crt"))];
    const replaced = await run(targets);
    assert.equal(lstatSync(folder.at("web.crt")).isFile(), true);
    await putBack(replaced, HANDS);
    assert.equal(Deno.readLinkSync(folder.at("web.crt")), aim);
    assert.deepEqual([folder.read("elsewhere"), modeOf(folder.at("elsewhere"))], ["mine", "604"]);
    assert.deepEqual(folder.tree(), ["elsewhere", "web.crt"]);
  }
});

Deno.test("putBack() leaves the other names of a file alone", async () => {
  using folder = makeFolder();
  folder.write("web.crt", "old cert\n");
  Deno.linkSync(folder.at("web.crt"), folder.at("other"));
  const targets = [target(folder.at("web.crt"))];
  const replaced = await run(targets);
  assert.equal(folder.read("other"), "old cert\n");
  await putBack(replaced, HANDS);
  assert.equal(factsOf(folder.at("web.crt")).ino, factsOf(folder.at("other")).ino);
  assert.equal(factsOf(folder.at("other")).nlink, 2);
});

Deno.test("putBack() tries all files, and names those that could not be put back", async () => {
  using folder = makeFolder();
  writeOld(folder);
  const replaced = await run(pair(folder));
  Deno.removeSync(folder.at("web.crt"));
  folder.write("web.crt/in-the-way", "x");
  const { message } = await rejectionOf(putBack(replaced, HANDS));
  assert.match(message, new RegExp(`^Cannot put back "${folder.at("web.crt")}": [a-z ]+$`));
  assert.equal(folder.read("web.key"), "old key\n");
});

Deno.test("putBack() removes no file whose old one has gone", async () => {
  using folder = makeFolder();
  writeOld(folder);
  const replaced = await run(pair(folder));
  Deno.removeSync(folder.at(".web.key.vcm-old"));
  const { message } = await rejectionOf(putBack(replaced, HANDS));
  assert.equal(message, `Cannot put back "${folder.at("web.key")}": no such file or directory`);
  assert.equal(folder.read("web.key"), "new privkey\n");
  assert.equal(folder.read("web.crt"), "old cert\n");
});

Deno.test("putBackRest() does the rest of what a killed run began to put back", async () => {
  using folder = makeFolder();
  folder.write("web.crt", "old cert\n");
  folder.write("web.key", "old key\n");
  const three = [...pair(folder), target(folder.at("web.pem"))];
  const replaced = await run(three);
  // One is back, two are not.
  await putBack(replaced.slice(0, 1), HANDS);
  await putBackRest(replaced, HANDS);
  assert.deepEqual(folder.tree(), ["web.crt", "web.key"]);
  assert.deepEqual([folder.read("web.crt"), folder.read("web.key")], ["old cert\n", "old key\n"]);
  await putBackRest(replaced, HANDS);
  assert.deepEqual(folder.tree(), ["web.crt", "web.key"]);
});

Deno.test("forgetReplaced() leaves the new files alone in the folder", async () => {
  using folder = makeFolder();
  writeOld(folder);
  await run(pair(folder));
  await forgetReplaced(pair(folder), HANDS);
  assert.deepEqual(folder.tree(), ["web.crt", "web.key"]);
  assert.equal(folder.read("web.crt"), "new cert\n");
  // Once more, and where there was nothing to keep.
  await forgetReplaced(pair(folder), HANDS);
});

Deno.test("an old file of an interrupted run is no file to be put back", async () => {
  using folder = makeFolder();
  folder.write(".web.crt.vcm-old", "ancient\n");
  const targets = [target(folder.at("web.crt"))];
  await putBack(await run(targets), HANDS);
  assert.deepEqual(folder.tree(), []);
});

/** What goes wrong before the first file is replaced, and the call that makes it go wrong. */
const BEFORE: Readonly<Record<string, (folder: Folder) => Partial<Deployment>>> = {
  "a marker cannot be written": () => ({
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
  "the first rename fails": (folder) => ({
    beforeFirstRename: () => {
      Deno.removeSync(folder.at("web.crt"));
      folder.write("web.crt/in-the-way", "x");
    },
  }),
  "a folder stands in the kept file's way": (folder) => {
    folder.write(".web.key.vcm-old/in-the-way", "x");
    return {};
  },
};

for (const [what, change] of Object.entries(BEFORE)) {
  Deno.test(`nothing is left beside the targets where ${what}`, async () => {
    using folder = makeFolder();
    writeOld(folder);
    const before = factsOf(folder.at("web.key"));
    const error = await rejectionOf(run(pair(folder), change(folder)));
    assert.ok(error instanceof NotDeployedError, error.message);
    assert.deepEqual(
      folder.tree().filter((name) => /^\.[^/]*$/.test(name)),
      [],
    );
    assert.deepEqual(factsOf(folder.at("web.key")), before);
  });
}

Deno.test("where a later rename fails, what was replaced is back, and nothing beside it", async () => {
  using folder = makeFolder();
  writeOld(folder);
  const before = factsOf(folder.at("web.crt"));
  const error = await rejectionOf(run(pair(folder), {
    beforeFirstRename: () => {
      Deno.removeSync(folder.at("web.key"));
      folder.write("web.key/in-the-way", "x");
    },
  }));
  assert.ok(error instanceof NotDeployedError);
  assert.deepEqual(factsOf(folder.at("web.crt")), before);
  assert.deepEqual(folder.tree(), ["web.crt", "web.key/", "web.key/in-the-way"]);
});

/** What a stranger's file holds. */
const THEIRS = "a stranger's\n";

/** A stranger's file under the name of what was kept. */
const SWAPS: Readonly<Record<string, (folder: Folder, path: string) => void>> = {
  "another file": (folder, path) => {
    Deno.writeTextFileSync(folder.at("theirs"), THEIRS);
    Deno.renameSync(folder.at("theirs"), path);
  },
  "a link to another file": (folder, path) => {
    folder.write("other.key", THEIRS);
    Deno.renameSync(path, folder.at("held"));
    Deno.symlinkSync(folder.at("other.key"), path);
  },
  "a hard link to another file": (folder, path) => {
    folder.write("other.key", THEIRS);
    Deno.renameSync(path, folder.at("held"));
    Deno.linkSync(folder.at("other.key"), path);
  },
  "a directory": (folder, path) => {
    Deno.renameSync(path, folder.at("held"));
    Deno.mkdirSync(path);
  },
};

for (const [what, swap] of Object.entries(SWAPS)) {
  for (const inPlace of [false, true]) {
    const how = inPlace ? "written through" : "renamed";
    Deno.test(`${what} in the place of what was kept is left, and not ${how}`, async () => {
      using folder = makeFolder();
      writeOld(folder);
      const [cert, key] = pair(folder);
      const replaced = await run([cert, { ...key, mode: 0o400, inPlace }]);
      const old = folder.at(".web.key.vcm-old");
      swap(folder, old);
      const before = factsOf(old);
      for (const [at, again] of [putBack, putBackRest].entries()) {
        const { message } = await rejectionOf(
          again(at === 0 ? replaced : replaced.slice(1), HANDS),
        );
        assert.equal(
          message,
          `Cannot put back "${key.path}": "${old}" is not known to be the file that was kept, and stays as it ` +
            `is; look at it by "ls -ld ${old}", and then move it away`,
        );
      }
      assert.equal(folder.read("web.key"), "new privkey\n");
      assert.equal(folder.read("web.crt"), "old cert\n");
      assert.deepEqual(factsOf(old), before);
    });
  }
}

Deno.test("what a killed run has put back already is not put back again from a stranger's file", async () => {
  using folder = makeFolder();
  writeOld(folder);
  const before = factsOf(folder.at("web.key"));
  const replaced = await run(pair(folder));
  await putBack(replaced, HANDS);
  // The record of it is still there.
  folder.write(".web.key.vcm-old", THEIRS);
  await putBackRest(replaced, HANDS);
  assert.deepEqual(factsOf(folder.at("web.key")), before);
  assert.equal(folder.read(".web.key.vcm-old"), THEIRS);
});

Deno.test("a record without inodes puts back what is kept, and a rollback never does", async () => {
  using folder = makeFolder();
  writeOld(folder);
  const noted = (await run(pair(folder))).map(({ identity: _, ...rest }) => rest);
  const { message } = await rejectionOf(putBack(noted, HANDS));
  assert.equal(
    message,
    `Cannot put back "${folder.at("web.crt")}": it could not be kept; ` +
      `"${folder.at("web.key")}": it could not be kept`,
  );
  assert.equal(folder.read("web.key"), "new privkey\n");
  await putBackRest(noted, HANDS);
  assert.deepEqual([folder.read("web.crt"), folder.read("web.key")], ["old cert\n", "old key\n"]);
});

Deno.test("a link that was in the place of a file that is written through comes back as a link", async () => {
  using folder = makeFolder();
  folder.write("elsewhere", THEIRS);
  Deno.symlinkSync(folder.at("elsewhere"), folder.at("web.crt"));
  const targets = [target(folder.at("web.crt"), { inPlace: true })];
  await putBack(await run(targets), HANDS);
  assert.equal(Deno.readLinkSync(folder.at("web.crt")), folder.at("elsewhere"));
  assert.equal(folder.read("elsewhere"), THEIRS);
});

Deno.test("what could not be kept is said, and nothing else takes its place when a rename fails", async () => {
  using folder = makeFolder();
  writeOld(folder);
  const [cert, key] = pair(folder);
  const third = target(folder.at("web.pem"));
  folder.write(".web.crt.vcm-old/in-the-way", "x");
  const warnings: string[] = [];
  const error = await rejectionOf(run([cert, key, third], {
    revocable: false,
    warn: (message) => warnings.push(message),
    beforeFirstRename: () => {
      Deno.removeSync(folder.at(".web.crt.vcm-old"), { recursive: true });
      folder.write(".web.crt.vcm-old", THEIRS);
      folder.write("web.pem/in-the-way", "x");
    },
  }));
  assert.match(
    warnings.join("\n"),
    new RegExp(
      `^Cannot keep "${cert.path}" as "${folder.at(".web.crt.vcm-old")}": [a-z ]+; it cannot be ` +
        "restored if another file cannot be replaced$",
    ),
  );
  assert.ok(error instanceof HalfDeployedError, error.message);
  assert.ok(error.message.includes(`Cannot put back "${cert.path}": it could not be kept`));
  assert.equal(folder.read("web.crt"), "new cert\n");
  assert.equal(folder.read("web.key"), "old key\n");
  assert.equal(folder.read(".web.crt.vcm-old"), THEIRS);
});

Deno.test("where there was nothing, a stranger's file beside it is not put there", async () => {
  using folder = makeFolder();
  const targets = [target(folder.at("web.key"))];
  const replaced = await run(targets);
  folder.write(".web.key.vcm-old", THEIRS);
  await putBack(replaced, HANDS);
  assert.deepEqual(folder.tree(), [".web.key.vcm-old"]);
});

Deno.test("a new file that got the inode of what was kept is not taken for it", async () => {
  using folder = makeFolder();
  writeOld(folder);
  const old = folder.at(".web.key.vcm-old");
  const replaced = await run(pair(folder));
  const { ino, birthtimeMs } = lstatSync(old);
  // As fine as file systems note it.
  while (Date.now() < birthtimeMs + 20);
  Deno.removeSync(old);
  for (let at = 0; at < 50 && (at === 0 || lstatSync(old).ino !== ino); at++) {
    if (at > 0) Deno.renameSync(old, folder.at(`tried-${at}`));
    folder.write(".web.key.vcm-old", THEIRS);
  }
  const { message } = await rejectionOf(putBack(replaced, HANDS));
  assert.ok(message.includes(`"${old}" is not known to be the file that was kept`), message);
  assert.equal(folder.read("web.key"), "new privkey\n");
});

rootTest("a record without inodes puts back no file of another user's", async () => {
  for (const swap of ["file", "link"]) {
    using folder = makeFolder();
    writeOld(folder);
    const [, key] = pair(folder);
    const [replaced] = await run([key]);
    const old = folder.at(".web.key.vcm-old");
    Deno.removeSync(old);
    if (swap === "file") folder.write(".web.key.vcm-old", THEIRS);
    else Deno.symlinkSync("web.crt", old);
    lchownSync(old, 1001, 1001);
    const legacy = { path: key.path, kept: replaced?.kept ?? false };
    const { message } = await rejectionOf(putBackRest([legacy], HANDS));
    assert.ok(message.includes(`"${old}" is not known to be the file that was kept`), message);
    assert.equal(folder.read("web.key"), "new privkey\n");
  }
});
