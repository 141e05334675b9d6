/** `vcm doctor` against a real OpenBao: what it finds is what a run would meet. */
import assert from "node:assert/strict";
import { usualVersion } from "../support/fetch_openbao.ts";
import type { CheckResult } from "../../lib/report/check_result.ts";
import { freePort } from "../support/free_port.ts";
import type { OpenBao } from "../support/openbao.ts";
import { outputMistakes } from "../support/output_validator.ts";
import { isOfHost, LOOKS } from "../support/doctor_lines.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { listen } from "./audit.ts";
import { assertNoSecret, type Bench, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");
const VERSION = usualVersion();

async function doctor(bench: Bench, bao: OpenBao, env: Record<string, string>, ...args: string[]) {
  const { status, out, err } = await bench.vcm(["doctor", ...args], env);
  const lines = out.replaceAll(bao.address, "ADDRESS").split("\n").slice(0, -1);
  return { status, err, lines: lines.filter((line) => !LOOKS.test(line.trimStart())) };
}

test("vcm doctor looks at all that a run needs, and asks for no certificate", (t) =>
  withServer({ audit: true }, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    const heard = listen(bao);

    await t.step("all is well", async () => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory));
      const { status, lines } = await doctor(bench, bao, env);
      assert.deepEqual([status, lines], [0, [
        `ok       ADDRESS: version ${VERSION}, initialized, unsealed, active`,
        "ok       clock of ADDRESS: agrees with this host's clock",
        "ok       login: with the AppRole from VAULT_ROLE_ID and VAULT_SECRET_ID; policies: " +
        "default, " +
        "vcm; the token expires in 1h",
        lines.find((line) => /^ok {7}pki\/cert\/ca: the CA is valid until 20.* UTC$/.test(line)),
        'ok       pki/issue/web: the policy allows "update"',
        "ok       pki/roles/web: the policy does not allow reading it, so names, lifetimes and " +
        "keys were not checked",
        '         to check them, add to the policy: path "pki/roles/web" { capabilities = ["read"] }',
      ]]);
      assert.deepEqual(heard().filter((path) => path.includes("/issue/")), []);
      assert.deepEqual((await doctor(bench, bao, env, "--quiet")).lines, []);
      assertNoSecret(bench, login.secretId);
    });

    await t.step("its token is revoked, and what it does is left as it was", async () => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory));
      heard();
      await doctor(bench, bao, env);
      assert.equal(heard().at(-1), "auth/token/revoke-self");
      assert.deepEqual(bench.directory.tree(), ["ssl/", "vcm.yaml"]);
    });

    await t.step("a path beyond the policy, with the text to paste", async () => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory, NAME, "pki: pki_root"));
      const { status, lines } = await doctor(bench, bao, env);
      assert.equal(status, 1);
      assert.deepEqual(lines.slice(4, 6), [
        'problem  pki_root/issue/web: the policy does not allow "update", or the name of the role ' +
        "is wrong (bao list pki_root/roles)",
        '         add it, and run "bao policy write NAME FILE": path "pki_root/issue/web" ' +
        '{ capabilities = ["update"] }',
      ]);
    });

    await t.step("a role that does not give what the file asks for", async () => {
      const policy = ["issue", "sign"].map((verb) =>
        `path "pki/${verb}/*" { capabilities = ["update"] }`
      );
      await bao.api("POST", "sys/policies/acl/vcm", {
        policy: [...policy, 'path "pki/roles/*" { capabilities = ["read"] }'].join("\n"),
      });
      using bench = makeBench();
      bench.configure(
        settings(bao),
        certificate(
          bench.directory,
          "a.example.test",
          'role: denied\ndns_sans: ["b.allowed.test"]',
        ) +
          certificate(bench.directory, "b.example.test", "role: short") +
          certificate(bench.directory, "c.example.test", "role: any") +
          certificate(bench.directory, "d.example.test", "ttl: 100d\nkey_type: rsa-2048") +
          certificate(bench.directory, "e.example.test", "role: nosuch") +
          certificate(
            bench.directory,
            "f.example.test",
            "role: rsa\nkey: local\nkey_type: rsa-4096",
          ),
      );
      const { status, lines } = await doctor(bench, bao, env);
      assert.equal(status, 1);
      assert.deepEqual(lines.filter((line) => line.includes("/roles/") || line.startsWith(" ")), [
        "problem  pki/roles/denied: a.example.test: not in the role's allowed_domains " +
        "(allowed.test)",
        "warning  pki/roles/short: b.example.test: the role issues certificates for 1h, and " +
        '"renew" (10d) covers all of it: they are renewed 20m 10s before they expire',
        "problem  pki/roles/any: c.example.test: the role has key_type=any, so it only signs " +
        "requests: set " +
        '"key: local"',
        "warning  pki/roles/web: d.example.test: the ttl of 100d is cut to the role's max_ttl of " +
        "90d",
        'problem  pki/roles/web: d.example.test: the role is for ec-256 keys, but "key_type" asks for ' +
        "rsa-2048",
        "problem  pki/roles/nosuch: there is no such role",
        "         bao write pki/roles/nosuch allowed_domains=…",
        "ok       pki/roles/rsa: allows what the file asks for",
      ]);
    });

    await t.step("a mount that is not there, and an issuer that it does not have", async () => {
      using bench = makeBench();
      bench.configure(
        settings(bao),
        certificate(bench.directory, "a.example.test", "pki: nowhere") +
          certificate(bench.directory, "b.example.test", "issuer_ref: nobody"),
      );
      const { status, lines } = await doctor(bench, bao, env);
      assert.equal(status, 1);
      assert.match(
        lines[3] ?? "",
        /^problem {2}nowhere\/cert\/ca: no PKI secrets engine answers there/,
      );
      assert.match(
        lines[4] ?? "",
        /^problem {2}pki\/issuer\/nobody\/json: .* unable to find PKI issuer .*; check "issuer_ref"$/,
      );
    });

    await t.step("an authority that ends before the certificate would", async () => {
      using bench = makeBench();
      const more = "pki: pki_self\nttl: 4000d";
      bench.configure(settings(bao), certificate(bench.directory, NAME, more));
      const { lines } = await doctor(bench, bao, env);
      assert.match(
        lines[3] ?? "",
        /^warning {2}pki_self\/cert\/ca: the CA expires 20.* UTC, but "web\.example\.test" asks for 4000d: /,
      );
    });

    await t.step("a wrong secret id", async () => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory));
      const { status, lines } = await doctor(bench, bao, { ...env, VAULT_SECRET_ID: "wrong" });
      assert.equal(status, 1);
      assert.equal(
        lines.at(-1),
        'problem  login: "ADDRESS" refused the AppRole from VAULT_ROLE_ID and VAULT_SECRET_ID ' +
          "(400: " +
          "invalid role or secret ID); check both ids; the secret id may have expired",
      );
    });

    await t.step("one server of two is down: a problem, and the other is used", async () => {
      using bench = makeBench();
      const down = `http://127.0.0.1:${freePort()}`;
      bench.configure(
        `vault: ["${down}", "${bao.address}"]\npki: pki\nrole: web\nrenew: 10d`,
        certificate(bench.directory),
      );
      const { status, lines } = await doctor(bench, bao, env);
      assert.equal(status, 1);
      assert.equal(
        lines[0],
        `problem  ${down}: Cannot connect to "${down}": connection refused; is the server running?`,
      );
      assert.ok(lines.includes('ok       pki/issue/web: the policy allows "update"'));
    });

    await t.step("as data", async () => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory));
      const { out } = await bench.vcm(["doctor", "--json"], env);
      assert.deepEqual(outputMistakes("doctor", out), []);
      const { layout, results } = JSON.parse(out);
      assert.equal(layout, 1);
      const ofServer = results.filter((result: CheckResult) => !isOfHost(result));
      assert.deepEqual(ofServer[1], {
        verdict: "ok",
        subject: `clock of ${bao.address}`,
        detail: "agrees with this host's clock",
      });
    });
  }));

