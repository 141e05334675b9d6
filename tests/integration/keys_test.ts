/** Private keys that are made on this host, and those that the server makes, of every type. */
import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { keyTypeOf } from "../../lib/certificate/keys.ts";
import { KEY_TYPES } from "../../lib/config/types.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import {
  assertNoSecret,
  assertWell,
  type Bench,
  certificate,
  makeBench,
  NAME,
  snapshot,
} from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

function storedKey({ directory }: Bench): string {
  return directory.read(`store/${NAME}/privkey.pem`);
}

function assertBelongTogether({ directory }: Bench): void {
  const leaf = new X509Certificate(directory.read(`store/${NAME}/cert.pem`));
  assert.ok(leaf.checkPrivateKey(createPrivateKey(directory.read(`store/${NAME}/privkey.pem`))));
}

test("a key that is made on this host never leaves it", (t) =>
  withServer({ audit: true }, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    const audit = () => Deno.readTextFile(bao.auditFile ?? "");
    for (const type of KEY_TYPES) {
      await t.step(`${type}, signed by a role for any key`, async () => {
        using bench = makeBench();
        const more = `role: "any"\nkey: local\nkey_type: ${type}\nip_sans: ["10.1.1.20"]`;
        bench.configure(settings(bao), certificate(bench.directory, NAME, more));
        const before = await audit();
        const said = await bench.vcm(["run"], env);
        assertWell(said);
        assert.equal(said.err.includes("warning"), false, said.err);
        assert.match(storedKey(bench), /^-----BEGIN PRIVATE KEY-----\n/);
        assert.equal(keyTypeOf(createPrivateKey(storedKey(bench))), type);
        assertBelongTogether(bench);
        const asked = (await audit()).slice(before.length);
        assert.match(asked, /"path":"pki\/sign\/any"/);
        assert.equal(asked.includes("private_key"), false);
        const unchanged = snapshot(bench.directory);
        assertWell(await bench.vcm(["run"], env));
        assert.deepEqual(snapshot(bench.directory), unchanged);
        assertNoSecret(bench, login.secretId);
      });
    }

    await t.step("it is reused only if reuse_key is set", async () => {
      using bench = makeBench();
      const write = (reuse: boolean, type: string) =>
        bench.configure(
          settings(bao),
          certificate(
            bench.directory,
            NAME,
            `role: "any"\nkey: local\nkey_type: ${type}\nreuse_key: ${reuse}`,
          ),
        );
      write(true, "ec-256");
      assertWell(await bench.vcm(["run"], env));
      const first = storedKey(bench);
      assertWell(await bench.vcm(["issue", "--force"], env));
      assert.equal(storedKey(bench), first);
      write(true, "ec-384");
      assertWell(await bench.vcm(["issue", "--force"], env));
      const second = storedKey(bench);
      assert.notEqual(second, first);
      write(false, "ec-384");
      assertWell(await bench.vcm(["issue", "--force"], env));
      assert.notEqual(storedKey(bench), second);
      assertBelongTogether(bench);
    });
  }));

test("the key that the server makes is of the role's type, or nothing is stored", (t) =>
  withServer({}, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    const failing = async (more: string, records: readonly string[] = []): Promise<string> => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory, NAME, more));
      const { status, out } = await bench.vcm(["run"], env);
      assert.equal(status, 1);
      const store = ["store/", "store/.lock", ...records];
      assert.deepEqual(bench.directory.tree(), ["ssl/", ...store, "vcm.yaml"]);
      return out.split("\n")[0]?.replace(bao.address, "ADDRESS") ?? "";
    };

    await t.step("the type that the file asks for is what the role makes", async () => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory, NAME, "key_type: ec-256"));
      assertWell(await bench.vcm(["run"], env));
    });

    await t.step("the store gets it as PKCS #8, whichever type it is", async () => {
      for (const [role, type] of [["web", "ec-256"], ["rsa", "rsa-2048"]] as const) {
        using bench = makeBench();
        bench.configure(settings(bao), certificate(bench.directory, NAME, `role: "${role}"`));
        assertWell(await bench.vcm(["run"], env));
        assert.match(storedKey(bench), /^-----BEGIN PRIVATE KEY-----\n/);
        assert.equal(keyTypeOf(createPrivateKey(storedKey(bench))), type);
        assert.equal(bench.directory.read(`ssl/${NAME}.key`), storedKey(bench));
        assertBelongTogether(bench);
      }
    });

    await t.step("another type is an error", async () => {
      assert.equal(
        await failing("key_type: rsa-2048", [`store/.refused-answer-${NAME}`]),
        `failed  ${NAME}: Cannot use the certificate that "ADDRESS" issued for "pki/issue/web": ` +
          'its key is ec-256, but "key_type" asks for rsa-2048: with "key: vault" the role "web" ' +
          'decides; fix: change the role or "key_type", or set "key: local"',
      );
    });

    await t.step("a role for any key makes none", async () => {
      assert.equal(
        await failing('role: "any"'),
        `failed  ${NAME}: "ADDRESS" refused "pki/issue/any" (400: role key type "any" not allowed ` +
          "for issuing certificates without providing key_type and/or key_bits request " +
          'parameters); a role with key_type=any only signs requests: set "key: local"',
      );
    });

    await bao.api("POST", "pki/roles/big", { allow_any_name: true, key_type: "ec", key_bits: 384 });
    await t.step("a role for other keys does not sign ours", async () => {
      const cases = {
        rsa: "role requires keys of type rsa",
        big: "role requires a minimum of a 384-bit key, but CSR's key is 256 bits",
      };
      for (const [role, said] of Object.entries(cases)) {
        assert.equal(
          await failing(`role: "${role}"\nkey: local`),
          `failed  ${NAME}: "ADDRESS" refused "pki/sign/${role}" (400: ${said}); ` +
            'set "key_type" to what the role requires',
        );
      }
    });
  }));
