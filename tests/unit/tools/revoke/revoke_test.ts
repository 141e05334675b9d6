/** `vcm revoke` by its command line; the real server's part is tests/integration/revoke_test.ts. */
import assert from "node:assert/strict";
import { lockStore } from "../../../../lib/store/lock.ts";
import type { Host } from "../../../../lib/command/host.ts";
import { makeDirectory } from "../../../support/rig.ts";
import { benchTest as test, DONE_A, FAILED_B, NOW, SETS } from "./bench.ts";
import { outputMistakes } from "../../../support/output_validator.ts";

test("vcm revoke wants names, and a person or --yes", async ({ vcm, directory, server }) => {
  const before = directory.tree();
  const noNames = '"vcm revoke" needs the name of a certificate';
  const cases: readonly (readonly [string, Partial<Host>, string])[] = [
    ["revoke", { canAsk: true }, noNames],
    ["revoke --yes", {}, noNames],
    ["revoke a.test", {}, "No terminal to ask on: pass --yes to revoke without a question"],
  ];
  for (const [line, doors, message] of cases) {
    const { status, out, err } = await vcm(line, doors);
    assert.deepEqual([status, out, err], [2, "", `error: ${message}\nSee "vcm revoke --help"\n`]);
  }
  const unknown = await vcm("revoke d.test --yes");
  assert.equal(unknown.status, 2);
  assert.match(
    unknown.err,
    /^error: No certificate "d\.test" in "FOLDER\/vcm\.yaml"; did you mean "/,
  );
  assert.deepEqual(server.calls(), []);
  assert.deepEqual(directory.tree().filter((name) => name !== "store/.lock"), before);
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
  assert.deepEqual(outputMistakes("revoke", out), []);
  assert.deepEqual(JSON.parse(out), {
    layout: 1,
    results: [
      { name: "a.test", done: true, message: DONE_A.slice("a.test: ".length) },
      { name: "b.test", done: false, message: FAILED_B.slice("b.test: ".length) },
    ],
  });
});

test("vcm revoke waits for no other run", async ({ vcm, directory, server }) => {
  using _lock = lockStore(directory.at("store"));
  const { status, out, err } = await vcm("revoke --yes a.test");
  // Who holds it is said where the system tells it.
  const text = err.replace(/: process \d+, ".*?", since [^;]*/, "");
  assert.deepEqual([status, out, text], [
    75,
    "",
    'error: Another run of vcm holds the lock "FOLDER/store/.lock"; try again when that run ' +
    'has ended, or wait for it with "--wait 30s"\n',
  ]);
  assert.deepEqual(server.calls(), []);
});

test("vcm revoke uses no store that others may write to", async ({ vcm, directory, server }) => {
  Deno.chmodSync(directory.at("store"), 0o777);
  const { status, err } = await vcm("revoke --yes a.test");
  assert.equal(status, 1);
  assert.match(err, /^error: The store "FOLDER\/store" is writable by others, /);
  assert.deepEqual(server.calls(), []);
});

test("vcm revoke says what of a set cannot be read", async ({ vcm, directory, server }) => {
  directory.write("store/a.test/cert.pem", "garbage");
  Deno.removeSync(directory.at("store/b.test/cert.pem"));
  Deno.mkdirSync(directory.at("store/b.test/cert.pem"));
  const { status, err } = await vcm("revoke --yes a.test b.test");
  assert.equal(status, 1);
  assert.deepEqual(err.split("\n"), [
    "failed  a.test: cert.pem in the store is not a certificate",
    'failed  b.test: Cannot read "FOLDER/store/b.test/cert.pem": is a directory',
    "",
  ]);
  assert.deepEqual(server.calls(), []);
});

test("vcm revoke revokes the valid set after an interruption", async ({ vcm, directory }) => {
  const at = (name: string) => directory.at(`store/${name}`);
  Deno.renameSync(at("a.test"), at(".new-a.test"));
  Deno.renameSync(at("b.test"), at(".old-a.test"));
  const { status, out } = await vcm("revoke --yes a.test");
  assert.deepEqual([status, out], [0, `${DONE_A}\n`]);
  assert.equal(directory.read("store/archive/a.test/0a:0a/cert.pem"), SETS["a.test"]?.pem);
  const left = [...Deno.readDirSync(at(""))].map(({ name }) => name).sort();
  assert.deepEqual(left, [".lock", "archive"]);
});

test("vcm revoke throws a staged set away that was never switched to", async (bench) => {
  const { vcm, directory } = bench;
  Deno.renameSync(directory.at("store/b.test"), directory.at("store/.new-a.test"));
  assert.equal((await vcm("revoke --yes a.test")).out, `${DONE_A}\n`);
  assert.equal(directory.tree().some((name) => name.includes(".new-")), false);
});

test("vcm revoke says that nobody verifies the server, and revokes", async ({ vcm }) => {
  const { status, err, log } = await vcm("revoke --yes a.test", {}, { VAULT_SKIP_VERIFY: "true" });
  const warning = "A: its TLS certificate is not verified (VAULT_SKIP_VERIFY); anyone on the " +
    "network path can read tokens and keys";
  assert.deepEqual([status, err], [0, `warning: ${warning}\n`]);
  assert.equal(log, `${NOW} warning ${warning}\n${NOW} info ${DONE_A}\n`);
});

test("vcm revoke without a way to the server says why for each", async ({ vcm, directory }) => {
  const { status, out, err } = await vcm("revoke --yes a.test b.test", {}, { VAULT_ADDR: "" });
  const why =
    'No Vault address: set "vault" under "config" in the file, or the variable VAULT_ADDR';
  assert.deepEqual([status, out, err], [
    1,
    "",
    `failed  a.test: ${why}\nfailed  b.test: ${why}\n`,
  ]);
  assert.ok(directory.tree().includes("store/a.test/cert.pem"));
});

test("vcm revoke tells each result before it asks the server for the next", async (bench) => {
  const told: string[] = [];
  const doors = {
    out: () => void told.push(`out after ${bench.server.calls().length}`),
    err: () => void told.push(`err after ${bench.server.calls().length}`),
  };
  await bench.vcm("revoke --yes a.test b.test c.test", doors);
  assert.deepEqual(told, ["err after 0", "out after 1", "err after 3"]);
});

test("vcm revoke removes a link from the store, and names the directory of the set", async (bench) => {
  const { vcm, directory } = bench;
  using elsewhere = makeDirectory();
  Deno.renameSync(directory.at("store/a.test"), elsewhere.at("set"));
  Deno.symlinkSync(elsewhere.at("set"), directory.at("store/a.test"));
  const { status, out } = await vcm("revoke --yes a.test");
  const place = DONE_A.replace("FOLDER/store/archive/a.test/0a:0a", elsewhere.at("set"))
    .replace(" and removes these files", "");
  assert.deepEqual([status, out], [0, `${place}\n`]);
  assert.deepEqual(elsewhere.tree(), ["set/", "set/cert.pem", "set/privkey.pem"]);
  assert.equal(directory.tree().some((name) => name.includes("a.test")), false);
});
