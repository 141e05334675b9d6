import assert from "node:assert/strict";
import { runQuietly } from "../../../scripts/command.ts";
import { filesBelow } from "../../../scripts/files_below.ts";
import { changedFiles, coverageOf, SLOW_FILES } from "../../quick.ts";
import { makeDirectory } from "../../support/rig.ts";
import { readDocument } from "../docs/documents.ts";

Deno.test("quick runs the tests of the modules that changed, and names what has none", () => {
  assert.deepEqual(
    coverageOf([
      "lib/plan/due.ts",
      "lib/tools/init/questions.ts",
      "lib/vault/wire/servers.ts",
      "main.ts",
      "scripts/keys.ts",
      "tests/support/rig.ts",
      "tests/unit/store/archive_test.ts",
    ]),
    {
      directories: [
        "tests/unit/docs",
        "tests/unit/plan",
        "tests/unit/scripts",
        "tests/unit/store",
        "tests/unit/tools/init",
        "tests/unit/vault",
      ],
      uncovered: ["main.ts", "tests/support/rig.ts"],
    },
  );
  assert.deepEqual(coverageOf(["README.md", "vcm.yaml.example"]).directories, ["tests/unit/docs"]);
  assert.deepEqual(coverageOf(["tests/bench/rows.ts"]).directories, ["tests/unit/scripts"]);
});

Deno.test("each module of lib has a directory of unit tests under its name", async () => {
  const { directories } = coverageOf(await filesBelow("lib"));
  assert.ok(directories.length > 10);
  for (const directory of directories) {
    assert.ok(Deno.statSync(new URL(`../../../${directory}`, import.meta.url)).isDirectory);
  }
});

Deno.test("quick sees changed, new and deleted files, and not what a branch parted from", async () => {
  using directory = makeDirectory();
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  const git = (...args: readonly string[]) =>
    runQuietly(["git", ...identity, ...args], { cwd: directory.path });
  await git("init", "--quiet", "--initial-branch=main");
  for (const name of ["kept", "edited", "deleted"]) directory.write(name, "text\n");
  await git("add", ".");
  await git("commit", "--quiet", "--message=one");
  assert.deepEqual(await changedFiles(directory.path, "HEAD"), []);
  await git("switch", "--quiet", "--create=branch");
  directory.write("edited", "other\n");
  Deno.removeSync(directory.at("deleted"));
  directory.write("added", "text\n");
  const changed = ["added", "deleted", "edited"];
  assert.deepEqual(await changedFiles(directory.path, "HEAD"), changed);
  await git("add", ".");
  await git("commit", "--quiet", "--message=two");
  assert.deepEqual(await changedFiles(directory.path, "HEAD"), []);
  assert.deepEqual(await changedFiles(directory.path, "main"), changed);
});

Deno.test("quick leaves out every test file that makes RSA keys, and no file that is not there", async () => {
  const files = await filesBelow("tests/unit");
  const makers = files.filter((path) =>
    path.endsWith("_test.ts") && /"RSA(-PSS| \d+)?"|\brsa\(\d/.test(readDocument(path))
  );
  assert.ok(makers.length > 3, `only ${makers.length} files make RSA keys`);
  assert.deepEqual(makers.filter((path) => !SLOW_FILES.has(path)), []);
  assert.deepEqual([...SLOW_FILES].filter((path) => !files.includes(path)), []);
});
