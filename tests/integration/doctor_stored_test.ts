/** `vcm doctor` compares what is stored, and lifetimes, with a real OpenBao. */
import assert from "node:assert/strict";
import { parseCertificate } from "../../lib/certificate/certificate.ts";
import type { OpenBao } from "../support/openbao.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertWell, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

async function call(bao: OpenBao, path: string, body?: unknown, method = "POST") {
  const answer = await bao.api(method, path, body);
  assert.ok(answer.status < 300, JSON.stringify(answer));
  return answer.body.data ?? {};
}

test("doctor looks up stored certificates at the server", (t) =>
  withServer({}, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    using bench = makeBench();
    const others = certificate(bench.directory, "b.example.test", "pki: pki_self");
    bench.configure(settings(bao), certificate(bench.directory) + others);
    assertWell(await bench.vcm(["run"], env));
    const doctor = async (more = env as Readonly<Record<string, string>>) => {
      const { status, out } = await bench.vcm(["doctor", "--quiet"], more);
      return { status, out };
    };
    const fix = (name: string) => `\n         vcm issue --force ${name} && vcm run ${name}\n`;

    await t.step("and is silent if all is well", async () => {
      assert.deepEqual(await doctor(), { status: 0, out: "" });
    });

    await t.step("a renewed CA with the same key is the same issuer", async () => {
      const { keys } = await call(bao, "pki_self/issuers", undefined, "LIST");
      const { key_id } = await call(
        bao,
        `pki_self/issuer/${(keys as string[])[0]}`,
        undefined,
        "GET",
      );
      const root = { common_name: "Test Self", key_ref: key_id, ttl: "87000h" };
      const { issuer_id } = await call(bao, "pki_self/root/generate/existing", root);
      await call(bao, "pki_self/config/issuers", { default: issuer_id });
      assert.deepEqual(await doctor(), { status: 0, out: "" });
    });

    await t.step("a default issuer with another key", async () => {
      const root = { common_name: "New Self", key_type: "ec", ttl: "87000h" };
      const { issuer_id } = await call(bao, "pki_self/root/rotate/internal", root);
      await call(bao, "pki_self/config/issuers", { default: issuer_id });
      const { status, out } = await doctor();
      assert.equal(status, 0);
      assert.equal(
        out,
        'warning  b.example.test: its certificate was issued by "Test Self" with another key than ' +
          'that of the present issuer "New Self" (pki_self/cert/ca); if the role "web" names an ' +
          `issuer of its own, ignore this${fix("b.example.test")}`,
      );
    });

    await t.step("the issuer of the role is the one that counts", async () => {
      const { keys } = await call(bao, "pki_self/issuers", undefined, "LIST");
      const issuers = await Promise.all((keys as string[]).map(async (id) => {
        const { certificate } = await call(bao, `pki_self/issuer/${id}/json`, undefined, "GET");
        return { id, certificate: String(certificate).trim() };
      }));
      const ca = bench.directory.read("store/b.example.test/ca.pem").trim();
      const old = issuers.find(({ certificate }) => certificate === ca);
      await call(bao, "pki_self/roles/web", {
        ...await call(bao, "pki_self/roles/web", undefined, "GET"),
        issuer_ref: old?.id,
      });
      assert.doesNotMatch((await doctor({ VAULT_TOKEN: bao.token })).out, /another key/);
    });

    await t.step("a certificate that was revoked at the server", async () => {
      const { serial } = parseCertificate(bench.directory.read(`store/${NAME}/cert.pem`));
      await call(bao, "pki/revoke", { serial_number: serial });
      const { status, out } = await doctor();
      assert.equal(status, 1);
      assert.ok(
        out.startsWith(
          `problem  ${NAME}: its certificate (serial ${serial}) was revoked at the mount "pki"${
            fix(NAME)
          }`,
        ),
        out,
      );
      assertWell(await bench.vcm(["issue", "--force", NAME], env));
      assert.doesNotMatch((await doctor()).out, /revoked/);
    });
  }));

test("doctor tells that a default lifetime ends after the CA", () =>
  withServer({}, async ({ bao }) => {
    const env = { VAULT_TOKEN: bao.token };
    const config = { max_lease_ttl: "87600h" };
    await call(bao, "sys/mounts/old", { type: "pki", config });
    const root = { common_name: "Old", ttl: "480h", key_type: "ec" };
    await call(bao, "old/root/generate/internal", root);
    const role = { allow_any_name: true, key_type: "ec" };
    await call(bao, "old/roles/mount", role);
    await call(bao, "old/roles/own", { ...role, ttl: "600h" });
    await call(bao, "old/roles/short", { ...role, max_ttl: "400h" });
    using bench = makeBench();
    const said = async (role: string, more = "") => {
      const entry = certificate(bench.directory, NAME, `pki: old\nrole: ${role}\n${more}`);
      bench.configure(settings(bao), entry);
      const { out } = await bench.vcm(["doctor"], env);
      const { out: run } = await bench.vcm(["run"], env);
      return [
        /default is (.+?): the server refuses/.exec(out)?.[1],
        /beyond the expiration/.test(run),
      ];
    };
    assert.deepEqual(await said("mount"), ["32d", true]);
    assert.deepEqual(await said("own"), ["25d", true]);
    assert.deepEqual(await said("short"), [undefined, false]);
    assert.deepEqual(await said("mount", "ttl: 10d"), [undefined, false]);
    await call(bao, "sys/mounts/old/tune", { default_lease_ttl: "500h" });
    assert.deepEqual(await said("mount", "dns_sans: [a.example.test]"), ["20d 20h", true]);
  }));
