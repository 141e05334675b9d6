import assert from "node:assert/strict";
import {
  deploy,
  type Deployment,
  HalfDeployedError,
  NotDeployedError,
} from "../../../lib/apply/deploy.ts";
import { Hands } from "../../../lib/apply/writers/writers.ts";
import type { TargetStep } from "../../../lib/plan/types.ts";
import {
  type Folder,
  makeFolder,
  modeOf,
  ownersOf,
  rejectionOf,
  rootTest,
  withUmaskUntil,
} from "../../support/rig.ts";

function target(path: string, change: Partial<TargetStep> = {}): TargetStep {
  const what = path.endsWith(".key") ? "privkey" : "cert";
  const mode = what === "privkey" ? 0o600 : 0o644;
  return { what, path, drift: [{ kind: "missing" }], mode, createDirs: false, ...change };
}

/** Two targets, one after the other. */
function pair(folder: Folder): [TargetStep, TargetStep] {
  return [target(folder.at("web.crt")), target(folder.at("web.key"))];
}

/** Deploys "new cert" and so on, and keeps what it was told in order. */
async function run(
  targets: readonly TargetStep[],
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
  }, new Hands());
  return told;
}

Deno.test("deploy() writes each file with its mode, whatever the umask", async () => {
  for (const mask of [0o000, 0o077]) {
    using folder = makeFolder();
    const told = await withUmaskUntil(mask, () => run(pair(folder)));
    assert.deepEqual(told, ["before", "cert", "privkey"]);
    assert.deepEqual(folder.tree(), ["web.crt", "web.key"]);
    assert.deepEqual(["web.crt", "web.key"].map((name) => modeOf(folder.at(name))), ["644", "600"]);
    assert.equal(folder.read("web.key"), "new privkey\n");
  }
});

Deno.test("deploy() changes no target before the callback, when all files are made", async () => {
  using folder = makeFolder();
  folder.write("web.crt", "old cert\n");
  await run(pair(folder), {
    beforeFirstRename: () => {
      assert.deepEqual(folder.tree(), [
        ".web.crt.vcm-new",
        ".web.crt.vcm-old",
        ".web.key.vcm-new",
        "web.crt",
      ]);
      assert.equal(folder.read("web.crt"), "old cert\n");
      assert.equal(modeOf(folder.at(".web.key.vcm-new")), "600");
    },
  });
});

Deno.test("deploy() changes nothing and leaves nothing where the callback fails", async () => {
  using folder = makeFolder();
  folder.write("web.crt", "old cert\n");
  const beforeFirstRename = () => {
    throw new Error("no space for the marker");
  };
  const error = await rejectionOf(run(pair(folder), { beforeFirstRename }));
  assert.equal(error.message, "no space for the marker");
  assert.deepEqual(folder.tree(), ["web.crt"]);
  assert.equal(folder.read("web.crt"), "old cert\n");
});

Deno.test("deploy() is all or none: a target without folder keeps the others as they are", async () => {
  using folder = makeFolder();
  folder.write("web.crt", "old cert\n");
  const targets = [target(folder.at("web.crt")), target(folder.at("none/web.key"))];
  const told: string[] = [];
  const error = await rejectionOf(run(targets, { beforeFirstRename: () => told.push("before") }));
  const path = folder.at("none/web.key");
  assert.equal(error.message, `Cannot write "${path}": no such file or directory`);
  assert.deepEqual([told, folder.tree()], [[], ["web.crt"]]);
  assert.equal(folder.read("web.crt"), "old cert\n");
});

Deno.test("deploy() is all or none: a content that cannot be had keeps all as it is", async () => {
  using folder = makeFolder();
  const content = ({ what }: TargetStep) => {
    if (what === "privkey") throw new Error("EACCES: permission denied, open 'privkey.pem'");
    return "new";
  };
  const error = await rejectionOf(run(pair(folder), { content }));
  assert.equal(error.message, `Cannot write "${folder.at("web.key")}": permission denied`);
  assert.deepEqual(folder.tree(), []);
});

Deno.test("deploy() puts back what it has replaced where a later rename fails", async () => {
  using folder = makeFolder();
  const [cert, key] = pair(folder);
  const third = target(folder.at("other.crt"));
  folder.write("web.crt", "old\n", 0o640);
  const before = Deno.statSync(folder.at("web.crt"));
  const error = await rejectionOf(run([cert, key, third], {
    beforeFirstRename: () => folder.write("web.key/in-the-way", "x"),
  }));
  assert.ok(error instanceof NotDeployedError);
  assert.match(
    error.message,
    new RegExp(`^Cannot replace "${key.path}": [a-z ]+; put back ${cert.path}$`),
  );
  assert.deepEqual(folder.tree(), ["web.crt", "web.key/", "web.key/in-the-way"]);
  const { ino, mode, mtime } = Deno.statSync(folder.at("web.crt"));
  assert.deepEqual([ino, mode, mtime], [before.ino, before.mode, before.mtime]);
});

