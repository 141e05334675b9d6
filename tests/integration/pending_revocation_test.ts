/** Revocations that were begun and not finished, against a real OpenBao. */
import assert from "node:assert/strict";
import { outputMistakes } from "../support/output_validator.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertWell, certificate, makeBench, NAME } from "./bench.ts";
import {
  bare,
  has,
  isRevoked,
  RECORD,
  revokeFailing,
  serialOf,
  withBegun,
} from "./begun_revocation.ts";
import { withServer } from "./server.ts";

const test = await testsNeeding("openbao");

const OTHER = "other.example.test";

test("a revocation that the server does not decide stays pending, and one that it refuses does not", () =>
  withServer({}, async ({ bao }) => {
    using bench = makeBench();
    bench.configure(bare(bao), certificate(bench.directory));
    const env = { VAULT_TOKEN: bao.token, VAULT_ADDR: bao.address };
    assertWell(await bench.vcm(["run"], env));
    for (const status of [400, 403, 404]) {
      const refused = await revokeFailing(bench, bao, status);
      assert.equal(refused.status, 1);
      assert.doesNotMatch(refused.err, /may be revoked/);
      assert.equal(has(bench, RECORD), false);
      assert.equal((await bench.vcm(["check"])).status, 0);
    }
    for (const status of [429, 500, 502, 503, 504]) {
      const undecided = await revokeFailing(bench, bao, status);
      assert.equal(undecided.status, 1);
      assert.match(
        undecided.err,
        /it may be revoked: the next run tries again, or run "vcm revoke/,
      );
      assert.equal((await bench.vcm(["check"])).status, 2);
    }
    const down = await bench.vcm(["revoke", "--yes", NAME], {
      ...env,
      VAULT_ADDR: "http://127.0.0.1:1",
      VAULT_MAX_RETRIES: "1",
    });
    assert.deepEqual([down.status, has(bench, RECORD)], [1, true]);
    // Refused, and the server knows that it was never revoked.
    const withdrawn = await revokeFailing(bench, bao, 400);
    assert.equal(withdrawn.status, 1);
    assert.match(withdrawn.err, /; it is not revoked, and its revocation is withdrawn\n$/);
    assert.equal(has(bench, RECORD), false);
    assert.equal((await bench.vcm(["check"])).status, 0);
  }));

test("each command prints a started revocation as data that its schema allows", () =>
  withBegun(async ({ bench, serial, env }) => {
    for (const command of ["check", "status", "plan", "doctor"] as const) {
      const { out } = await bench.vcm([command, "--json"], env);
      assert.deepEqual(outputMistakes(command, out), []);
      assert.ok(out.includes(serial), out);
    }
    const { status, out } = await bench.vcm(["run", "--json"], env);
    assert.equal(status, 0);
    assert.deepEqual(outputMistakes("run", out), []);
    const { events } = JSON.parse(out);
    assert.deepEqual(events[0], {
      kind: "recovered",
      certificate: NAME,
      detail: `finished the revocation of serial ${serial}`,
    });
  }));

test("a run whose token may not revoke issues a new certificate, and says what is left", () =>
  withBegun(async ({ bench, serial, env, bao, login }) => {
    const own = {
      VAULT_ADDR: bao.address,
      VAULT_ROLE_ID: login.roleId,
      VAULT_SECRET_ID: login.secretId,
    };
    const { status, out } = await bench.vcm(["run"], own);
    assert.equal(status, 1);
    assert.match(out, /Cannot finish the revocation of serial [0-9a-f:]+: .*it is not revoked yet/);
    const successor = serialOf(bench);
    assert.notEqual(successor, serial);
    const check = await bench.vcm(["check"]);
    assert.deepEqual([check.status, check.out.includes(serial)], [1, true]);
    assert.equal((await bench.vcm(["deploy"])).status, 0);

    const finished = await bench.vcm(["revoke", "--yes", NAME], env);
    assert.deepEqual([finished.status, finished.out], [
      0,
      `${NAME}: revoked, serial ${serial}; the store has another certificate, serial ` +
      `${successor}, which is kept\n`,
    ]);
    assert.equal(await isRevoked(bao, serial), true);
    assert.deepEqual([serialOf(bench), (await bench.vcm(["check"])).status], [successor, 0]);
  }));

