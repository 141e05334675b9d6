/** `vcm revoke` by its command line; the real server's part is tests/integration/revoke_test.ts. */
import assert from "node:assert/strict";
import { lockStore } from "../../../lib/apply/lock.ts";
import type { Host } from "../../../lib/cli/host.ts";
import { main } from "../../../lib/cli/main.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { makeCertificatePem } from "../../support/fixtures_pki.ts";
import { makeFolder } from "../../support/rig.ts";
import { enveloped } from "../vault/recorded_answers.ts";
import {
  type Heard,
  type Scripted,
  type ScriptedServer,
  startScripted,
} from "../vault/scripted_server.ts";
import { assertNoSecret, TOKEN } from "../vault/ways.ts";

const NAMES = ["a.test", "b.test", "c.test"];
const [A, B] = ["a.test", "b.test"];
const SETS = {
  [A]: await makeCertificatePem(A, { serial: "0a0a" }),
  [B]: await makeCertificatePem(B, { serial: "0b0b" }),
};

function revoking(heard: Heard): Scripted {
  return JSON.parse(heard.body).serial_number === "0a:0a"
    ? enveloped({ revocation_time: 1, state: "revoked" })
    : { status: 400, body: { errors: ["certificate with serial 0b:0b not found."] } };
}

type Bench = Awaited<ReturnType<typeof makeBench>>;

