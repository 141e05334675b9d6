/** `vcm rollback` without a time: what it says of each archived set, and what it refuses. */
import assert from "node:assert/strict";
import { main } from "../../../lib/cli/main.ts";
import { NOW } from "../../support/fixtures.ts";
import { crlPem, makeCrl } from "../../support/fixtures_crl.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { makeAuthority, makeCertificatePem, type MakeOptions } from "../../support/fixtures_pki.ts";
import { outputMistakes } from "../../support/output_validator.ts";
import { makeDirectory } from "../../support/rig.ts";

const NAME = "a.test";
const CA = await makeAuthority("CA");
const made = (options: MakeOptions) =>
  makeCertificatePem(NAME, { issuer: CA, names: [{ type: "dns", value: NAME }], ...options });
const CURRENT = await made({ serial: "0a01" });
const GOOD = await made({ serial: "0a02" });
const DUE = await made({ serial: "0a03", notAfter: new Date("2026-12-05T00:00:00Z") });
const ENDED = await made({ serial: "0a04", notAfter: new Date("2026-11-30T00:00:00Z") });
const EARLY = await made({ serial: "0a05", notBefore: new Date("2026-12-02T00:00:00Z") });
const REVOKED = await made({ serial: "0a06" });

const REUSED = await made({ serial: "0a07", keysOf: REVOKED });

const SETS = {
  "20261101T000001Z": ENDED,
  "20261101T000002Z": DUE,
  "20261101T000003Z": GOOD,
  "20261101T000004Z": EARLY,
  "20261101T000005Z": REVOKED,
  "20261101T000006Z": CURRENT,
  "0a:06": REVOKED,
};