Deno.test("deploy() says which files do not belong together where it cannot put back either", async () => {
  using folder = makeFolder();
  const [cert, key] = pair(folder);
  folder.write("web.crt", "old\n");
  const error = await rejectionOf(run([cert, key], {
    beforeFirstRename: () => {
      folder.write("web.key/in-the-way", "x");
      Deno.removeSync(folder.at(".web.crt.vcm-old"));
    },
  }));
  assert.ok(error instanceof HalfDeployedError);
  assert.match(
    error.message,
    new RegExp(
      `^Cannot replace "${key.path}": [a-z ]+; Cannot put back "${cert.path}": no such file or ` +
        "directory, so this certificate's files do not belong together until the next run$",
    ),
  );
});

Deno.test("deploy() is not half where the first rename fails", async () => {
  using folder = makeFolder();
  const error = await rejectionOf(
    run(pair(folder), { beforeFirstRename: () => folder.write("web.crt/in-the-way", "x") }),
  );
  assert.equal(error instanceof HalfDeployedError, false);
  assert.match(error.message, new RegExp(`^Cannot replace "${folder.at("web.crt")}": `));
  assert.deepEqual(folder.tree(), ["web.crt/", "web.crt/in-the-way"]);
});

Deno.test("deploy() takes a leftover out of the way, also one that is a link", async () => {
  using folder = makeFolder();
  folder.write("victim", "mine");
  folder.write(".web.crt.vcm-new", "half", 0o666);
  Deno.symlinkSync(folder.at("victim"), folder.at(".web.key.vcm-new"));
  await run(pair(folder));
  assert.deepEqual(folder.tree(), ["victim", "web.crt", "web.key"]);
  assert.deepEqual([folder.read("victim"), modeOf(folder.at("web.crt"))], ["mine", "644"]);
});

Deno.test("deploy() puts a file in the place of a link, and leaves what it led to", async () => {
  using folder = makeFolder();
  folder.write("elsewhere", "mine");
  Deno.symlinkSync(folder.at("elsewhere"), folder.at("web.crt"));
  await run([target(folder.at("web.crt"))]);
  assert.equal(Deno.lstatSync(folder.at("web.crt")).isFile, true);
  assert.deepEqual([folder.read("elsewhere"), folder.read("web.crt")], ["mine", "new cert\n"]);
});

Deno.test("deploy() makes folders only where it may", async () => {
  using folder = makeFolder();
  const path = folder.at("a/b/web.crt");
  await rejectionOf(run([target(path)]));
  assert.deepEqual(folder.tree(), []);
  await withUmaskUntil(0o022, () => run([target(path, { createDirs: true })]));
  assert.deepEqual(folder.tree(), ["a/", "a/b/", "a/b/web.crt"]);
  assert.equal(modeOf(folder.at("a/b")), "755");
});

Deno.test("deploy() makes folders that services can enter, whatever the umask", async () => {
  using folder = makeFolder();
  const path = folder.at("a/b/web.crt");
  await withUmaskUntil(0o077, () => run([target(path, { createDirs: true })]));
  assert.deepEqual([modeOf(folder.at("a")), modeOf(folder.at("a/b"))], ["755", "755"]);
});

rootTest("deploy() takes owner and group from the step, never from what lies there", async () => {
  const cases = [[{}, [0, 0]], [{ uid: 7 }, [7, 0]], [{ gid: 8 }, [0, 8]], [
    { uid: 7, gid: 8 },
    [7, 8],
  ]] as const;
  for (const [given, expected] of cases) {
    for (const inPlace of [false, true]) {
      using folder = makeFolder();
      folder.write("web.key", "old");
      Deno.chownSync(folder.at("web.key"), 1001, 1002);
      await run([target(folder.at("web.key"), { ...given, inPlace })]);
      assert.deepEqual([ownersOf(folder.at("web.key")), modeOf(folder.at("web.key"))], [
        expected,
        "600",
      ]);
    }
  }
});

rootTest("deploy() gives a file to root's numbers, too", async () => {
  using folder = makeFolder();
  folder.write("web.key", "old");
  Deno.chownSync(folder.at("web.key"), 1001, 1002);
  await run([target(folder.at("web.key"), { uid: 0, gid: 0 })]);
  assert.deepEqual(ownersOf(folder.at("web.key")), [0, 0]);
});
