/** Roles that date certificates back by long: only the time after the issue counts as lifetime. */
import assert from "node:assert/strict";
import { countIssued } from "../support/issued.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertWell, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How far a role dates back, what the entry says, and the window that is due to it, in milliseconds. */
const CASES: readonly (readonly [string, string, number])[] = [
  ["720h", 'ttl: "10d"', 10 * DAY / 3],
  ["720h", 'ttl: "90d"', 30 * DAY],
  ["8760h", 'ttl: "30d"', 10 * DAY],
  ["24h", 'ttl: "1h"', HOUR / 3],
  ["2m", 'ttl: "10m"\nrenew: "50%"', HOUR / 12],
  ["720h", 'ttl: "10d"\nrenew: "3d"', 3 * DAY],
  ["720h", 'ttl: "10d"\nrenew: "66%"', 6.6 * DAY],
  ["720h", 'ttl: "10d"\nrenew: "99%"', 9.9 * DAY],
  ["48h", 'ttl: "24h"\nrenew: "20h"', 20 * HOUR],
  // The role cuts what is asked for, and a duration as long as the rest is capped.
  ["720h", 'role: "cut"\nttl: "30d"', 10 * DAY / 3],
  ["720h", 'role: "cut"\nrenew: "20d"', 10 * DAY / 3],
  // The usual 30 s: a share means what it says.
  ["30s", 'ttl: "30d"\nrenew: "99%"', 29.7 * DAY],
  ["30s", 'ttl: "1h"\nrenew: "99%"', 0.99 * HOUR],
];

test("a certificate that is dated back is renewed by the lifetime since its issue, and not at once", () =>
  withServer({}, async ({ bao }) => {
    const env = { VAULT_TOKEN: bao.token };
    const role = { allow_any_name: true, key_type: "ec", key_bits: 256 };
    for (const [not_before_duration, entry, window] of CASES) {
      await bao.api("POST", "pki/roles/back", { ...role, max_ttl: "8760h", not_before_duration });
      await bao.api("POST", "pki/roles/cut", { ...role, max_ttl: "240h", not_before_duration });
      using bench = makeBench();
      const lines = settings(bao).replace('renew: "10d"', "").replace('"web"', '"back"');
      bench.configure(lines, certificate(bench.directory, NAME, entry));
      const before = await countIssued(bao);
      const what = `${not_before_duration} ${entry}`;
      const first = await bench.vcm(["run", "--json"], env);
      assert.equal(first.status, 0, what + first.out + first.err);
      const { events } = JSON.parse(first.out);
      const issued = events.find(({ kind }: { kind: string }) => kind === "issued");
      for (let runs = 0; runs < 2; runs++) {
        const next = await bench.vcm(["run"], env);
        assert.deepEqual([next.status, await countIssued(bao) - before], [0, 1], what + next.out);
      }
      const { certificates: [{ renewAt, certificate: { notAfter } }] } = JSON.parse(
        (await bench.vcm(["plan", "--json"], env)).out,
      );
      const found = Date.parse(notAfter) - Date.parse(renewAt);
      assert.ok(Math.abs(found - window) < 30_000 + window / 1000, `${what}: ${found / HOUR} h`);
      const apart = Math.abs(Date.parse(issued.renewAt) - Date.parse(renewAt));
      assert.ok(apart < 5000, `${what}: told ${issued.renewAt}, planned ${renewAt}`);
      const isLong = not_before_duration !== "30s";
      assert.equal(bench.directory.tree().includes(`store/.issued-${NAME}`), isLong, what);
    }
  }));

test("what a role no longer dates back has no record of its issue", () =>
  withServer({}, async ({ bao }) => {
    const env = { VAULT_TOKEN: bao.token };
    const role = { allow_any_name: true, key_type: "ec", key_bits: 256, max_ttl: "240h" };
    using bench = makeBench();
    bench.configure(settings(bao), certificate(bench.directory, NAME, 'role: "back"\nrenew: 1d'));
    for (const [not_before_duration, count] of [["1h", 1], ["30s", 0], ["61s", 1]] as const) {
      await bao.api("POST", "pki/roles/back", { ...role, not_before_duration });
      assertWell(await bench.vcm(["issue", "--force", NAME], env));
      const records = bench.directory.tree().filter((name) => name.includes(".issued-"));
      assert.equal(records.length, count, not_before_duration);
    }
  }));
