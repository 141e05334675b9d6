/** Where .ci/run lets the tests run, with a program in place of Deno that tells what it sees. */
import assert from "node:assert/strict";
import { ROOT } from "../../../scripts/project.ts";
import { type Folder, makeFolder, rootTest } from "../../support/rig.ts";

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
function makeRepository(folder: Folder): void {
  folder.write("bin/deno", DENO, 0o755);
  folder.write("repo/.ci/run", Deno.readTextFileSync(`${ROOT}.ci/run`), 0o755);
  folder.write("repo/file", "committed\n");
  folder.write("repo/.gitignore", "/.parts\n");
  Deno.mkdirSync(folder.at("tmp"));
  git(folder, "init", "--quiet");
  git(folder, "add", ".");
  const who = ["-c", "user.name=a", "-c", "user.email=a@e2e.test"];
  git(folder, ...who, "commit", "--quiet", "-m", "all");
}

function git(folder: Folder, ...args: string[]): void {
  const env = { PATH: "/usr/bin:/bin", HOME: folder.path };
  const options = { args, cwd: folder.at("repo"), clearEnv: true, env };
  const { success, stderr } = new Deno.Command("git", options).outputSync();
  assert.ok(success, new TextDecoder().decode(stderr));
}

async function runCi(
  folder: Folder,
  { status = 0, env = {} }: { status?: number; env?: Record<string, string> } = {},
): Promise<Result> {
  const output = await new Deno.Command(folder.at("repo/.ci/run"), {
    cwd: "/",
    clearEnv: true,
    env: {
      PATH: `${folder.at("bin")}:/usr/bin:/bin`,
      HOME: folder.path,
      TMPDIR: folder.at("tmp"),
      TOLD: folder.at("told"),
      STATUS: `${status}`,
      ...env,
    },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return {
    code: output.code,
    stdout: text(output.stdout),
    stderr: text(output.stderr),
    told: folder.read("told").trim().split("\n"),
  };
}

Deno.test("the tests run in a clone below a directory that nobody else may enter", async () => {
  using folder = makeFolder();
  makeRepository(folder);
  const { code, stdout, stderr, told } = await runCi(folder);
  assert.deepEqual([code, stdout, stderr], [0, "1 passed, 0 failed\n", ""]);
  const [path = "", ...rest] = told;
  assert.ok(path.startsWith(`${folder.at("tmp")}/`) && path.includes(" "), path);
  assert.deepEqual(rest, ["700", "CI=true", "committed"]);
});

Deno.test("nothing is left of the clone, and what was fetched in it is kept", async () => {
  using folder = makeFolder();
  makeRepository(folder);
  for (const status of [0, 1]) {
    assert.equal((await runCi(folder, { status })).code, status);
    assert.deepEqual([...Deno.readDirSync(folder.at("tmp"))], []);
    assert.equal(folder.read("repo/.parts/part"), "new\n");
  }
});

Deno.test("what is changed and not committed is tested, staged or not", async () => {
  using folder = makeFolder();
  makeRepository(folder);
  folder.write("repo/file", "changed\n");
  assert.equal((await runCi(folder)).told.at(-1), "changed");
  git(folder, "add", ".");
  assert.equal((await runCi(folder)).told.at(-1), "changed");
});

Deno.test("without a repository what is there is tested", async () => {
  using folder = makeFolder();
  makeRepository(folder);
  Deno.removeSync(folder.at("repo/.git"), { recursive: true });
  const { code, stderr, told } = await runCi(folder);
  assert.deepEqual([code, stderr, told.at(-1)], [0, "", "committed"]);
  assert.equal(folder.read("repo/.parts/part"), "new\n");
});

Deno.test("a hook's variables do not lead to another repository", async () => {
  using folder = makeFolder();
  makeRepository(folder);
  const env = { GIT_DIR: folder.at("none"), GIT_WORK_TREE: folder.at("none") };
  const { code, stderr, told } = await runCi(folder, { env });
  assert.deepEqual([code, stderr, told.at(-1)], [0, "", "committed"]);
});

rootTest("root tests another user's checkout", async () => {
  using folder = makeFolder();
  makeRepository(folder);
  for (const path of ["repo", "repo/.git"]) Deno.chownSync(folder.at(path), 1001, 1001);
  const { code, stderr, told } = await runCi(folder);
  assert.deepEqual([code, stderr, told.at(-1)], [0, "", "committed"]);
});

Deno.test("a shallow checkout is tested like a whole one", async () => {
  using folder = makeFolder();
  makeRepository(folder);
  git(folder, "clone", "--quiet", "--depth=1", `file://${folder.at("repo")}`, "../shallow");
  Deno.renameSync(folder.at("repo"), folder.at("whole"));
  Deno.renameSync(folder.at("shallow"), folder.at("repo"));
  const { code, told } = await runCi(folder);
  assert.deepEqual([code, told.at(-1)], [0, "committed"]);
});
