/** A root that ends while a real OpenBao goes on issuing below it, and how the host recovers. */
import assert from "node:assert/strict";
import type { OpenBao } from "../support/openbao.ts";
import { type Made, makeAuthority } from "../support/fixtures_pki.ts";
import { outputMistakes } from "../support/output_validator.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

const inDays = (days: number) => new Date(Math.floor(Date.now() / 1000) * 1000 + days * 86_400_000);

/** The issuer of a mount with its root, which may have ended. */
async function importChain(bao: OpenBao, ca: Made, root: Made): Promise<void> {
  const bundle = { pem_bundle: ca.pkcs8 + ca.pem + root.pem };
  const imported = await bao.api("POST", "pki_ended/issuers/import/bundle", bundle);
  assert.ok(imported.status < 300, JSON.stringify(imported));
}

test("doctor, run and check report an expired root until the CA is renewed", () =>
  withServer({}, async ({ bao }) => {
    const root = await makeAuthority("Root", { notBefore: inDays(-9), notAfter: inDays(900) });
    const ended = await makeAuthority("Root", {
      keysOf: root,
      serial: "0b",
      notBefore: inDays(-9),
      notAfter: inDays(-1),
    });
    const dates = { notBefore: inDays(-9), notAfter: inDays(800) };
    const ca = await makeAuthority("Middle", { issuer: root, serial: "0c", ...dates });
    await bao.api("POST", "sys/mounts/pki_ended", { type: "pki" });
    await importChain(bao, ca, ended);
    const { body } = await bao.api("GET", "pki_ended/config/issuers");
    assert.notEqual(body.data?.["default"], "");
    const role = { allow_any_name: true, key_type: "ec", key_bits: 256, max_ttl: "720h" };
    assert.ok((await bao.api("POST", "pki_ended/roles/web", role)).status < 300);

    const env = { VAULT_TOKEN: bao.token };
    using bench = makeBench();
    bench.configure(
      `${settings(bao)}\nmetrics_file: "${bench.directory.at("vcm.prom")}"`,
      certificate(bench.directory, NAME, "pki: pki_ended"),
    );
    const ok = () => /^vcm_certificate_ok.* ([01])$/m.exec(bench.directory.read("vcm.prom"))?.[1];

    const doctor = await bench.vcm(["doctor"], env);
    assert.equal(doctor.status, 1);
    assert.match(doctor.out, /^problem {2}pki_ended\/cert\/ca: the CA "Root" expired 20.* UTC: /m);

    const first = await bench.vcm(["run", "--json"], env);
    assert.deepEqual([first.status, outputMistakes("run", first.out)], [0, []]);
    const { events } = JSON.parse(first.out);
    const issued = events.find(({ kind }: { kind: string }) => kind === "issued");
    assert.match(issued.chainInvalid, /^no path from it to a root is valid now: the root "Root" /);
    assert.equal(ok(), "0");
    assert.equal((await bench.vcm(["check"])).status, 2);
    assert.equal((await bench.vcm(["run"], env)).status, 0);
    assert.equal(ok(), "0");

    await importChain(bao, ca, root);
    for (const { issuer_id: id, certificate: pem } of await issuersOf(bao)) {
      if (pem === ended.pem.trim()) await bao.api("DELETE", `pki_ended/issuer/${id}`);
    }
    assert.equal((await bench.vcm(["issue", "--force", NAME], env)).status, 0);
    const last = await bench.vcm(["run"], env);
    assert.deepEqual([last.status, last.out.includes("no path")], [0, false], last.out);
    assert.equal(ok(), "1");
    assert.equal((await bench.vcm(["check"])).status, 0);
    assert.equal((await bench.vcm(["doctor"], env)).status, 0);
  }));

async function issuersOf(bao: OpenBao): Promise<{ issuer_id: string; certificate: string }[]> {
  const { body } = await bao.api("LIST", "pki_ended/issuers");
  const keys = body.data?.["keys"] as string[];
  return await Promise.all(keys.map(async (id) => {
    const { body } = await bao.api("GET", `pki_ended/issuer/${id}`);
    return { issuer_id: id, certificate: String(body.data?.["certificate"]).trim() };
  }));
}
