/** Every way to log in, by the whole program against a real OpenBao. */
import assert from "node:assert/strict";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertNoSecret, assertWell, type Bench, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

function assertDeployed({ directory }: Bench): void {
  assert.equal(directory.read(`ssl/${NAME}.key`), directory.read(`store/${NAME}/privkey.pem`));
  assert.equal(directory.read(`ssl/${NAME}.crt`), directory.read(`store/${NAME}/fullchain.pem`));
}

test("vcm run logs in every way that there is, and shows no secret", (t) =>
  withServer({ audit: true }, async ({ bao, login }) => {
    const { roleId, secretId } = login;
    const appRole = { VAULT_ROLE_ID: roleId, VAULT_SECRET_ID: secretId };
    const ways: Record<string, (bench: Bench) => [string, Record<string, string>]> = {
      "VAULT_TOKEN": () => ["", { VAULT_TOKEN: bao.token }],
      "a token file": ({ directory }) => {
        directory.write("token", `${bao.token}\n`);
        return [`token_file: "${directory.at("token")}"`, {}];
      },
      "an AppRole of the environment": () => ["", appRole],
      "an AppRole of the file": () => [
        `vault_role_id: "${roleId}"\nvault_secret_id: "${secretId}"`,
        {},
      ],
      "VAULT_TOKEN before a wrong AppRole": () => ["", {
        VAULT_TOKEN: bao.token,
        VAULT_ROLE_ID: "wrong",
        VAULT_SECRET_ID: "wrong",
      }],
    };
    for (const [way, prepare] of Object.entries(ways)) {
      await t.step(way, async () => {
        using bench = makeBench();
        const [more, env] = prepare(bench);
        bench.configure(settings(bao, more), certificate(bench.directory));
        const said = await bench.vcm(["run"], env);
        assertWell(said);
        assert.equal(
          said.out,
          "Done: 1 issued, 2 files deployed, 0 service actions; 0 failed, 0 skipped\n",
        );
        assertDeployed(bench);
        assertWell(await bench.vcm(["issue", "--force", "--json", "--verbose"], env));
        assertNoSecret(bench, secretId, `"${bao.token}"`);
      });
    }
  }));

test("vcm run revokes the token that it made, and no other", () =>
  withServer({ audit: true }, async ({ bao, login }) => {
    const count = async (path: string) => {
      const lines = (await Deno.readTextFile(bao.auditFile ?? "")).split("\n");
      return lines.filter((line) =>
        line.includes(`"path":"${path}"`) && line.includes('"type":"response"')
      ).length;
    };
    using bench = makeBench();
    bench.configure(settings(bao), certificate(bench.directory));
    // The server revokes the first token of all itself when it starts.
    const before = await count("auth/token/revoke-self");
    assertWell(await bench.vcm(["run"], { VAULT_TOKEN: bao.token }));
    assert.equal(await count("auth/token/revoke-self"), before);
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    assertWell(await bench.vcm(["issue", "--force"], env));
    assert.equal(await count("auth/token/revoke-self"), before + 1);
    assert.equal((await bao.api("GET", "auth/token/lookup-self")).status, 200);
  }));

test("a wrong secret id is reported, and changes nothing", () =>
  withServer({}, async ({ bao, login }) => {
    using bench = makeBench();
    bench.configure(settings(bao), certificate(bench.directory));
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: "wrong-secret-id" };
    const { status, out } = await bench.vcm(["run"], env);
    assert.equal(status, 1);
    assert.equal(
      out,
      `failed  ${NAME}: "${bao.address}" refused the AppRole from VAULT_ROLE_ID and ` +
        "VAULT_SECRET_ID " +
        "(400: invalid role or secret ID); check both ids; the secret id may have expired\n" +
        `skipped  ${NAME}: no new certificate was issued\n` +
        "Done: 0 issued, 0 files deployed, 0 service actions; 1 failed, 1 skipped\n",
    );
    assertNoSecret(bench, "wrong-secret-id");
    assert.deepEqual(bench.directory.tree(), ["ssl/", "store/", "store/.lock", "vcm.yaml"]);
  }));

test("VAULT_ADDR alone is enough, and goes before the file's address", () =>
  withServer({}, async ({ bao }) => {
    const env = { VAULT_ADDR: `${bao.address}/`, VAULT_TOKEN: bao.token };
    for (const address of ["", 'vault: "http://127.0.0.1:1"\n']) {
      using bench = makeBench();
      bench.configure(`${address}pki: "pki"\nrole: "web"`, certificate(bench.directory));
      assertWell(await bench.vcm(["run"], env));
      assertDeployed(bench);
    }
  }));
