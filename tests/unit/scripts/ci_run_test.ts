/** Where .ci/run lets the tests run, with a program in place of Deno that tells what it sees. */
import assert from "node:assert/strict";
import { ROOT } from "../../../scripts/project.ts";
import { type Directory, makeDirectory, rootTest } from "../../support/rig.ts";

const DENO = `#!/bin/sh
case "$*" in
  --version) echo "deno 2.7.11 (stable)" ;;
  "task test")
    { pwd; stat -c %a ..; echo "CI=$CI"; cat file; echo new > .parts/part; } >"$TOLD"
    echo "1 passed, 0 failed"
    exit "$STATUS" ;;
esac
`;

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Where the tests ran, mode of the directory above, CI, and what is in `file`. */
  readonly told: readonly string[];
}

/** A repository with .ci/run and a committed `file`. */
function makeRepository(directory: Directory): void {
  directory.write("bin/deno", DENO, 0o755);
  directory.write("repo/.ci/run", Deno.readTextFileSync(`${ROOT}.ci/run`), 0o755);
  directory.write("repo/file", "committed\n");
  directory.write("repo/.gitignore", "/.parts\n");
  Deno.mkdirSync(directory.at("tmp"));
  git(directory, "init", "--quiet");
  git(directory, "add", ".");
  const who = ["-c", "user.name=a", "-c", "user.email=a@e2e.test"];
  git(directory, ...who, "commit", "--quiet", "-m", "all");
}

function git(directory: Directory, ...args: string[]): void {
  const env = { PATH: "/usr/bin:/bin", HOME: directory.path };
  const options = { args, cwd: directory.at("repo"), clearEnv: true, env };
  const { success, stderr } = new Deno.Command("git", options).outputSync();
  assert.ok(success, new TextDecoder().decode(stderr));
}

async function runCi(
  directory: Directory,
  { status = 0, env = {} }: { status?: number; env?: Record<string, string> } = {},
): Promise<Result> {
  const output = await new Deno.Command(directory.at("repo/.ci/run"), {
    cwd: "/",
    clearEnv: true,
    env: {
      PATH: `${directory.at("bin")}:/usr/bin:/bin`,
      HOME: directory.path,
      TMPDIR: directory.at("tmp"),
      TOLD: directory.at("told"),
      STATUS: `${status}`,
      ...env,
    },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return {
    code: output.code,
    stdout: text(output.stdout),
    stderr: text(output.stderr),
    told: directory.read("told").trim().split("\n"),
  };
}

Deno.test("the tests run in a clone below a directory that nobody else may enter", async () => {
  using directory = makeDirectory();
  makeRepository(directory);
  const { code, stdout, stderr, told } = await runCi(directory);
  assert.deepEqual([code, stdout, stderr], [0, "1 passed, 0 failed\n", ""]);
  const [path = "", ...rest] = told;
  assert.ok(path.startsWith(`${directory.at("tmp")}/`) && path.includes(" "), path);
  assert.deepEqual(rest, ["700", "CI=true", "committed"]);
});

Deno.test("nothing is left of the clone, and what was fetched in it is kept", async () => {
  using directory = makeDirectory();
  makeRepository(directory);
  for (const status of [0, 1]) {
    assert.equal((await runCi(directory, { status })).code, status);
    assert.deepEqual([...Deno.readDirSync(directory.at("tmp"))], []);
    assert.equal(directory.read("repo/.parts/part"), "new\n");
  }
});

Deno.test("what is changed and not committed is tested, staged or not", async () => {
  using directory = makeDirectory();
  makeRepository(directory);
  directory.write("repo/file", "changed\n");
  assert.equal((await runCi(directory)).told.at(-1), "changed");
  git(directory, "add", ".");
  assert.equal((await runCi(directory)).told.at(-1), "changed");
});

Deno.test("without a repository what is there is tested", async () => {
  using directory = makeDirectory();
  makeRepository(directory);
  Deno.removeSync(directory.at("repo/.git"), { recursive: true });
  const { code, stderr, told } = await runCi(directory);
  assert.deepEqual([code, stderr, told.at(-1)], [0, "", "committed"]);
  assert.equal(directory.read("repo/.parts/part"), "new\n");
});

Deno.test("a hook's variables do not lead to another repository", async () => {
  using directory = makeDirectory();
  makeRepository(directory);
  const env = { GIT_DIR: directory.at("none"), GIT_WORK_TREE: directory.at("none") };
  const { code, stderr, told } = await runCi(directory, { env });
  assert.deepEqual([code, stderr, told.at(-1)], [0, "", "committed"]);
});

rootTest("root tests another user's checkout", async () => {
  using directory = makeDirectory();
  makeRepository(directory);
  for (const path of ["repo", "repo/.git"]) Deno.chownSync(directory.at(path), 1001, 1001);
  const { code, stderr, told } = await runCi(directory);
  assert.deepEqual([code, stderr, told.at(-1)], [0, "", "committed"]);
});

Deno.test("a shallow checkout is tested like a whole one", async () => {
  using directory = makeDirectory();
  makeRepository(directory);
  git(directory, "clone", "--quiet", "--depth=1", `file://${directory.at("repo")}`, "../shallow");
  Deno.renameSync(directory.at("repo"), directory.at("whole"));
  Deno.renameSync(directory.at("shallow"), directory.at("repo"));
  const { code, told } = await runCi(directory);
  assert.deepEqual([code, told.at(-1)], [0, "committed"]);
});
