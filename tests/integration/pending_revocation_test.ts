/** Revocations that were begun and not finished, against a real OpenBao. */
import assert from "node:assert/strict";
import { parseCertificate } from "../../lib/certificate/certificate.ts";
import { startFront } from "../support/faulty_proxy.ts";
import type { OpenBao } from "../support/openbao.ts";
import { outputMistakes } from "../support/output_validator.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertNoSecret, assertWell, type Bench, certificate, makeBench, NAME } from "./bench.ts";
import { type Server, settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

const RECORD = `store/.pending-revocation-${NAME}`;
const OTHER = "other.example.test";

function serialOf({ directory }: Bench): string {
  return parseCertificate(directory.read(`store/${NAME}/cert.pem`)).serial;
}

function has({ directory }: Bench, path: string): boolean {
  return directory.tree().includes(path);
}

async function isRevoked(bao: OpenBao, serial: string): Promise<boolean> {
  const { body } = await bao.api("GET", `pki/cert/${serial}`);
  return Number(body.data?.["revocation_time"]) > 0;
}

/** Runs `vcm revoke` while the server answers each revocation with a status. */
async function revokeFailing(bench: Bench, bao: OpenBao, status = 500, ...options: string[]) {
  const body = JSON.stringify({ errors: ["no"] });
  await using front = startFront(
    bao,
    (path) => path.endsWith("/revoke") ? new Response(body, { status }) : undefined,
  );
  const env = { VAULT_TOKEN: bao.token, VAULT_ADDR: front.address, VAULT_MAX_RETRIES: "0" };
  return await bench.vcm(["revoke", "--yes", ...options, NAME], env);
}

/** Settings without the address, which the environment then gives. */
function bare(bao: OpenBao, more = ""): string {
  return settings(bao, more).replace(/^vault: .*\n/, "");
}

/** A host whose revocation of a certificate was begun, and the certificate's serial number. */
async function withBegun(
  run: (
    at: Server & { bench: Bench; serial: string; env: Record<string, string> },
  ) => Promise<void>,
  more = "",
  ...options: string[]
): Promise<void> {
  await withServer({}, async (server) => {
    const { bao } = server;
    const env = { VAULT_TOKEN: bao.token, VAULT_ADDR: bao.address };
    using bench = makeBench();
    bench.configure(bare(bao), certificate(bench.directory, NAME, more));
    assertWell(await bench.vcm(["run"], env));
    const serial = serialOf(bench);
    const { status } = await revokeFailing(bench, bao, 500, ...options);
    assert.deepEqual([status, has(bench, RECORD)], [1, true]);
    await run({ ...server, bench, serial, env });
    assertNoSecret(bench, bao.token);
  });
}

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
    });
    assert.deepEqual([down.status, has(bench, RECORD)], [1, true]);
    // Refused, and the server knows that it was never revoked.
    const withdrawn = await revokeFailing(bench, bao, 400);
    assert.equal(withdrawn.status, 1);
    assert.match(withdrawn.err, /; it is not revoked, and its revocation is withdrawn\n$/);
    assert.equal(has(bench, RECORD), false);
    assert.equal((await bench.vcm(["check"])).status, 0);
  }));

