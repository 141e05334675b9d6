/** Whom the whole program trusts, against a real OpenBao with TLS. */
import assert from "node:assert/strict";
import { makeSelfSigned } from "../support/self_signed.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertWell, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

test("vcm run and the server's TLS certificate", (t) =>
  withServer({ tls: true, audit: true }, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };

    await t.step("a CA file of the configuration vouches for it", async () => {
      using bench = makeBench();
      const more = `vault_ssl_verify: "${bao.caFile}"`;
      bench.configure(settings(bao, more), certificate(bench.directory));
      const said = await bench.vcm(["run"], env);
      assertWell(said);
      assert.equal(said.err.includes("warning"), false);
    });

    await t.step("VAULT_CACERT does, too", async () => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory));
      assertWell(await bench.vcm(["run"], { ...env, VAULT_CACERT: bao.caFile ?? "" }));
    });

    const refused =
      `failed  ${NAME}: Cannot verify the TLS certificate of "${bao.address}": its issuer is not ` +
      'trusted; set "vault_ssl_verify" (or VAULT_CACERT) to the CA file\n';

    await t.step("another CA file does not, and the server hears no request", async () => {
      using bench = makeBench();
      bench.directory.write("other.pem", (await makeSelfSigned("Other CA")).certificate);
      const more = `vault_ssl_verify: "${bench.directory.at("other.pem")}"`;
      bench.configure(settings(bao, more), certificate(bench.directory));
      const before = await Deno.readTextFile(bao.auditFile ?? "");
      const { status, out } = await bench.vcm(["run"], env);
      assert.equal(status, 1);
      assert.ok(out.startsWith(refused), out);
      assert.equal(await Deno.readTextFile(bao.auditFile ?? ""), before);
    });

    await t.step("the host's own authorities do not", async () => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory));
      const { status, out } = await bench.vcm(["run"], env);
      assert.equal(status, 1);
      assert.ok(out.startsWith(refused), out);
    });

    await t.step("with vault_ssl_verify: false nobody has to, and that is warned of", async () => {
      using bench = makeBench();
      bench.configure(settings(bao, "vault_ssl_verify: false"), certificate(bench.directory));
      const said = await bench.vcm(["run", "--quiet"], env);
      assertWell(said);
      const warning = `warning: ${bao.address}: its TLS certificate is not verified ` +
        "(vault_ssl_verify: false); anyone on the network path can read tokens and keys\n";
      assert.equal(said.err, warning);
      // Also where nothing is due, and so the server is not asked.
      assert.equal((await bench.vcm(["run", "--quiet"], env)).err, warning);
    });

    await t.step("a missing CA file is reported with its path", async () => {
      using bench = makeBench();
      const path = bench.directory.at("none.pem");
      bench.configure(settings(bao, `vault_ssl_verify: "${path}"`), certificate(bench.directory));
      const { status, out } = await bench.vcm(["run"], env);
      assert.equal(status, 1);
      const message =
        `Cannot read the CA file "${path}": no such file or directory; create it, or give another path`;
      assert.ok(out.startsWith(`failed  ${NAME}: ${message}\n`), out);
    });
  }));