test("a run whose token may not revoke believes the server that it is revoked", () =>
  withBegun(async ({ bench, serial, bao, login }) => {
    await bao.api("POST", "pki/revoke", { serial_number: serial });
    const own = {
      VAULT_ADDR: bao.address,
      VAULT_ROLE_ID: login.roleId,
      VAULT_SECRET_ID: login.secretId,
    };
    assertWell(await bench.vcm(["run"], own));
    assert.equal((await bench.vcm(["check"])).status, 0);
  }));

for (const by of [["run"], ["issue"], ["revoke", "--yes", NAME]]) {
  test(`the revocation of a certificate that was removed from the file is finished by ${by[0]}`, () =>
    withBegun(async ({ bench, serial, env, bao }) => {
      bench.configure(bare(bao), certificate(bench.directory, OTHER));
      const two = await bench.vcm(["run", OTHER], env);
      assertWell(two);
      assert.equal(has(bench, RECORD), true);
      for (const command of ["check", "status", "plan", "doctor"]) {
        const { status, out } = await bench.vcm([command], env);
        assert.equal(status === 0, command === "plan", out);
        assert.ok(out.includes(NAME) && out.includes(serial), out);
      }
      assertWell(await bench.vcm(by, env));
      assert.equal(await isRevoked(bao, serial), true);
      assert.deepEqual([has(bench, RECORD), has(bench, `store/${NAME}/`)], [false, false]);
      assert.equal((await bench.vcm(["check"])).status, 0);
    }));
}

test("the revocation of another file's certificate in the same store is left to that file", () =>
  withBegun(async ({ bench, serial, env, bao }) => {
    const { directory } = bench;
    const store = `  cert_store: "${directory.at("store")}"\n`;
    const lines = bare(bao).split("\n").map((line) => `  ${line}\n`).join("");
    const text = `config:\n${lines}${store}certs:\n${certificate(directory, OTHER)}`;
    directory.write("second.yaml", text);
    const second = { ...env, VCM_CONFIG: directory.at("second.yaml") };
    assertWell(await bench.vcm(["run"], second));
    assert.equal((await bench.vcm(["check"], second)).status, 0);
    assert.deepEqual([has(bench, RECORD), await isRevoked(bao, serial)], [true, false]);
    // Nobody else will finish it once that file is gone.
    Deno.removeSync(directory.at("vcm.yaml"));
    assertWell(await bench.vcm(["run"], second));
    assert.deepEqual([has(bench, RECORD), await isRevoked(bao, serial)], [false, true]);
  }));

test("an unreadable record does not count as absent", () =>
  withBegun(async ({ bench, serial, env }) => {
    for (const text of ["", "{}", '{"serial":"../x","mount":"pki","file":"/x"}', "null", "\0"]) {
      bench.directory.write(RECORD, text);
      assert.equal((await bench.vcm(["check"])).status, 3, text);
      for (const line of [["run"], ["revoke", "--yes", NAME], ["doctor"]]) {
        const { status, out, err } = await bench.vcm(line, env);
        assert.equal(status, 1);
        assert.match(out + err, /is not a valid record of a revocation(?:; fix:|\n) *rm \//);
      }
      assert.equal(serialOf(bench), serial);
    }
    Deno.removeSync(bench.directory.at(RECORD));
    assert.equal((await bench.vcm(["check"])).status, 0);
  }));

test("a key that may have leaked is not used again, and no window holds it back", () =>
  withBegun(
    async ({ bench, env, bao, login }) => {
      const before = bench.directory.read(`store/${NAME}/privkey.pem`);
      // This token may not revoke, so the set is still in the store when the new one is issued.
      const own = {
        VAULT_ADDR: bao.address,
        VAULT_ROLE_ID: login.roleId,
        VAULT_SECRET_ID: login.secretId,
      };
      assert.equal((await bench.vcm(["run"], own)).status, 1);
      const key = bench.directory.read(`store/${NAME}/privkey.pem`);
      assert.notEqual(key, before);
      assertWell(await bench.vcm(["run"], env));
      assert.equal(bench.directory.read(`store/${NAME}/privkey.pem`), key);
    },
    `key: local\nreuse_key: true\nwindow: "${closedWindow()}"`,
  ));

/** A window of a day that is neither today nor tomorrow. */
function closedWindow(): string {
  const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
  return `${days[(new Date().getDay() + 3) % 7]} 02:00-04:00`;
}
