/** Only the file that was kept is restored, whatever else has its name. */
import assert from "node:assert/strict";
import { lchownSync, lstatSync } from "node:fs";
import { HalfDeployedError } from "../../../lib/apply/deploy.ts";
import { rollBack, rollBackInterrupted } from "../../../lib/apply/rollback.ts";
import { type Directory, makeDirectory, rejectionOf, rootTest } from "../../support/rig.ts";
import { factsOf, pair, RECORD, run, target, THEIRS, writeOld, WRITERS } from "./deployments.ts";

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

Deno.test("what a killed run has already restored is not restored again from another user's file", async () => {
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

Deno.test("a file that could not be kept is reported, and nothing else replaces it if a rename fails", async () => {
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

Deno.test("if there was no file, another user's file beside it is not restored", async () => {
  using directory = makeDirectory();
  const targets = [target(directory.at("web.key"))];
  const replaced = await run(targets);
  directory.write(".web.key.vcm-old", THEIRS);
  await rollBack(replaced, WRITERS);
  assert.deepEqual(directory.tree(), [".web.key.vcm-old"]);
});

Deno.test("a new file with the inode of the kept file is not restored", async () => {
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