function makeBench() {
  const directory = makeDirectory();
  directory.write(
    "vcm.yaml",
    `config: {pki: pki, role: web, renew: 14d, cert_store: ${directory.at("store")}}\n` +
      `certs:\n  - {name: ${NAME}, deploy: [{cert: ${directory.at("a.crt")}}]}\n`,
  );
  const write = (path: string, { pem, pkcs8 }: typeof GOOD) => {
    for (const [part, text] of Object.entries({ cert: pem, fullchain: pem, chain: CA.pem })) {
      directory.write(`${path}/${part}.pem`, text);
    }
    directory.write(`${path}/privkey.pem`, pkcs8);
  };
  write(`store/${NAME}`, CURRENT);
  for (const [time, set] of Object.entries(SETS)) write(`store/archive/${NAME}/${time}`, set);
  for (const path of ["store", `store/${NAME}`]) Deno.chmodSync(directory.at(path), 0o700);
  return {
    directory,
    async vcm(line: string) {
      const env = { VCM_CONFIG: directory.at("vcm.yaml") };
      const host = fakeHost({ uid: 0, now: NOW, env });
      const status = await main(line.split(" "), host);
      return { status, out: host.stdout(), err: host.stderr() };
    },
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}

const PROBLEMS = {
  "20261101T000001Z": /; cannot be restored: it expired 1d 10h ago/,
  "20261101T000002Z":
    /; the next run issues another one, because it expires in 3d 14h .*window of 14d/,
  "20261101T000003Z": /; renewal from 2027-01-16 00:00 UTC$/,
  "20261101T000004Z": /; cannot be restored: it is not valid yet$/,
  "20261101T000005Z": /; cannot be restored: it was revoked$/,
  "20261101T000006Z": /; cannot be restored: it is in the store now$/,
  "0a:06": /; cannot be restored: it was revoked$/,
} as const;

Deno.test("vcm rollback NAME says of each archived set whether it can be restored", async () => {
  using bench = makeBench();
  const { status, out, err } = await bench.vcm(`rollback ${NAME}`);
  assert.deepEqual([status, err], [0, ""]);
  const lines = out.trimEnd().split("\n");
  assert.equal(lines.length, Object.keys(SETS).length);
  for (const [time, problem] of Object.entries(PROBLEMS)) {
    const line = lines.find((line) => line.startsWith(`${time}  serial 0a:0`)) ?? "";
    assert.match(line, problem, time);
  }
  const json = await bench.vcm(`rollback ${NAME} --json`);
  assert.deepEqual([json.status, outputMistakes("rollback", json.out)], [0, []]);
});

Deno.test("vcm rollback restores nothing that is refused", async () => {
  using bench = makeBench();
  const before = bench.directory.tree();
  for (const [time, problem] of Object.entries(PROBLEMS)) {
    if (!/restored/.test(problem.source)) continue;
    const { status, out, err } = await bench.vcm(`rollback ${NAME} ${time} --yes`);
    assert.deepEqual([status, out], [1, ""], time);
    assert.match(
      err,
      /^error: Cannot roll back "a\.test" to .*; to see what there is: vcm rollback a/,
    );
  }
  bench.directory.write(
    `store/.pending-revocation-${NAME}`,
    JSON.stringify({
      serial: "0a:01",
      mount: "pki",
      file: bench.directory.at("vcm.yaml"),
      forgetKey: false,
    }),
  );
  const { err } = await bench.vcm(`rollback ${NAME} 20261101T000003Z --yes`);
  assert.match(err, /a revocation is not finished; fix: vcm revoke a\.test/);
  assert.deepEqual(bench.directory.tree(), [...before, `store/.pending-revocation-${NAME}`].sort());
});

Deno.test("vcm rollback restores nothing that a stored CRL lists", async () => {
  using bench = makeBench();
  const { directory } = bench;
  const file = Deno.readTextFileSync(directory.at("vcm.yaml"));
  directory.write("vcm.yaml", `${file}trust:\n  - {name: crls, crl: pki}\n`);
  const crl = await makeCrl(CA, {
    revoked: ["0a02"],
    nextUpdate: new Date("2027-01-01T00:00:00Z"),
  });
  directory.write("store/crls/crl.pem", crlPem(crl));
  const { err } = await bench.vcm(`rollback ${NAME} 20261101T000003Z --yes`);
  assert.match(err, /Cannot roll back .*: it is revoked: the CRL of "CA" lists it; to see what/);
  const { out } = await bench.vcm(`rollback ${NAME}`);
  assert.match(out, /20261101T000003Z .*; cannot be restored: it is revoked: the CRL of "CA"/);
});

Deno.test("vcm rollback restores nothing from a directory that others may change", async () => {
  using bench = makeBench();
  const set = `store/archive/${NAME}/20261101T000003Z`;
  for (const path of ["store/archive", `store/archive/${NAME}`, set]) {
    const directory = bench.directory.at(path);
    const refused = async (problem: RegExp) => {
      const { status, err } = await bench.vcm(`rollback ${NAME} 20261101T000003Z --yes`);
      assert.equal(status, 1);
      assert.match(err, problem);
    };
    Deno.chmodSync(directory, 0o770);
    await refused(/is writable by others, who could change what is deployed from it; fix: chmod/);
    Deno.chmodSync(directory, 0o700);
    Deno.chownSync(directory, 61001, 61001);
    await refused(/belongs to user 61001, who could change what is deployed from it; fix: chown/);
    Deno.chownSync(directory, 0, 0);
  }
});

Deno.test("vcm rollback restores no set with the key of a revoked certificate", async () => {
  using bench = makeBench();
  const sets = `store/archive/${NAME}`;
  bench.directory.write(`${sets}/20261101T000003Z/privkey.pem`, REUSED.pkcs8);
  for (const part of ["cert", "fullchain"]) {
    bench.directory.write(`${sets}/20261101T000003Z/${part}.pem`, REUSED.pem);
  }
  const { out } = await bench.vcm(`rollback ${NAME}`);
  assert.match(out, /3Z .*; cannot be restored: its key is that of a certificate that was revoked/);
});

Deno.test("vcm rollback of a certificate without archived sets says so", async () => {
  using bench = makeBench();
  Deno.removeSync(bench.directory.at("store/archive"), { recursive: true });
  const { status, out } = await bench.vcm(`rollback ${NAME}`);
  assert.deepEqual([status, out], [
    0,
    'No set of "a.test" is in the archive; "keep" keeps earlier ones\n',
  ]);
});
