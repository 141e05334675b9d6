/** Names of every kind, issuers and chains, by the whole program against a real OpenBao. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readOtherNames } from "../../lib/certificate/alt_names.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertWell, type Bench, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

const UPN = "1.3.6.1.4.1.311.20.2.3;UTF8:web@example.test";
const OTHER = "1.3.6.1.5.5.7.8.9;UTF8:a,b; c";

const NAMES = `dns_sans: ["api.example.test", "*.apps.example.test"]
ip_sans: ["10.1.1.20", "2001:db8::1"]
uri_sans: ["spiffe://example.test/web", "https://example.test/a,b"]
email_sans: ["ops@example.test"]
other_sans: ["${UPN}", "${OTHER}"]
`;

function leafOf({ directory }: Bench): X509Certificate {
  return new X509Certificate(directory.read(`store/${NAME}/cert.pem`));
}

function pemsOf({ directory }: Bench, what: string): X509Certificate[] {
  const text = directory.read(`store/${NAME}/${what}.pem`);
  return (text.match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----\n/g) ?? [])
    .map((pem) => new X509Certificate(pem));
}

const WIDE = {
  allow_any_name: true,
  allow_wildcard_certificates: true,
  allowed_uri_sans: "*",
  allowed_other_sans: "*",
  key_type: "ec",
  key_bits: 256,
  max_ttl: "2160h",
};

test("names of every kind are asked for, and found again", (t) =>
  withServer({}, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    await bao.api("POST", "pki/roles/wide", WIDE);
    const blind = { ...WIDE, use_csr_sans: false, use_csr_common_name: false };
    await bao.api("POST", "pki/roles/blind", blind);
    for (const [role, key] of [["wide", "vault"], ["wide", "local"], ["blind", "local"]]) {
      await t.step(`role ${role}, key: ${key}`, async () => {
        using bench = makeBench();
        const more = `role: ${role}\nkey: ${key}\n${NAMES}`;
        bench.configure(settings(bao), certificate(bench.directory, NAME, more));
        const said = await bench.vcm(["run"], env);
        assertWell(said);
        assert.equal(said.err.includes("warning"), false, said.err);
        const leaf = leafOf(bench);
        for (
          const name of [
            "DNS:api.example.test",
            "DNS:*.apps.example.test",
            `DNS:${NAME}`,
            "IP Address:10.1.1.20",
            "URI:spiffe://example.test/web",
            "URI:https://example.test/a,b",
            "email:ops@example.test",
          ]
        ) assert.ok(leaf.subjectAltName?.includes(name), `${name} in ${leaf.subjectAltName}`);
        assert.deepEqual(readOtherNames(leaf).toSorted(), [UPN, OTHER].toSorted());
        const second = await bench.vcm(["run"], env);
        assert.equal(second.out, "Nothing to do: 1 certificate in order\n");
      });
    }

    await t.step("a name of another kind that is added is seen to be missing", async () => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory, NAME, "role: wide"));
      assertWell(await bench.vcm(["run"], env));
      bench.configure(settings(bao), certificate(bench.directory, NAME, `role: wide\n${NAMES}`));
      const { out } = await bench.vcm(["plan"]);
      assert.match(out, new RegExp(`it lacks api.*, spiffe:.*, ops@example\\.test, ${UPN}`));
    });

    await t.step("the common name can be left out of the SANs", async () => {
      for (const key of ["vault", "local"]) {
        using bench = makeBench();
        const more =
          `role: wide\nkey: ${key}\nexclude_cn_from_sans: true\ndns_sans: ["api.example.test"]`;
        bench.configure(settings(bao), certificate(bench.directory, NAME, more));
        assertWell(await bench.vcm(["run"], env));
        assert.equal(leafOf(bench).subjectAltName, "DNS:api.example.test");
      }
    });

    await t.step("a kind that the role does not allow is reported", async () => {
      using bench = makeBench();
      const more = 'uri_sans: ["spiffe://example.test/web"]';
      bench.configure(settings(bao), certificate(bench.directory, NAME, more));
      const { status, out } = await bench.vcm(["run"], env);
      assert.equal(status, 1);
      assert.equal(
        out.split("\n")[0],
        `failed  ${NAME}: "${bao.address}" refused "pki/issue/web" (400: URI Subject Alternative ` +
          "Names are not allowed in this role, but were provided via the API); allow them in " +
          "the role, or remove them",
      );
    });
  }));

test("issuers, mounts and chains", (t) =>
  withServer({}, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    await t.step(
      "chain.pem leaves the root out, ca.pem is the root, and all verifies",
      async () => {
        using bench = makeBench();
        bench.configure(settings(bao), certificate(bench.directory));
        assertWell(await bench.vcm(["run"], env));
        const [leaf, intermediate, ...more] = pemsOf(bench, "fullchain");
        const [root, ...others] = pemsOf(bench, "ca");
        assert.ok(leaf && intermediate && root);
        assert.deepEqual([more, others], [[], []]);
        assert.ok(leaf.verify(intermediate.publicKey) && intermediate.verify(root.publicKey));
        assert.equal(root.subject, root.issuer);
        assert.deepEqual(pemsOf(bench, "chain").map(({ raw }) => raw), [intermediate.raw]);
      },
    );

    await t.step("remove_roots_from_chain: ca.pem ends with the intermediate", async () => {
      using bench = makeBench();
      const more = "remove_roots_from_chain: true";
      bench.configure(settings(bao), certificate(bench.directory, NAME, more));
      assertWell(await bench.vcm(["run"], env));
      assert.deepEqual(pemsOf(bench, "ca").map(({ subject }) => subject), ["CN=Test Intermediate"]);
      assert.equal(pemsOf(bench, "chain").length, 1);
    });

    await t.step("several mounts in one file, each with its own chain", async () => {
      using bench = makeBench();
      const both = certificate(bench.directory) +
        certificate(bench.directory, "self.example.test", "pki: pki_self");
      bench.configure(settings(bao), both);
      assertWell(await bench.vcm(["run"], env));
      const self = new X509Certificate(bench.directory.read("store/self.example.test/cert.pem"));
      assert.deepEqual([leafOf(bench).issuer, self.issuer], [
        "CN=Test Intermediate",
        "CN=Test Self",
      ]);
      assert.equal(bench.directory.read("store/self.example.test/chain.pem"), "");
    });

    await t.step("an issuer of the mount by its name", async () => {
      const made = await bao.api("POST", "pki_self/root/generate/internal", {
        common_name: "Second Self",
        issuer_name: "second",
        ttl: "8760h",
        key_type: "ec",
      });
      assert.equal(made.status, 200);
      const paths = ["issue", "sign"].map((verb) =>
        `path "pki_self/issuer/second/${verb}/web" { capabilities = ["update"] }`
      );
      await bao.api("POST", "sys/policies/acl/second", { policy: paths.join("\n") });
      const policies = { token_policies: ["vcm", "second"] };
      await bao.api("POST", "auth/approle/role/vcm", policies);
      for (const key of ["vault", "local"]) {
        using bench = makeBench();
        const more = `pki: pki_self\nissuer_ref: second\nkey: ${key}`;
        bench.configure(settings(bao), certificate(bench.directory, NAME, more));
        assertWell(await bench.vcm(["run"], env));
        assert.equal(leafOf(bench).issuer, "CN=Second Self");
      }
      using bench = makeBench();
      bench.configure(
        settings(bao),
        certificate(bench.directory, NAME, "pki: pki_self\nissuer_ref: third"),
      );
      assert.equal(
        (await bench.vcm(["run"], { VAULT_TOKEN: bao.token })).out.split("\n")[0],
        `failed  ${NAME}: "${bao.address}" refused "pki_self/issuer/third/issue/web" (500: 1 error ` +
          "occurred: * could not fetch the CA certificate (was one set?): unable to find PKI " +
          'issuer for reference: third); check "issuer_ref"',
      );
    });
  }));
