import assert from "node:assert/strict";
import {
  deploy,
  type Deployment,
  HalfDeployedError,
  NotDeployedError,
} from "../../../lib/apply/deploy.ts";
import type { FileStep } from "../../../lib/plan/target_types.ts";
import {
  makeDirectory,
  modeOf,
  ownersOf,
  rejectionOf,
  rootTest,
  withUmaskUntil,
} from "../../support/rig.ts";
import { pair, target } from "./deployments.ts";
import { localWriters } from "./plans.ts";

/** Deploys "new cert" and so on, and keeps what it was told in order. */
async function run(
  targets: readonly FileStep[],
  change: Partial<Deployment> = {},
): Promise<string[]> {
  const told: string[] = [];
  await deploy({
    targets,
    revocable: false,
    content: ({ what }) => `new ${what}\n`,
    beforeFirstRename: () => told.push("before"),
    afterRename: ({ what }) => told.push(what),
    ...change,
  }, localWriters());
  return told;
}

Deno.test("deploy() writes each file with its mode, whatever the umask", async () => {
  for (const mask of [0o000, 0o077]) {
    using directory = makeDirectory();
    const told = await withUmaskUntil(mask, () => run(pair(directory)));
    assert.deepEqual(told, ["before", "cert", "privkey"]);
    assert.deepEqual(directory.tree(), ["web.crt", "web.key"]);
    assert.deepEqual(["web.crt", "web.key"].map((name) => modeOf(directory.at(name))), [
      "644",
      "600",
    ]);
    assert.equal(directory.read("web.key"), "new privkey\n");
  }
});

Deno.test("deploy() changes no target before the callback, when all files are made", async () => {
  using directory = makeDirectory();
  directory.write("web.crt", "old cert\n");
  await run(pair(directory), {
    beforeFirstRename: () => {
      assert.deepEqual(directory.tree(), [
        ".web.crt.vcm-new",
        ".web.crt.vcm-old",
        ".web.key.vcm-new",
        "web.crt",
      ]);
      assert.equal(directory.read("web.crt"), "old cert\n");
      assert.equal(modeOf(directory.at(".web.key.vcm-new")), "600");
    },
  });
});

Deno.test("deploy() changes nothing and leaves nothing if the callback fails", async () => {
  using directory = makeDirectory();
  directory.write("web.crt", "old cert\n");
  const beforeFirstRename = () => {
    throw new Error("no space for the record");
  };
  const error = await rejectionOf(run(pair(directory), { beforeFirstRename }));
  assert.equal(error.message, "no space for the record");
  assert.deepEqual(directory.tree(), ["web.crt"]);
  assert.equal(directory.read("web.crt"), "old cert\n");
});

Deno.test("deploy() is all or none: a target without directory keeps the others as they are", async () => {
  using directory = makeDirectory();
  directory.write("web.crt", "old cert\n");
  const targets = [target(directory.at("web.crt")), target(directory.at("none/web.key"))];
  const told: string[] = [];
  const error = await rejectionOf(run(targets, { beforeFirstRename: () => told.push("before") }));
  const path = directory.at("none/web.key");
  assert.equal(error.message, `Cannot write "${path}": no such file or directory`);
  assert.deepEqual([told, directory.tree()], [[], ["web.crt"]]);
  assert.equal(directory.read("web.crt"), "old cert\n");
});

Deno.test("deploy() is all or none: a content that cannot be had keeps all as it is", async () => {
  using directory = makeDirectory();
  const content = ({ what }: FileStep) => {
    if (what === "privkey") throw new Error("EACCES: permission denied, open 'privkey.pem'");
    return "new";
  };
  const error = await rejectionOf(run(pair(directory), { content }));
  assert.equal(error.message, `Cannot write "${directory.at("web.key")}": permission denied`);
  assert.deepEqual(directory.tree(), []);
});

Deno.test("deploy() rolls back what it has replaced if a later rename fails", async () => {
  using directory = makeDirectory();
  const [cert, key] = pair(directory);
  const third = target(directory.at("other.crt"));
  directory.write("web.crt", "old\n", 0o640);
  const before = Deno.statSync(directory.at("web.crt"));
  const error = await rejectionOf(run([cert, key, third], {
    beforeFirstRename: () => directory.write("web.key/in-the-way", "x"),
  }));
  assert.ok(error instanceof NotDeployedError);
  assert.match(
    error.message,
    new RegExp(`^Cannot replace "${key.path}": [a-z ]+; rolled back ${cert.path}$`),
  );
  assert.deepEqual(directory.tree(), ["web.crt", "web.key/", "web.key/in-the-way"]);
  const { ino, mode, mtime } = Deno.statSync(directory.at("web.crt"));
  assert.deepEqual([ino, mode, mtime], [before.ino, before.mode, before.mtime]);
});