test("vcm doctor tells what a server in no working order lacks", async () => {
  await withServer({}, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    assert.ok((await bao.api("POST", "sys/seal")).status < 300);
    using bench = makeBench();
    bench.configure(settings(bao), certificate(bench.directory));
    const { status, lines } = await doctor(bench, bao, env);
    assert.deepEqual([status, lines], [1, [
      `problem  ADDRESS: version ${VERSION}, sealed`,
      "         bao operator unseal",
    ]]);
  });
});

test("vcm doctor and TLS", () =>
  withServer({ tls: true }, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    using bench = makeBench();
    bench.configure(settings(bao), certificate(bench.directory));
    assert.deepEqual((await doctor(bench, bao, env)).lines, [
      'problem  ADDRESS: Cannot verify the TLS certificate of "ADDRESS": its issuer is not trusted; ' +
      'set "vault_ssl_verify" (or VAULT_CACERT) to the CA file',
    ]);
    const trusting = { ...env, VAULT_CACERT: bao.caFile ?? "" };
    const { status, lines } = await doctor(bench, bao, trusting);
    assert.equal(status, 0);
    assert.equal(
      lines[0],
      `ok       ADDRESS: TLS, version ${VERSION}, initialized, unsealed, active`,
    );
    const named = { ...trusting, VAULT_TLS_SERVER_NAME: "other.example.test" };
    assert.match((await doctor(bench, bao, named)).lines[0] ?? "", /it is for another name/);
    const skipping = await doctor(bench, bao, { ...env, VAULT_SKIP_VERIFY: "1" });
    assert.equal(skipping.status, 0);
    assert.match(skipping.lines[0] ?? "", /^warning {2}TLS: .* not verified \(VAULT_SKIP_VERIFY\)/);
  }));
