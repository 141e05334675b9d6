/** Policies that limit parameters or want response wrapping, at a real OpenBao. */
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import type { OpenBao } from "../support/openbao.ts";
import { outputMistakes } from "../support/output_validator.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { listen } from "./audit.ts";
import { assertNoSecret, assertWell, certificate, makeBench, NAME } from "./bench.ts";
import { type Server, settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

interface Case {
  /** Of the rule for the path. */
  readonly rule: string;
  readonly path?: string;
  /** Lines of the certificate. */
  readonly lines?: string;
}

const ORIGINAL =
  'allowed_parameters = { "common_name"=[], "ttl"=[], "alt_names"=[], "ip_sans"=[] }';
const NAMES = 'ttl: "30d"\ndns_sans: [api.example.test, www.example.test]';

const ALLOWED: Readonly<Record<string, Case>> = {
  "common_name and ttl": {
    rule: 'allowed_parameters = { "common_name"=["*.example.test"], "ttl"=[] }',
    lines: "ttl: 30d",
  },
  "what the Python original sends": {
    rule: ORIGINAL,
    lines: `${NAMES}\nip_sans: [10.1.1.20]`,
  },
  "one spelling of the lifetime": {
    rule: 'allowed_parameters = { "ttl"=["720h"], "*"=[] }',
    lines: "ttl: 720h",
  },
  "a lifetime with a fraction": {
    rule: 'allowed_parameters = { "common_name"=[], "ttl"=["720.5h"] }',
    lines: "ttl: 720.5h",
  },
  "a lifetime that servers do not read, in seconds": {
    rule: 'allowed_parameters = { "common_name"=[], "ttl"=["1209600s"] }',
    lines: "ttl: 2w",
  },
  "bare seconds": {
    rule: 'allowed_parameters = { "common_name"=[], "ttl"=["2592000"] }',
    lines: "ttl: 2592000",
  },
  "all but formats": {
    rule: 'denied_parameters = { "private_key_format"=[], "format"=[] }',
    lines: "ttl: 30d",
  },
  "names by value": {
    rule: 'allowed_parameters = { "common_name"=["web.example.test"], ' +
      '"alt_names"=["api.example.test,www.example.test"], "*"=[] }',
    lines: NAMES,
  },
  "a signing request": {
    rule: 'allowed_parameters = { "csr"=[], "common_name"=[], "ttl"=[], "alt_names"=[] }',
    path: "pki/sign/web",
    lines: `${NAMES}\nkey: local`,
  },
  "a role of RSA keys, whose form is converted": {
    rule: ORIGINAL,
    path: "pki/issue/rsa",
    lines: "role: rsa",
  },
  "a path with a wildcard": {
    rule: 'required_parameters = ["common_name", "ttl"]',
    path: "pki/issue/*",
    lines: "ttl: 30d",
  },
  "a path with a free segment": { rule: ORIGINAL, path: "pki/+/web", lines: "ttl: 30d" },
  "only wrapped answers": { rule: 'min_wrapping_ttl="1s" max_wrapping_ttl="90s"' },
  "only wrapped answers to signing requests": {
    rule: `min_wrapping_ttl="1s" ${ORIGINAL.replace("}", ', "csr"=[] }')}`,
    path: "pki/sign/web",
    lines: "key: local",
  },
};

const REFUSED: Readonly<Record<string, Case & { readonly doctor: RegExp }>> = {
  "a parameter that the policy does not list": {
    rule: 'allowed_parameters = { "common_name"=[] }',
    lines: NAMES,
    doctor:
      /the policy refuses alt_names \(allowed_parameters\), ttl \(allowed_parameters\)\n.*common_name, alt_names, ttl\n/,
  },
  "another value than the policy lists": {
    rule: 'allowed_parameters = { "ttl"=["720h"], "*"=[] }',
    lines: "ttl: 30d",
    doctor: /refuses ttl \(allowed_parameters: other values than "30d"\)/,
  },
  "a parameter that the policy denies": {
    rule: 'denied_parameters = { "ttl"=[] }',
    path: "pki/issue/*",
    lines: "ttl: 30d",
    doctor: /refuses ttl \(denied_parameters\)/,
  },
  "a parameter that the policy requires": {
    rule: 'required_parameters = ["ttl", "uri_sans"]',
    path: "pki/issue/w*",
    lines: "ttl: 30d",
    doctor: /requires uri_sans \(required_parameters\), which VCM does not send/,
  },
  "a longer wrapping than VCM asks for": {
    rule: 'min_wrapping_ttl="5m"',
    doctor:
      /wants response wrapping, for at least 5m\n.*allow 1m, which VCM asks for: bao policy write/,
  },
};

function policy(bao: OpenBao, { rule, path = "pki/issue/web" }: Case, more = ""): Promise<unknown> {
  return bao.api("POST", "sys/policies/acl/vcm", {
    policy: `path "${path}" { capabilities = ["update"]\n${rule}\n}\n${more}`,
  });
}

const asVcm = ({ login }: Server) => ({
  VAULT_ROLE_ID: login.roleId,
  VAULT_SECRET_ID: login.secretId,
});

for (const part of ["openbao", "openbao-2.7"] as const) {
  const tested = part === "openbao" ? test : await testsNeeding("openbao-2.7");
  tested(
    `${part}: a policy that allows what an entry needs is enough`,
    (t) =>
      withServer({ part }, async (server) => {
        for (const [name, one] of Object.entries(ALLOWED)) {
          await t.step(name, async () => {
            await policy(server.bao, one);
            using bench = makeBench();
            bench.configure(settings(server.bao), certificate(bench.directory, NAME, one.lines));
            assertWell(await bench.vcm(["run"], asVcm(server)));
            const key = bench.directory.read(`ssl/${NAME}.key`);
            assert.match(key, /^-----BEGIN PRIVATE KEY-----\n/);
            assert.equal(createPrivateKey(key).export({ type: "pkcs8", format: "pem" }), key);
            assertWell(await bench.vcm(["check"]));
            const { out } = await bench.vcm(["doctor"], asVcm(server));
            assert.doesNotMatch(out, /^problem/m);
            const isFree = one.path?.includes("+") ?? false;
            assert.equal(
              /limits parameters cannot be read; VCM sends: common_name/.test(out),
              isFree,
            );
            assert.equal(/ok +pki\/.*response wrapping/.test(out), /wrapping/.test(one.rule), out);
            assertNoSecret(bench, server.login.secretId);
          });
        }
      }),
  );

  tested(
    `${part}: a policy that limits a request is told apart, and doctor says which limit`,
    (t) =>
      withServer({ part, audit: true }, async (server) => {
        for (const [name, one] of Object.entries(REFUSED)) {
          await t.step(name, async () => {
            await policy(server.bao, one);
            using bench = makeBench();
            bench.configure(settings(server.bao), certificate(bench.directory, NAME, one.lines));
            const { status, err } = await bench.vcm(["run"], asVcm(server));
            assert.equal(status, 1);
            assert.match(
              err,
              /denied "update" on "pki\/issue\/web" \(403\), although the policy has that path: .* VCM sends: common_name/,
            );
            const doctor = await bench.vcm(["doctor"], asVcm(server));
            assert.equal(doctor.status, 1);
            assert.match(doctor.out, one.doctor);
            const json = await bench.vcm(["doctor", "--json"], asVcm(server));
            assert.deepEqual(outputMistakes("doctor", json.out), []);
          });
        }
      }),
  );
}

test("a path that the policy lacks is asked for once, whatever the number of certificates", () =>
  withServer({ audit: true }, async (server) => {
    await policy(server.bao, { rule: "", path: "pki/issue/other" });
    using bench = makeBench();
    const certs = ["a", "b", "c"].map((name) => certificate(bench.directory, `${name}.test`));
    bench.configure(settings(server.bao), certs.join(""));
    const heard = listen(server.bao);
    const { status, err } = await bench.vcm(["run"], asVcm(server));
    assert.equal(status, 1);
    assert.doesNotMatch(err, /although the policy has that path/);
    const paths = heard();
    assert.equal(paths.filter((path) => path === "sys/capabilities-self").length, 1);
    assert.equal(paths.filter((path) => path === "pki/issue/web refused").length, 3);
  }));

test("vcm revoke under a policy that wants wrapped answers", () =>
  withServer({}, async (server) => {
    const wrap = 'min_wrapping_ttl="1s"';
    const more = `path "pki/revoke" { capabilities = ["update"]\n${wrap} }`;
    await policy(server.bao, { rule: wrap }, more);
    using bench = makeBench();
    bench.configure(settings(server.bao), certificate(bench.directory));
    assertWell(await bench.vcm(["run"], asVcm(server)));
    const { status, out } = await bench.vcm(["revoke", NAME, "--yes"], asVcm(server));
    assert.equal(status, 0, out);
  }));
