/** The compiled program and certificates that were issued in vain: kills, errors of the disk, no-op runs. */
import { countIssued } from "../support/issued.ts";
import { startOpenBao } from "../support/openbao.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { distinct, type Fault, recordChanges, runWithFault } from "../support/strace.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { compiledVcm, runVcm } from "../support/vcm.ts";
import { makeDirectory } from "../support/rig.ts";
import { assert } from "./assert.ts";

const test = await testsNeeding("openbao", "strace");

const NAMES = ["a.refused.test", "b.refused.test"] as const;
const RECORDS = NAMES.map((name) => `store/.refused-answer-${name}`);

/** A host that wants EC keys of a role that makes RSA keys. */
async function makeHost() {
  await using stack = new AsyncDisposableStack();
  const bao = stack.use(await startOpenBao({ audit: true }));
  await setUpPki(bao);
  const directory = stack.use(makeDirectory());
  const binary = await compiledVcm();
  const env = { VAULT_TOKEN: bao.token, VCM_CONFIG: directory.at("vcm.yaml") };
  const configure = (role: string) =>
    directory.write(
      "vcm.yaml",
      `config: {vault: "${bao.address}", pki: pki, role: ${role}, key_type: ec-256, ` +
        `cert_store: "${directory.at("store")}"}\ncerts:\n` +
        NAMES.map((name) => `  - name: ${name}\n`).join(""),
    );
  configure("rsa");
  const owned = stack.move();
  return {
    directory,
    configure,
    argv: [binary, "run"],
    env,
    vcm: (...args: string[]) => runVcm(args, { env }),
    records: () => directory.tree().filter((name) => name.includes("refused-answer")),
    issued: () => countIssued(bao),
    /** Requests of VCM are all but those that this test makes itself. */
    audit: async () => (await Deno.readTextFile(bao.auditFile ?? "")).split("\n").length,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test("24 hourly runs ask the server once, log in nowhere else, and fail", async () => {
  await using host = await makeHost();
  const before = await host.issued();
  const first = await host.vcm("run", "--quiet");
  assert.equal(first.code, 1);
  assert.deepEqual(host.records(), RECORDS);
  const audit = await host.audit();
  for (let run = 0; run < 23; run++) {
    const { code, stderr } = await host.vcm("run", "--quiet");
    assert.equal(code, 1);
    assert.match(stderr, /failed {2}a\.refused\.test: Cannot use .*; the next try is from 20/);
  }
  assert.equal(await host.audit(), audit, "no request at all");
  assert.equal(await host.issued() - before, NAMES.length);
  assert.equal((await host.vcm("check")).code, 2);
  host.configure("web");
  assert.equal((await host.vcm("run")).code, 0);
  assert.deepEqual([host.records(), (await host.vcm("check")).code], [[], 0]);
});

test("a kill or an error at any change of a record loses no run, and wastes one more at most", async () => {
  await using host = await makeHost();
  const { directory, argv, env } = host;
  const { changes } = await recordChanges(argv, directory.path, env);
  const own = distinct(changes).filter(({ path }) => path.includes("refused-answer-a"));
  assert.ok(own.length >= 5, JSON.stringify(own));
  let tried = 0;
  for (const change of own) {
    for (const fault of ["kill", "ENOSPC", "EIO", "EROFS"] as const satisfies readonly Fault[]) {
      Deno.removeSync(directory.at("store"), { recursive: true });
      const run = await runWithFault(argv, change, fault, env);
      assert.ok(run.met, JSON.stringify(change));
      if (fault !== "kill") {
        assert.equal(run.code, 1);
        assert.doesNotMatch(run.stdout + run.stderr, /^\s+at |file:\/\/|panicked/m);
      }
      const before = await host.issued();
      assert.equal((await host.vcm("run")).code, 1);
      const again = await host.issued() - before;
      assert.ok(
        again <= (fault === "kill" ? NAMES.length : 1),
        `${again}: ${change.call} ${fault}`,
      );
      assert.deepEqual(host.records().filter((name) => !name.endsWith(".vcm-new")), RECORDS);
      const settled = await host.issued();
      assert.equal((await host.vcm("run")).code, 1);
      assert.equal(await host.issued(), settled);
      tried++;
    }
  }
  host.configure("web");
  assert.equal((await host.vcm("run")).code, 0);
  assert.deepEqual(host.records(), []);
  console.log(`Disturbed ${tried} runs at ${own.length} changes of a record`);
});

test("a run with nothing to do looks at no record, and one with a record changes nothing", async () => {
  await using host = await makeHost();
  host.configure("web");
  assert.equal((await host.vcm("run")).code, 0);
  const { argv, directory, env } = host;
  const absent = await recordChanges(argv, directory.path, env);
  const records = absent.changes.filter(({ path }) => path.includes("refused"));
  assert.deepEqual([absent.code, records], [0, []]);
  host.configure("rsa");
  Deno.removeSync(directory.at("store"), { recursive: true });
  assert.equal((await host.vcm("run")).code, 1);
  const waiting = await recordChanges(argv, directory.at("store"), env);
  assert.equal(waiting.code, 1);
  assert.deepEqual(waiting.changes.filter(({ path }) => !path.endsWith("/.lock")), []);
});
