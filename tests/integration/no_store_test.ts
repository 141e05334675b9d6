/** Certificates that the server does not store, and roles with a fixed end, at a real OpenBao. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { testsNeeding } from "../support/tests_needing.ts";
import { listen } from "./audit.ts";
import { assertWell, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");
const EC = { allow_any_name: true, key_type: "ec", max_ttl: "2160h" };

test("what a role with no_store=true issued is revoked by certificate", (t) =>
  withServer({ audit: true }, async ({ bao }) => {
    const env = { VAULT_TOKEN: bao.token };
    await bao.api("POST", "pki/roles/unstored", { ...EC, no_store: true });
    for (const key of ["vault", "local"]) {
      await t.step(`key: ${key}`, async () => {
        using bench = makeBench();
        const lines = `role: unstored\nkey: ${key}`;
        bench.configure(settings(bao), certificate(bench.directory, NAME, lines));
        assertWell(await bench.vcm(["run"], env));
        const pem = bench.directory.read(`store/${NAME}/cert.pem`);
        const digits = new X509Certificate(pem).serialNumber.toLowerCase();
        const serial = digits.padStart(digits.length + digits.length % 2, "0").match(/../g)?.join(
          ":",
        );
        const said = await bench.vcm(["revoke", NAME, "--yes"], env);
        assertWell(said);
        const { body } = await bao.api("GET", `pki/cert/${serial}`);
        assert.ok(Number(body.data?.["revocation_time"]) > 0);
        assertWell(await bench.vcm(["run"], env));
      });
    }
    await t.step("at another mount it is refused, at once, and stays", async () => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory, NAME, "role: unstored"));
      assertWell(await bench.vcm(["run"], env));
      const moved = settings(bao).replace('"pki"', '"pki_self"');
      bench.configure(moved, certificate(bench.directory, NAME, "role: web"));
      const heard = listen(bao);
      const { status, err } = await bench.vcm(["revoke", NAME, "--yes"], env);
      assert.equal(status, 1);
      assert.match(err, /not found.*; check that it was issued at the mount "pki_self"/);
      assert.deepEqual(heard(), ["pki_self/revoke", "pki_self/revoke refused"]);
      assert.ok(bench.directory.tree().includes(`store/${NAME}/cert.pem`));
    });
  }));

test("a role with not_after excludes ttl, and doctor says so", () =>
  withServer({}, async ({ bao }) => {
    const env = { VAULT_TOKEN: bao.token };
    const not_after = new Date(Date.now() + 40 * 86_400_000).toISOString().replace(/\..*/, "Z");
    await bao.api("POST", "pki/roles/fixed", { ...EC, max_ttl: undefined, not_after });
    using bench = makeBench();
    const write = (more: string) =>
      bench.configure(
        settings(bao),
        certificate(bench.directory, NAME, `role: fixed\n${more}`),
      );
    write("ttl: 30d");
    const { status, err } = await bench.vcm(["run"], env);
    assert.equal(status, 1);
    assert.match(err, /the role has a fixed end \(not_after\), .*: remove "ttl"/);
    const doctor = await bench.vcm(["doctor"], env);
    assert.equal(doctor.status, 1);
    assert.match(doctor.out, /problem +pki\/roles\/fixed: .*not_after.*remove "ttl"/);
    write("");
    assertWell(await bench.vcm(["run"], env));
    assertWell(await bench.vcm(["doctor"], env));
  }));