/** A store with the sets of a.test and b.test, and a server that knows the first of them. */
function makeBench() {
  const folder = makeFolder();
  const server: ScriptedServer = startScripted(revoking);
  const certs = NAMES.map((name) => `  - {name: ${name}, deploy: [{cert: ${folder.at(name)}}]}\n`);
  const paths = `cert_store: ${folder.at("store")}, log_file: ${folder.at("vcm.log")}`;
  folder.write("vcm.yaml", `config: {pki: pki, role: web, ${paths}}\ncerts:\n${certs.join("")}`);
  for (const [name, { pem, pkcs8 }] of Object.entries(SETS)) {
    folder.write(`store/${name}/cert.pem`, pem);
    folder.write(`store/${name}/privkey.pem`, pkcs8);
  }
  Deno.chmodSync(folder.at("store"), 0o700);
  const questions: string[] = [];
  const plain = (text: string) =>
    text.replaceAll(server.address, "A").replaceAll(folder.path, "FOLDER");
  return {
    folder,
    server,
    questions,
    async vcm(
      line: string,
      doors: Partial<Host> = {},
      more: Readonly<Record<string, string>> = {},
    ) {
      const env = {
        VCM_CONFIG: folder.at("vcm.yaml"),
        VAULT_ADDR: server.address,
        VAULT_TOKEN: TOKEN,
        VAULT_MAX_RETRIES: "0",
        ...more,
      };
      const ask = (question: string) => questions.push(question) > 0;
      const host = fakeHost({ env, doors: { ask, ...doors } });
      const status = await main(line.split(" "), host);
      const log = host.appended.get(folder.at("vcm.log")) ?? "";
      assertNoSecret(host.stdout() + host.stderr() + log);
      return { status, out: plain(host.stdout()), err: plain(host.stderr()), log: plain(log) };
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

const DONE_A = 'a.test: revoked, serial 0a:0a; its files lie in "FOLDER/store/archive/a.test/' +
  '0a:0a", and the next run issues a new one';
const FAILED_B = 'b.test: "A" refused "pki/revoke" (400: certificate with serial 0b:0b not ' +
  'found.); was it issued at the mount "pki"?';
const NOW = "2026-12-01T10:00:00.000Z";

function test(name: string, fn: (bench: Bench) => Promise<void>): void {
  Deno.test(name, async () => {
    await using bench = makeBench();
    await fn(bench);
  });
}

test("vcm revoke wants names, and a person or --yes", async ({ vcm, folder, server }) => {
  const before = folder.tree();
  const noNames = '"vcm revoke" takes the names of certificates, and got none';
  const cases: readonly (readonly [string, Partial<Host>, string])[] = [
    ["revoke", { canAsk: true }, noNames],
    ["revoke --yes", {}, noNames],
    ["revoke a.test", {}, "There is no terminal to ask on; say --yes to revoke without a question"],
  ];
  for (const [line, doors, message] of cases) {
    const { status, out, err } = await vcm(line, doors);
    assert.deepEqual([status, out, err], [2, "", `${message}\nSee "vcm revoke --help"\n`]);
  }
  const unknown = await vcm("revoke d.test --yes");
  assert.equal(unknown.status, 2);
  assert.match(unknown.err, /^No certificate "d\.test" in "FOLDER\/vcm\.yaml"; did you mean "/);
  assert.deepEqual(server.calls(), []);
  assert.deepEqual(folder.tree().filter((name) => name !== "store/.lock"), before);
});

test("vcm revoke asks before each, and does what it is told", async (bench) => {
  const { vcm, questions, folder, server } = bench;
  const { status, out, err } = await vcm("revoke b.test a.test a.test", {
    canAsk: true,
    ask: (question) => questions.push(question) === 1,
  });
  assert.deepEqual(questions, [
    'Revoke "a.test", serial 0a:0a, of "a.test", until 2027-01-30 00:00 UTC? Peers that check ' +
    "will refuse it.",
    'Revoke "b.test", serial 0b:0b, of "b.test", until 2027-01-30 00:00 UTC? Peers that check ' +
    "will refuse it.",
  ]);
  assert.deepEqual([status, out, err], [1, `${DONE_A}\n`, "failed  b.test: Not revoked\n"]);
  assert.deepEqual(server.calls(), ["POST pki/revoke"]);
  assert.ok(folder.tree().includes("store/archive/a.test/0a:0a/privkey.pem"));
  assert.ok(folder.tree().includes("store/b.test/privkey.pem"));
});

test("vcm revoke --yes asks nobody; one that fails does not keep the others", async (bench) => {
  const { status, out, err, log } = await bench.vcm("revoke --yes b.test c.test a.test");
  const failedC = "c.test: There is no certificate in the store";
  assert.deepEqual(bench.questions, []);
  assert.deepEqual([status, out, err], [
    1,
    `${DONE_A}\n`,
    `failed  ${failedC}\nfailed  ${FAILED_B}\n`,
  ]);
  assert.equal(
    log,
    `${NOW} error ${failedC}\n${NOW} info ${DONE_A}\n${NOW} error ${FAILED_B}\n`,
  );
});

test("vcm revoke --quiet prints failures alone", async ({ vcm }) => {
  const { status, out, err, log } = await vcm("revoke --quiet --yes a.test");
  assert.deepEqual([status, out, err, log], [0, "", "", `${NOW} info ${DONE_A}\n`]);
  const failing = await vcm("revoke --quiet --yes b.test");
  assert.deepEqual([failing.status, failing.out, failing.err], [1, "", `failed  ${FAILED_B}\n`]);
});

test("vcm revoke --json prints what came of each", async ({ vcm }) => {
  const { status, out, err } = await vcm("revoke --json --yes a.test b.test");
  assert.deepEqual([status, err], [1, ""]);
  assert.deepEqual(JSON.parse(out), {
    layout: 1,
    results: [
      { name: "a.test", done: true, message: DONE_A.slice("a.test: ".length) },
      { name: "b.test", done: false, message: FAILED_B.slice("b.test: ".length) },
    ],
  });
});

test("vcm revoke waits for no other run", async ({ vcm, folder, server }) => {
  using _lock = lockStore(folder.at("store"));
  const { status, out, err } = await vcm("revoke --yes a.test");
  assert.deepEqual([status, out, err], [
    75,
    "",
    'error: Another run of vcm holds the lock "FOLDER/store/.lock"; it is free when that run ' +
    "ends\n",
  ]);
  assert.deepEqual(server.calls(), []);
});

test("vcm revoke uses no store that others may write to", async ({ vcm, folder, server }) => {
  Deno.chmodSync(folder.at("store"), 0o777);
  const { status, err } = await vcm("revoke --yes a.test");
  assert.equal(status, 1);
  assert.match(err, /^error: The store "FOLDER\/store" is writable by others, /);
  assert.deepEqual(server.calls(), []);
});

test("vcm revoke says what of a set cannot be read", async ({ vcm, folder, server }) => {
  folder.write("store/a.test/cert.pem", "garbage");
  Deno.removeSync(folder.at("store/b.test/cert.pem"));
  Deno.mkdirSync(folder.at("store/b.test/cert.pem"));
  const { status, err } = await vcm("revoke --yes a.test b.test");
  assert.equal(status, 1);
  assert.deepEqual(err.split("\n"), [
    "failed  a.test: cert.pem in the store is no certificate",
    'failed  b.test: Cannot read "FOLDER/store/b.test/cert.pem": is a directory',
    "",
  ]);
  assert.deepEqual(server.calls(), []);
});

test("vcm revoke takes the set that counts after an interruption", async ({ vcm, folder }) => {
  const at = (name: string) => folder.at(`store/${name}`);
  Deno.renameSync(at("a.test"), at(".new-a.test"));
  Deno.renameSync(at("b.test"), at(".old-a.test"));
  const { status, out } = await vcm("revoke --yes a.test");
  assert.deepEqual([status, out], [0, `${DONE_A}\n`]);
  assert.equal(folder.read("store/archive/a.test/0a:0a/cert.pem"), SETS[A]?.pem);
  const left = [...Deno.readDirSync(at(""))].map(({ name }) => name).sort();
  assert.deepEqual(left, [".lock", "archive"]);
});

test("vcm revoke throws a staged set away that was never switched to", async (bench) => {
  const { vcm, folder } = bench;
  Deno.renameSync(folder.at("store/b.test"), folder.at("store/.new-a.test"));
  assert.equal((await vcm("revoke --yes a.test")).out, `${DONE_A}\n`);
  assert.equal(folder.tree().some((name) => name.includes(".new-")), false);
});

test("vcm revoke says that nobody verifies the server, and revokes", async ({ vcm }) => {
  const { status, err, log } = await vcm("revoke --yes a.test", {}, { VAULT_SKIP_VERIFY: "true" });
  const warning =
    "A: its TLS certificate is not verified (VAULT_SKIP_VERIFY); whoever is between " +
    "this host and it can read tokens and keys";
  assert.deepEqual([status, err], [0, `warning: ${warning}\n`]);
  assert.equal(log, `${NOW} warning ${warning}\n${NOW} info ${DONE_A}\n`);
});

test("vcm revoke without a way to the server says why for each", async ({ vcm, folder }) => {
  const { status, out, err } = await vcm("revoke --yes a.test b.test", {}, { VAULT_ADDR: "" });
  const why =
    'No Vault address: set "vault" under "config" in the file, or the variable VAULT_ADDR';
  assert.deepEqual([status, out, err], [
    1,
    "",
    `failed  a.test: ${why}\nfailed  b.test: ${why}\n`,
  ]);
  assert.ok(folder.tree().includes("store/a.test/cert.pem"));
});

test("vcm revoke --json asks nothing, so it wants --yes", async ({ vcm, server }) => {
  const { status, err } = await vcm("revoke --json a.test", { canAsk: true });
  assert.equal(status, 2);
  assert.match(err, /^With --json nothing is asked; say --yes as well\n/);
  assert.deepEqual(server.calls(), []);
});

test("vcm revoke holds neither lock nor login while a person thinks", async (bench) => {
  const { vcm, folder, server } = bench;
  let asked = 0;
  const { status, err } = await vcm("revoke a.test", {
    canAsk: true,
    ask: () => {
      asked = server.calls().length;
      lockStore(folder.at("store"))[Symbol.dispose]();
      // Meanwhile a run renews it.
      for (const what of ["cert", "privkey"]) {
        const path = `store/a.test/${what}.pem`;
        folder.write(path, folder.read(path.replace("a.test", "b.test")));
      }
      return true;
    },
  });
  assert.equal(asked, 0);
  assert.deepEqual([status, err], [
    1,
    "failed  a.test: Not revoked: another run has replaced it since it was asked for\n",
  ]);
  assert.deepEqual(server.calls(), []);
});