test("each command prints what was begun as data that its schema allows", () =>
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
      `${NAME}: revoked, serial ${serial}; the certificate in the store, serial ${successor}, is ` +
      "another one and stays\n",
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

test("a record that cannot be read is not taken for none", () =>
  withBegun(async ({ bench, serial, env }) => {
    for (const text of ["", "{}", '{"serial":"../x","mount":"pki","file":"/x"}', "null", "\0"]) {
      bench.directory.write(RECORD, text);
      assert.equal((await bench.vcm(["check"])).status, 3, text);
      for (const line of [["run"], ["revoke", "--yes", NAME], ["doctor"]]) {
        const { status, out, err } = await bench.vcm(line, env);
        assert.equal(status, 1);
        assert.match(out + err, /is not a valid record of a revocation; fix: rm \//);
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

test("vcm revoke --forget-key removes the key at once, and says where copies of it remain", () =>
  withServer({}, async ({ bao }) => {
    const env = { VAULT_TOKEN: bao.token };
    using bench = makeBench();
    const { directory } = bench;
    const more = "keep: 2\nkey: local\nreuse_key: true";
    bench.configure(settings(bao), certificate(directory, NAME, more));
    assertWell(await bench.vcm(["run"], env));
    assertWell(await bench.vcm(["issue", "--force"], env));
    const [key, serial] = [directory.read(`ssl/${NAME}.key`), serialOf(bench)];
    assert.equal(directory.read(`store/${NAME}/privkey.pem`), key);
    const questions: string[] = [];
    const { status, out } = await bench.vcm(
      ["revoke", "--forget-key", NAME],
      env,
      (question) => questions.push(question) > 0,
    );
    assert.match(questions.join(), / Its private key is removed from the store and its archive\.$/);
    assert.deepEqual([status, out], [
      0,
      `${NAME}: revoked, serial ${serial}; its files are in "${
        directory.at(`store/archive/${NAME}/${serial}`)
      }", without the private key; until the next run the key is still in "${
        directory.at(`ssl/${NAME}.key`)
      }"; the next run issues a new one\n`,
    ]);
    // The earlier set had the same key.
    const keys = directory.tree().filter((path) => /^store\/.*privkey/.test(path));
    assert.deepEqual(keys, []);
    assert.ok(has(bench, `store/archive/${NAME}/${serial}/cert.pem`));
    assertWell(await bench.vcm(["run"], env));
    assert.notEqual(directory.read(`ssl/${NAME}.key`), key);
    assert.equal(
      directory.tree().some((path) => !path.endsWith("/") && directory.read(path) === key),
      false,
    );
    assertNoSecret(bench, bao.token);
  }));

test("a --forget-key that is interrupted is finished, and may be asked for afterwards", async () => {
  await withBegun(
    async ({ bench, env }) => {
      const key = bench.directory.read(`store/${NAME}/privkey.pem`);
      assertWell(await bench.vcm(["run"], env));
      const paths = bench.directory.tree().filter((path) => path.endsWith("privkey.pem"));
      assert.deepEqual(paths, [`store/${NAME}/privkey.pem`]);
      assert.notEqual(bench.directory.read(paths[0] ?? ""), key);
    },
    "keep: 2",
    "--forget-key",
  );
  await withBegun(async ({ bench, env }) => {
    assertWell(await bench.vcm(["revoke", "--yes", "--forget-key", NAME], env));
    assert.deepEqual(bench.directory.tree().filter((path) => path.endsWith("privkey.pem")), []);
  }, "keep: 2");
});

test("a set behind a symbolic link is not VCM's, and who wants its key forgotten is told", async () => {
  for (const line of [["run"], ["revoke", "--yes", NAME]]) {
    await withBegun(
      async ({ bench, env }) => {
        const { directory } = bench;
        Deno.renameSync(directory.at(`store/${NAME}`), directory.at("set"));
        Deno.symlinkSync(directory.at("set"), directory.at(`store/${NAME}`));
        const { status, out, err } = await bench.vcm(line, env);
        assert.equal(status, 0, out + err);
        assert.match(out + err, /symbolic link to .*remove/);
        assert.ok(out.includes(directory.at("set")) || err.includes(directory.at("set")));
        assert.ok(has(bench, "set/privkey.pem"));
      },
      "",
      "--forget-key",
    );
  }
});

test("--forget-key after a revocation names the keys that are left in the archive", () =>
  withServer({}, async ({ bao }) => {
    const env = { VAULT_TOKEN: bao.token };
    using bench = makeBench();
    bench.configure(settings(bao), certificate(bench.directory));
    assertWell(await bench.vcm(["run"], env));
    const serial = serialOf(bench);
    assertWell(await bench.vcm(["revoke", "--yes", NAME], env));
    const { status, err } = await bench.vcm(["revoke", "--yes", "--forget-key", NAME], env);
    const key = bench.directory.at(`store/archive/${NAME}/${serial}/privkey.pem`);
    assert.deepEqual([status, err], [
      1,
      `failed  ${NAME}: There is no certificate in the store; to remove the keys of its archived ` +
      `sets: rm ${key}\n`,
    ]);
  }));
