/**
 * A real OpenBao issues what cannot be used. It is not asked again at every run, and that is said;
 * what wastes no certificate does not count.
 */
import assert from "node:assert/strict";
import { startFront } from "../support/faulty_proxy.ts";
import type { OpenBao } from "../support/openbao.ts";
import { outputMistakes } from "../support/output_validator.ts";
import type { AppRoleLogin } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertWell, type Bench, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";
import { countIssued } from "../support/issued.ts";

const test = await testsNeeding("openbao");

const RECORD = `store/.refused-answer-${NAME}`;
const EC = 'key_type: "ec-256"';
/** The server makes RSA keys for this role. */
const WRONG = `role: "rsa"\n${EC}`;
const RIGHT = `role: "web"\n${EC}`;
/** Makes a stored certificate due, too. */
const WRONG_NEXT = `${WRONG}\ndns_sans: ["api.example.test"]`;
const HOUR = 3_600_000;

const has = ({ directory }: Bench) => directory.tree().includes(RECORD);

function recordOf({ directory }: Bench) {
  const { at, ...rest } = JSON.parse(directory.read(RECORD));
  return { at: new Date(at), ...rest };
}

/** Moves the last answer into the past. */
function age(bench: Bench, ms: number): void {
  const { at, ...rest } = recordOf(bench);
  bench.directory.write(RECORD, JSON.stringify({ at: new Date(at.getTime() - ms), ...rest }));
}

interface Stage {
  readonly bao: OpenBao;
  readonly login: AppRoleLogin;
  readonly bench: Bench;
  readonly env: Readonly<Record<string, string>>;
  /** Configures the one certificate. */
  want(more: string): void;
  /** Runs a command, which ends with that status, and counts what the server has issued meanwhile. */
  issuedBy(args: readonly string[], status: number): Promise<number>;
}

function withStage(run: (stage: Stage) => Promise<void>): Promise<void> {
  return withServer({}, async ({ bao, login }) => {
    using bench = makeBench();
    const env = { VAULT_TOKEN: bao.token };
    await run({
      bao,
      login,
      bench,
      env,
      want: (more) => bench.configure(settings(bao), certificate(bench.directory, NAME, more)),
      issuedBy: async (args, status) => {
        const before = await countIssued(bao);
        const said = await bench.vcm(args, env);
        assert.equal(said.status, status, said.out + said.err);
        return await countIssued(bao) - before;
      },
    });
  });
}

test("what cannot be used is asked for after 1, 2, 4, 8, 16 and 24 hours, not at every run", () =>
  withStage(async ({ bench, want, issuedBy }) => {
    want(WRONG);
    assert.equal(await issuedBy(["run"], 1), 1);
    for (const [count, hours] of [1, 2, 4, 8, 16, 24, 24].entries()) {
      assert.equal(recordOf(bench).count, count + 1);
      age(bench, hours * HOUR - 60_000);
      for (let runs = 0; runs < 3; runs++) assert.equal(await issuedBy(["run"], 1), 0);
      age(bench, 60_000);
      assert.equal(await issuedBy(["run"], 1), 1);
    }
    want(RIGHT);
    assert.equal(await issuedBy(["run"], 0), 1, "the entry changed");
    assert.equal(has(bench), false);
    assert.equal(await issuedBy(["run"], 0), 0);
    assert.equal((await bench.vcm(["check"])).status, 0);
  }));

test("each command says why, and when the next try is; the schemas allow it", () =>
  withStage(async ({ bench, env, want }) => {
    want(WRONG);
    const first = await bench.vcm(["run"], env);
    const next = (time: Date) =>
      `${new Date(time.getTime() + HOUR).toISOString().slice(0, 16).replace("T", " ")} UTC`;
    assert.match(
      first.out,
      /^failed {2}web\.example\.test: Cannot use the certificate that .* issued for "pki\/issue\/rsa": its key is rsa-2048, but "key_type" asks for ec-256: /,
    );
    const { at } = recordOf(bench);
    const said = `: its key is rsa-2048, but "key_type" asks for ec-256`;
    const when = `; 1 certificate was issued in vain, at ${
      at.toISOString().slice(0, 16).replace("T", " ")
    } UTC; the next try is from ${next(at)}; to try earlier: vcm issue --force ${NAME}\n`;
    const soon = `${NAME}: the next try is from ${
      next(at)
    }; to try earlier: vcm issue --force ${NAME}\n`;
    assert.ok(first.err.includes(soon), first.err);
    for (
      const [command, status] of [["check", 2], ["status", 2], ["plan", 0], ["run", 1]] as const
    ) {
      const told = await bench.vcm([command], env);
      assert.equal(told.status, status, command);
      assert.ok(told.out.includes(said) && told.out.includes(when), told.out);
      const { out } = await bench.vcm([command, "--json"], env);
      assert.deepEqual(outputMistakes(command, out), []);
      const { certificates: [{ refused, blocked }], steps } = JSON.parse(out);
      const { reason, ...times } = refused;
      assert.ok(reason.includes(said));
      assert.deepEqual(times, {
        at: at.toISOString(),
        count: 1,
        next: new Date(at.getTime() + HOUR).toISOString(),
      });
      assert.deepEqual([blocked.length, blocked[0].kind, steps], [1, "refused", []]);
    }
    assert.equal((await bench.vcm(["plan", "--detailed-exitcode"], env)).status, 1);
  }));

