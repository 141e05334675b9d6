/** Certificates without a common name, as for SPIFFE, by the whole program against a real OpenBao. */
import assert from "node:assert/strict";
import { parseCertificate } from "../../lib/certificate/certificate.ts";
import { X509Certificate } from "node:crypto";
import { runQuietly } from "../../scripts/command.ts";
import type { OpenBao } from "../support/openbao.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertWell, type Bench, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

const ID = "spiffe://example.test/web";
const EC = { key_type: "ec", key_bits: 256, max_ttl: "2160h" };
const SPIFFE = { ...EC, require_cn: false, allowed_uri_sans: "spiffe://*" };
const QUIET = "Nothing to do: 1 certificate in order\n";

const ROLES: Readonly<Record<string, object>> = {
  spiffe: SPIFFE,
  body: { ...SPIFFE, use_csr_sans: false, use_csr_common_name: false },
  named: { ...SPIFFE, require_cn: true, allow_any_name: true },
  wide: { ...SPIFFE, allow_any_name: true },
};

function withRoles(run: (bao: OpenBao, env: Record<string, string>) => Promise<void>) {
  return withServer({}, async ({ bao }) => {
    for (const [name, role] of Object.entries(ROLES)) {
      assert.ok((await bao.api("POST", `pki/roles/${name}`, role)).status < 300);
    }
    await run(bao, { VAULT_TOKEN: bao.token });
  });
}

function configure(bench: Bench, bao: OpenBao, more: string): void {
  bench.configure(settings(bao), certificate(bench.directory, NAME, more));
}

const bare = (role: string, more = `uri_sans: ["${ID}"]`) =>
  `role: ${role}\ncommon_name: ""\n${more}`;

function leafOf({ directory }: Bench): X509Certificate {
  return new X509Certificate(directory.read(`store/${NAME}/cert.pem`));
}

test("a certificate without a common name is issued once, and all commands take it", (t) =>
  withRoles(async (bao, env) => {
    for (const [role, key] of [["spiffe", "vault"], ["spiffe", "local"], ["body", "local"]]) {
      await t.step(`role ${role}, key: ${key}`, async () => {
        using bench = makeBench();
        configure(bench, bao, `${bare(role ?? "")}\nkey: ${key}`);
        const doctor = await bench.vcm(["doctor"], env);
        assert.doesNotMatch(doctor.out, /^problem /m, doctor.out);
        assertWell(await bench.vcm(["run"], env));
        const path = bench.directory.at(`ssl/${NAME}.crt`);
        const shown = await runQuietly(["openssl", "x509", "-in", path, "-noout", "-text"]);
        assert.match(shown, /Subject: *\n/);
        assert.match(shown, /X509v3 Subject Alternative Name: (?:critical)?\s+URI:spiffe:.*web\n/);
        assert.equal((await bench.vcm(["run"], env)).out, QUIET);
        for (const command of ["check", "status", "plan", "doctor"]) {
          const said = await bench.vcm([command], env);
          assert.equal(said.status, 0, said.out);
          assert.doesNotMatch(said.out, /undefined|""|^warning/m);
        }
        const { certificates } = JSON.parse((await bench.vcm(["plan", "--json"], env)).out);
        assert.deepEqual(certificates[0].certificate.uris, [ID]);
        assert.equal("commonName" in certificates[0].certificate, false);
        const { serialNumber } = leafOf(bench);
        const { serial } = parseCertificate(bench.directory.read(`store/${NAME}/cert.pem`));
        const revoked = await bench.vcm(["revoke", NAME, "--yes"], env);
        assertWell(revoked);
        const { body } = await bao.api("GET", `pki/cert/${serial}`);
        assert.ok(Number(body.data?.["revocation_time"]) > 0);
        assertWell(await bench.vcm(["run"], env));
        assert.notEqual(leafOf(bench).serialNumber, serialNumber);
      });
    }
  }));

test("a common name that is removed or added makes the certificate due", (t) =>
  withRoles(async (bao, env) => {
    for (const key of ["vault", "local"]) {
      await t.step(`key: ${key}`, async () => {
        using bench = makeBench();
        const names = `dns_sans: [${NAME}]\nkey: ${key}`;
        configure(bench, bao, `role: wide\n${names}`);
        assertWell(await bench.vcm(["run"], env));
        configure(bench, bao, bare("wide", names));
        const removed = await bench.vcm(["plan"], env);
        assert.match(removed.out, /it still has the common name web\.example\.test/);
        assertWell(await bench.vcm(["run"], env));
        assert.ok(!leafOf(bench).subject);
        assert.equal((await bench.vcm(["run"], env)).out, QUIET);
        configure(bench, bao, `role: wide\ncommon_name: Web\n${names}`);
        assert.match((await bench.vcm(["plan"], env)).out, /it lacks web/);
        configure(bench, bao, bare("wide", `uri_sans: ["${ID}2"]\n${names}`));
        assert.match((await bench.vcm(["plan"], env)).out, /it lacks spiffe:\S+2\b/);
      });
    }
  }));

test("a role that requires a common name is told with its fix, which is enough", (t) =>
  withRoles(async (bao, env) => {
    for (const key of ["vault", "local"]) {
      await t.step(`key: ${key}`, async () => {
        assert.ok((await bao.api("POST", "pki/roles/named", ROLES["named"])).status < 300);
        using bench = makeBench();
        configure(bench, bao, `${bare("named")}\nkey: ${key}`);
        const doctor = await bench.vcm(["doctor"], env);
        assert.equal(doctor.status, 1);
        assert.match(
          doctor.out,
          /role has require_cn=true: set require_cn=false on it, or set "com/,
        );
        const { status, out } = await bench.vcm(["run"], env);
        assert.equal(status, 1);
        assert.match(
          out,
          /400: .*; the role must have require_cn=false \(bao patch pki\/roles\/na/,
        );
        await bao.command("patch", "pki/roles/named", "require_cn=false");
        assertWell(await bench.vcm(["run"], env));
      });
    }
  }));
