/** What a fleet needs to know of its certificates, from a real server's. */
import assert from "node:assert/strict";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertWell, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

test("vcm status and the metrics name key, signature and the key of the issuer", () =>
  withServer({}, async ({ bao }) => {
    const env = { VAULT_TOKEN: bao.token };
    using bench = makeBench();
    Deno.mkdirSync(bench.directory.at("metrics"));
    const metrics = `metrics_file: "${bench.directory.at("metrics/vcm.prom")}"`;
    bench.configure(settings(bao, metrics), certificate(bench.directory));
    // With what was issued in the run, and with what was there before.
    for (const _ of ["issued", "stored"]) {
      assertWell(await bench.vcm(["run"], env));
      const stored = new x509.X509Certificate(
        bench.directory.read(`store/${NAME}/cert.pem`),
      );
      const key = stored.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId ?? "";
      const issuerKey = key.match(/../g)?.join(":").toLowerCase();
      assert.ok(issuerKey);
      const said = await bench.vcm(["status", "--json"], env);
      assertWell(said);
      const status = JSON.parse(said.out);
      assert.equal(status.host, "web-1");
      const [{ inventory, certificate: { issuer, serial } }] = status.certificates;
      assert.deepEqual(inventory, {
        keyType: "ec-256",
        signatureAlgorithm: "ecdsa-with-SHA256",
        issuerKey,
      });
      assert.ok(
        bench.directory.read("metrics/vcm.prom").includes(
          `vcm_certificate_info{name="${NAME}",issuer="${issuer}",issuer_key="${issuerKey}",` +
            `serial="${serial}",key_type="ec-256"} 1\n`,
        ),
      );
    }
  }));