test("names, chains, issuers, lifetimes and leases that cannot be used count alike", () =>
  withStage(async ({ bao, login, bench, env, want, issuedBy }) => {
    const role = { allow_any_name: true, key_type: "ec", key_bits: 256 };
    await bao.api("POST", "pki/roles/leased", { ...role, generate_lease: true, max_ttl: "100h" });
    await bao.api("POST", "pki/roles/tiny", { ...role, max_ttl: "8s" });
    const roles = [
      'issuer: "Another CA"',
      'role: "tiny"\nrenew: "99%"',
    ];
    for (const more of roles) {
      want(more);
      assert.equal(await issuedBy(["run"], 1), 1, more);
      assert.equal(recordOf(bench).count, 1, more);
      assert.equal(await issuedBy(["run"], 1), 0, more);
    }
    want('role: "leased"\nttl: "99h"');
    const ownLogin = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    assert.equal((await bench.vcm(["run"], ownLogin)).status, 1);
    assert.match(recordOf(bench).reason, /generate_lease/);
    assert.equal(await issuedBy(["run"], 1), 0);
    // Names, chain and key are changed on the way.
    const faults: ((data: Record<string, unknown>) => Record<string, unknown>)[] = [
      (data) => ({ ...data, ca_chain: [], issuing_ca: "" }),
      (data) => data,
      (data) => ({ ...data, private_key: undefined }),
      (data) => ({ ...data, certificate: "not PEM" }),
      (data) => ({ ...data, certificate: data["issuing_ca"] }),
    ];
    for (const [at, fault] of faults.entries()) {
      const names = { common_name: NAME, alt_names: at === 1 ? "more.example.test" : "" };
      const { body } = await bao.api("POST", "pki/issue/web", names);
      const answer = { data: fault({ ...body.data }) };
      await using front = startFront(
        bao,
        (path) => path.startsWith("pki/issue/") ? Response.json(answer) : undefined,
      );
      bench.configure(
        settings({ ...bao, address: front.address }),
        certificate(bench.directory, NAME, `ttl: "${60 + at}d"`),
      );
      for (let runs = 0; runs < 3; runs++) {
        assert.equal((await bench.vcm(["run"], env)).status, 1);
      }
      const asked = front.heard.filter((path) => path === "pki/issue/web").length;
      assert.deepEqual([asked, recordOf(bench).count], [1, 1], String(at));
    }
  }));

test("what wastes nothing does not count: 400, 403, 429, 500, 503, no server, no answer at all", () =>
  withStage(async ({ bao, bench, env, want }) => {
    const answers: (() => Response)[] = [400, 403, 404, 429, 500, 503].map((status) => () =>
      Response.json({ errors: ["no"] }, { status })
    );
    answers.push(
      () => new Response("<!doctype html>"),
      () => Response.json({ data: {} }),
      () => Response.json({ data: null, warnings: ["nothing was done"] }),
    );
    for (const answer of answers) {
      await using front = startFront(
        bao,
        (path) => path.startsWith("pki/issue/") ? answer() : undefined,
      );
      const lines = settings({ ...bao, address: front.address }, "timeout: 1s\nretries: 0");
      bench.configure(lines, certificate(bench.directory));
      assert.equal((await bench.vcm(["run"], env)).status, 1);
      const asked = front.heard.length;
      assert.equal((await bench.vcm(["run"], env)).status, 1);
      assert.deepEqual([has(bench), front.heard.length > asked], [false, true]);
    }
    bench.configure(
      settings({ ...bao, address: "http://127.0.0.1:1" }, "retries: 0"),
      certificate(bench.directory),
    );
    assert.equal((await bench.vcm(["run"], env)).status, 1);
    assert.equal(has(bench), false);
    want("");
    assertWell(await bench.vcm(["run"], env));
  }));