Deno.test("deploy() says which files are from two sets if it cannot roll back either", async () => {
  using directory = makeDirectory();
  const [cert, key] = pair(directory);
  directory.write("web.crt", "old\n");
  const error = await rejectionOf(run([cert, key], {
    beforeFirstRename: () => {
      directory.write("web.key/in-the-way", "x");
      Deno.removeSync(directory.at(".web.crt.vcm-old"));
    },
  }));
  assert.ok(error instanceof HalfDeployedError);
  assert.match(
    error.message,
    new RegExp(
      `^Cannot replace "${key.path}": [a-z ]+; Cannot roll back "${cert.path}": no such file or ` +
        'directory; the certificate\'s files are from two sets: fix that, then run "vcm run"$',
    ),
  );
});

Deno.test("deploy() is not half if the first rename fails", async () => {
  using directory = makeDirectory();
  const error = await rejectionOf(
    run(pair(directory), { beforeFirstRename: () => directory.write("web.crt/in-the-way", "x") }),
  );
  assert.equal(error instanceof HalfDeployedError, false);
  assert.match(error.message, new RegExp(`^Cannot replace "${directory.at("web.crt")}": `));
  assert.deepEqual(directory.tree(), ["web.crt/", "web.crt/in-the-way"]);
});

Deno.test("deploy() removes a leftover temporary file, also one that is a link", async () => {
  using directory = makeDirectory();
  directory.write("victim", "mine");
  directory.write(".web.crt.vcm-new", "half", 0o666);
  Deno.symlinkSync(directory.at("victim"), directory.at(".web.key.vcm-new"));
  await run(pair(directory));
  assert.deepEqual(directory.tree(), ["victim", "web.crt", "web.key"]);
  assert.deepEqual([directory.read("victim"), modeOf(directory.at("web.crt"))], ["mine", "644"]);
});

Deno.test("deploy() puts a file in the place of a link, and leaves what it led to", async () => {
  using directory = makeDirectory();
  directory.write("elsewhere", "mine");
  Deno.symlinkSync(directory.at("elsewhere"), directory.at("web.crt"));
  await run([target(directory.at("web.crt"))]);
  assert.equal(Deno.lstatSync(directory.at("web.crt")).isFile, true);
  assert.deepEqual([directory.read("elsewhere"), directory.read("web.crt")], [
    "mine",
    "new cert\n",
  ]);
});

Deno.test("deploy() makes directories only if it may", async () => {
  using directory = makeDirectory();
  const path = directory.at("a/b/web.crt");
  await rejectionOf(run([target(path)]));
  assert.deepEqual(directory.tree(), []);
  await withUmaskUntil(0o022, () => run([target(path, { createDirs: true })]));
  assert.deepEqual(directory.tree(), ["a/", "a/b/", "a/b/web.crt"]);
  assert.equal(modeOf(directory.at("a/b")), "755");
});

Deno.test("deploy() makes directories that services can enter, whatever the umask", async () => {
  using directory = makeDirectory();
  const path = directory.at("a/b/web.crt");
  await withUmaskUntil(0o077, () => run([target(path, { createDirs: true })]));
  assert.deepEqual([modeOf(directory.at("a")), modeOf(directory.at("a/b"))], ["755", "755"]);
});

rootTest(
  "deploy() uses owner and group of the step, never those of the existing file",
  async () => {
    const cases = [[{}, [0, 0]], [{ uid: 7 }, [7, 0]], [{ gid: 8 }, [0, 8]], [
      { uid: 7, gid: 8 },
      [7, 8],
    ]] as const;
    for (const [given, expected] of cases) {
      for (const inPlace of [false, true]) {
        using directory = makeDirectory();
        directory.write("web.key", "old");
        Deno.chownSync(directory.at("web.key"), 1001, 1002);
        await run([target(directory.at("web.key"), { ...given, inPlace })]);
        assert.deepEqual([ownersOf(directory.at("web.key")), modeOf(directory.at("web.key"))], [
          expected,
          "600",
        ]);
      }
    }
  },
);

rootTest("deploy() gives a file to root's numbers, too", async () => {
  using directory = makeDirectory();
  directory.write("web.key", "old");
  Deno.chownSync(directory.at("web.key"), 1001, 1002);
  await run([target(directory.at("web.key"), { uid: 0, gid: 0 })]);
  assert.deepEqual(ownersOf(directory.at("web.key")), [0, 0]);
});
