/** Standard error as programs read it: by systemd's journal, and as lines of JSON. */
import { testsNeeding } from "../support/tests_needing.ts";
import { compiledVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";

const test = await testsNeeding();

/** Runs the program by a shell's line, with its standard error in a file; VCM is the program. */
async function errOf(line: string): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "vcm-err-" });
  try {
    await new Deno.Command("sh", {
      args: ["-c", line],
      cwd: directory,
      env: { VCM: await compiledVcm() },
      stderr: "null",
    }).output();
    return await Deno.readTextFile(`${directory}/err`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const NONE = `none.yaml: does not exist; pass --config FILE or set $VCM_CONFIG`;

test("if standard error is the journal, each line has its level", async () => {
  const run = '"$VCM" run --config none.yaml 2> err';
  const journal = 'touch err; export JOURNAL_STREAM="$(stat -c %d:%i err)"';
  assert.equal(await errOf(`${journal}; ${run}`), `<3>${NONE}\n`);
  // A child that was given another standard error than its parent's has the variable, too.
  assert.equal(await errOf(`export JOURNAL_STREAM=1:2; ${run}`), `error: ${NONE}\n`);
});

test("with --log-format json each line is an object", async () => {
  const text = await errOf('"$VCM" run --config none.yaml --log-format json 2> err');
  const { time, level, message } = JSON.parse(text);
  assert.deepEqual([level, message], ["error", NONE]);
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test("what a run does is logged after its rights are given up, for people and the journal", async () => {
  const run = `umask 077; cat > vcm.yaml <<END
config:
  vault: "http://127.0.0.1:9"
  retries: 0
  pki: "pki"
  role: "web"
  cert_store: "$PWD/store"
certs:
  - name: "a.e2e.test"
END
VAULT_TOKEN=none "$VCM" run --config vcm.yaml 2> err`;
  const failure = "a.e2e.test: issue failed: ";
  const said = await errOf(run);
  assert.ok(said.startsWith(`error: ${failure}`), said);
  const journal = 'touch err; export JOURNAL_STREAM="$(stat -c %d:%i err)"';
  const told = await errOf(`${journal}; ${run}`);
  assert.ok(told.startsWith(`<3>${failure}`), told);
});