test("while the stored certificate is valid, a quarter of what is left bounds the wait; check warns", () =>
  withStage(async ({ bench, env, want, issuedBy }) => {
    // An hour is stored, and its renewal asks for a key that the role does not make.
    want('role: "short"\nrenew: "10m"');
    assertWell(await bench.vcm(["run"], env));
    assert.equal((await bench.vcm(["check"])).status, 0);
    want(WRONG_NEXT);
    assert.equal(await issuedBy(["run"], 1), 1);
    const { out } = await bench.vcm(["check", "--json"]);
    const [{ refused, certificate: { notAfter } }] = JSON.parse(out).certificates;
    const at = Date.parse(refused.at);
    const [next, end] = [Date.parse(refused.next), Date.parse(notAfter)];
    assert.ok(Math.abs(next - at - (end - at) / 4) <= 1, out);
    const check = await bench.vcm(["check"]);
    assert.equal(check.status, 1, "what is deployed works, and is told to be not in order");
    assert.match(check.out, /^DUE: 1 of 1 certificate not in order/);
    // By a record that is older, more was left: x is past (left + x) / 4 from left / 3 on.
    age(bench, (end - at) / 3 - 60_000);
    assert.equal(await issuedBy(["run"], 1), 0);
    age(bench, 61_000);
    assert.equal(await issuedBy(["run"], 1), 1);
    // The old files are the stored ones, and a lost one is deployed meanwhile.
    const file = bench.directory.at(`ssl/${NAME}.key`);
    Deno.removeSync(file);
    assert.equal(await issuedBy(["run"], 1), 0);
    assert.equal(Deno.readTextFileSync(file), bench.directory.read(`store/${NAME}/privkey.pem`));
  }));

test("--force, a clock that was set back and a damaged record: one try each, and no more", () =>
  withStage(async ({ bench, want, issuedBy }) => {
    want(WRONG);
    assert.equal(await issuedBy(["run"], 1), 1);
    assert.equal(await issuedBy(["issue", "--force", NAME], 1), 1);
    assert.deepEqual([recordOf(bench).count, await issuedBy(["run"], 1)], [2, 0]);
    age(bench, -400 * 24 * HOUR);
    assert.equal(await issuedBy(["run"], 1), 1);
    assert.deepEqual([recordOf(bench).count, await issuedBy(["run"], 1)], [1, 0]);
    bench.directory.write(RECORD, "{");
    assert.equal(await issuedBy(["run"], 1), 0, "it may have been written just now");
    const check = await bench.vcm(["check"]);
    assert.match(check.out, /its record ".*" is damaged; 1 certificate was issued in vain/);
    const old = new Date(Date.now() - HOUR - 1000);
    Deno.utimeSync(bench.directory.at(RECORD), old, old);
    assert.equal(await issuedBy(["run"], 1), 1);
    assert.deepEqual([recordOf(bench).count, await issuedBy(["run"], 1)], [2, 0]);
    Deno.removeSync(bench.directory.at(RECORD));
    bench.directory.write(`${RECORD}/file`, "");
    assert.equal(await issuedBy(["run"], 1), 0);
    assert.equal((await bench.vcm(["check"])).status, 2);
  }));

test("one refused certificate stops no other, and a record that is no longer needed goes", () =>
  withStage(async ({ bao, bench, env, issuedBy }) => {
    const other = "other.example.test";
    const two = (more: string) =>
      certificate(bench.directory, NAME, more) + certificate(bench.directory, other);
    bench.configure(settings(bao), two(WRONG));
    assert.equal(await issuedBy(["run"], 1), 2);
    assert.ok(bench.directory.tree().includes(`ssl/${other}.key`));
    assert.equal(await issuedBy(["run", other], 0), 0, "a run of the other one is in order");
    // The set becomes valid by other means.
    for (const part of ["cert", "chain", "fullchain", "ca", "privkey"]) {
      const text = bench.directory.read(`store/${other}/${part}.pem`);
      bench.directory.write(`store/${NAME}/${part}.pem`, text);
    }
    bench.configure(settings(bao), two(`common_name: "${other}"`));
    const check = await bench.vcm(["check"]);
    assert.doesNotMatch(check.out, /in vain/);
    const { status, err } = await bench.vcm(["run"], env);
    assert.equal(status, 0);
    assert.match(err, /web\.example\.test: removed the record of certificates that were issued in/);
    assert.equal(has(bench), false);
    assertWell(await bench.vcm(["run"], env));
  }));

test("a certificate that leaves the file, and one that is revoked, keep nobody waiting", () =>
  withStage(async ({ bao, bench, env, want, issuedBy }) => {
    want("");
    assertWell(await bench.vcm(["run"], env));
    want(WRONG_NEXT);
    assert.equal(await issuedBy(["run"], 1), 1);
    assertWell(await bench.vcm(["revoke", "--yes", NAME], env));
    assert.equal(has(bench), false);
    assert.equal(await issuedBy(["run"], 1), 1);
    assert.equal(await issuedBy(["run"], 1), 0);

    bench.configure(settings(bao), certificate(bench.directory, "other.example.test"));
    assert.equal(await issuedBy(["run"], 0), 1);
    assert.equal(has(bench), true, "another file may name it");
    assert.equal((await bench.vcm(["check"])).status, 0);
    age(bench, 8 * 24 * HOUR);
    assert.equal((await bench.vcm(["check"])).status, 0);
    assert.equal(await issuedBy(["run"], 0), 0);
    assert.equal(has(bench), false);
  }));
