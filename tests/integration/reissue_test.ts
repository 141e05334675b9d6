/** An emergency: what was issued before a time is issued again, once, whatever the server dates back. */
import assert from "node:assert/strict";
import type { OpenBao } from "../support/openbao.ts";
import { countIssued } from "../support/issued.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { waitUntil } from "../support/wait_until.ts";
import { assertWell, type Bench, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

const OTHER = "b.example.test";
/** Opens once a week, and is over now. */
const CLOSED = (() => {
  const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
  return `${days[(new Date().getUTCDay() + 3) % 7]} 02:00-02:30`;
})();

interface Emergency {
  readonly bench: Bench;
  readonly bao: OpenBao;
  readonly env: Readonly<Record<string, string>>;
  /** Writes `vcm.yaml`, with "reissue" for a time. */
  configure(issuedBefore?: string, within?: string): void;
  /** Runs, and returns how many certificates were issued. */
  run(): Promise<number>;
}

/** Has two certificates with keys that are used again, from a role that dates back. */
async function withEmergency(
  back: string,
  during: (emergency: Emergency) => Promise<void>,
): Promise<void> {
  await withServer({}, async ({ bao }) => {
    const role = { allow_any_name: true, key_type: "ec", key_bits: 256, max_ttl: "8760h" };
    await bao.api("POST", "pki/roles/back", { ...role, not_before_duration: back });
    using bench = makeBench();
    const env = { VAULT_TOKEN: bao.token };
    const entry = 'role: "back"\nttl: "60d"\nkey: local\nreuse_key: true';
    const emergency: Emergency = {
      bench,
      bao,
      env,
      configure(issuedBefore, within = "0s") {
        const reissue = issuedBefore === undefined
          ? ""
          : `reissue: {issued_before: "${issuedBefore}", within: "${within}"}\n`;
        bench.configure(
          settings(bao, `window: "${CLOSED}"\n${reissue}`),
          [NAME, OTHER].map((name) => certificate(bench.directory, name, entry)).join(""),
        );
      },
      async run() {
        const before = await countIssued(bao);
        assertWell(await bench.vcm(["run"], env));
        return await countIssued(bao) - before;
      },
    };
    emergency.configure();
    assert.equal(await emergency.run(), 2);
    await during(emergency);
  });
}

/** The time after all that was issued, when it has come. */
async function nextSecond(): Promise<string> {
  const next = Math.floor(Date.now() / 1000) * 1000 + 1000;
  await waitUntil("the next second", 10, () => Promise.resolve(Date.now() >= next || undefined));
  return new Date(next).toISOString().replace(".000Z", "Z");
}

const keyOf = ({ directory }: Bench, name = NAME) => directory.read(`store/${name}/privkey.pem`);
const certOf = ({ directory }: Bench, name = NAME) => directory.read(`store/${name}/cert.pem`);

for (const back of ["30s", "24h"]) {
  test(`what was issued before a time is issued again, once, with a new key, if the role dates ${back} back`, () =>
    withEmergency(back, async ({ bench, configure, run, env }) => {
      const before = keyOf(bench);
      const time = await nextSecond();
      configure(time);
      const check = await bench.vcm(["check"], env);
      assert.equal(check.status, 1, check.out);
      assert.match(
        check.out,
        /: it was issued before 20.* UTC, and "reissue" asks for a new one$/m,
      );
      assert.match(check.out, /^re-issue of what was issued before .*: 0 of 2 certificates done$/m);
      assert.equal(await run(), 2);
      assert.notEqual(keyOf(bench), before);
      assert.deepEqual([await run(), await run()], [0, 0]);
      const done = await bench.vcm(["status"], env);
      assert.equal(done.status, 0, done.out);
      assert.match(
        done.out,
        /: 2 of 2 certificates done; "reissue" can be removed from the config/,
      );
      // Once more, by hand and later: the record of the first one does not apply to the new one.
      assertWell(await bench.vcm(["issue", "--force", NAME], env));
      assert.deepEqual([await run(), await run()], [0, 0]);
      configure(await nextSecond());
      assert.deepEqual([await run(), await run()], [2, 0]);
    }));

  test(`a set that is restored or adopted is issued again at most once, if the role dates ${back} back`, () =>
    withEmergency(back, async ({ bench, configure, run }) => {
      const store = bench.directory.at("store");
      const copy = bench.directory.at("backup");
      const cp = (...args: string[]) => new Deno.Command("cp", { args: ["-a", ...args] }).output();
      await cp(store, copy);
      configure(await nextSecond());
      assert.equal(await run(), 2);
      // Of the whole store: it is from before the time.
      Deno.removeSync(store, { recursive: true });
      await cp(copy, store);
      assert.deepEqual([await run(), await run()], [2, 0]);
      // Of another program, which keeps no record: when it was issued can only be estimated.
      Deno.removeSync(bench.directory.at(`store/.issued-${NAME}`));
      assert.deepEqual([await run(), await run()], [1, 0]);
    }));
}

test("a re-issue is spread by serial numbers, and status tells when the last one is due", () =>
  withEmergency("30s", async ({ bench, configure, run, env }) => {
    const time = await nextSecond();
    configure(time, "30d");
    assert.equal(await run(), 0);
    const check = await bench.vcm(["check"], env);
    assert.equal(check.status, 0, check.out);
    assert.match(check.out, /: 0 of 2 certificates done; the last one is due 20/);
    const { certificates } = JSON.parse((await bench.vcm(["plan", "--json"], env)).out);
    const starts = certificates.map(({ reissue, renewAt }: Record<string, { from: string }>) => {
      assert.equal(reissue?.from, renewAt);
      return Date.parse(reissue?.from ?? "");
    });
    for (const start of starts) {
      assert.ok(start >= Date.parse(time) && start <= Date.parse(time) + 30 * 86_400_000);
    }
    assert.notEqual(starts[0], starts[1]);
    // A renewal by hand counts.
    assertWell(await bench.vcm(["issue", "--force", NAME], env));
    assert.match((await bench.vcm(["check"], env)).out, /: 1 of 2 certificates done; the last/);
  }));

test("a time to come changes nothing before it", () =>
  withEmergency("30s", async ({ bench, configure, run, env }) => {
    configure(new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z$/, "Z"));
    assert.equal(await run(), 0);
    assert.equal((await bench.vcm(["check"], env)).status, 0);
  }));

test("if the record of an issue cannot be written, the server is not asked", () =>
  withEmergency("30s", async ({ bench, bao, configure, env }) => {
    configure(await nextSecond());
    const before = [await countIssued(bao), certOf(bench), certOf(bench, OTHER)];
    for (const name of [NAME, OTHER]) Deno.mkdirSync(bench.directory.at(`store/.issued-${name}`));
    const failed = await bench.vcm(["run"], env);
    assert.equal(failed.status, 1, failed.out);
    assert.match(failed.out + failed.err, /store\/\.issued-web\.example\.test/);
    assert.deepEqual([await countIssued(bao), certOf(bench), certOf(bench, OTHER)], before);
  }));
