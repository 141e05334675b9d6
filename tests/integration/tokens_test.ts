/** Tokens that are refused, run out, or cannot be revoked, and files that others can open. */
import assert from "node:assert/strict";
import { testsNeeding } from "../support/tests_needing.ts";
import { listen } from "./audit.ts";
import { assertNoSecret, assertWell, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

/** A token that the server does not know. */
const STALE = "s.aaaaaaaaaaaaaaaaaaaaaaaa";

test("a token that is refused gives way to the next one configured, and the log says so", (t) =>
  withServer({ audit: true }, async ({ bao, login }) => {
    const heard = listen(bao);
    const appRole = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };

    await t.step("a variable, then a token file, then an AppRole", async () => {
      using bench = makeBench();
      bench.directory.write("token", STALE);
      const more = `token_file: "${bench.directory.at("token")}"`;
      bench.configure(settings(bao, more), certificate(bench.directory));
      heard();
      const said = await bench.vcm(["run"], { ...appRole, VAULT_TOKEN: `${STALE}b` });
      assertWell(said);
      assert.deepEqual(said.err.split("\n").slice(0, 2), [
        "warning: login: The token from VAULT_TOKEN was refused; trying " +
        `"${bench.directory.at("token")}"`,
        `warning: login: The token from "${bench.directory.at("token")}" was refused; trying the ` +
        "AppRole from VAULT_ROLE_ID and VAULT_SECRET_ID",
      ]);
      assert.deepEqual(heard(), [
        "pki/issue/web refused",
        "pki/issue/web refused",
        "auth/approle/login",
        "pki/issue/web",
        "auth/token/revoke-self",
      ]);
      assertNoSecret(bench, STALE, login.secretId);
    });

    await t.step("many certificates at one time say it once", async () => {
      using bench = makeBench();
      const names = ["a", "b", "c", "d", "e", "f"].map((letter) => `${letter}.example.test`);
      const certs = names.map((name) => certificate(bench.directory, name)).join("");
      bench.configure(settings(bao), certs);
      const said = await bench.vcm(["run"], { ...appRole, VAULT_TOKEN: STALE });
      assertWell(said);
      assert.equal(said.err.match(/was refused/g)?.length, 1);
      assert.equal(heard().filter((path) => path === "auth/approle/login").length, 1);
    });

    await t.step("one without permissions is not refused: the policy is named", async () => {
      const { body } = await bao.api("POST", "auth/token/create", { policies: ["default"] });
      const token = String((body as { auth?: { client_token?: string } }).auth?.client_token);
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory));
      heard();
      const { status, out } = await bench.vcm(["run"], { ...appRole, VAULT_TOKEN: token });
      assert.equal(status, 1);
      assert.ok(out.includes('path "pki/issue/web" { capabilities = ["update"] }'), out);
      assert.deepEqual(heard(), ["pki/issue/web refused", "sys/capabilities-self"]);
    });

    await t.step("with no other way, the error says what it may be", async () => {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory));
      const { status, out } = await bench.vcm(["run"], { VAULT_TOKEN: STALE });
      assert.equal(status, 1);
      assert.match(
        out,
        /denied "update" on "pki\/issue\/web" \(403: permission denied\); the server does not accept the token from VAULT_TOKEN: /,
      );
    });
  }));

test("~/.vault-token comes last", (t) =>
  withServer({ audit: true }, async ({ bao, login }) => {
    const heard = listen(bao);
    using bench = makeBench();
    bench.configure(settings(bao), certificate(bench.directory));
    bench.directory.write("home/.vault-token", bao.token);
    const home = { HOME: bench.directory.at("home") };

    await t.step("it is used if there is nothing else", async () => {
      assertWell(await bench.vcm(["run"], home));
      assert.deepEqual(heard(), ["pki/issue/web"]);
    });

    await t.step("root's stale one does not beat an AppRole", async () => {
      bench.directory.write("home/.vault-token", STALE);
      const env = { ...home, VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
      const said = await bench.vcm(["issue", "--force"], env);
      assertWell(said);
      assert.equal(said.err.includes("warning"), false);
      assert.deepEqual(heard(), ["auth/approle/login", "pki/issue/web", "auth/token/revoke-self"]);
    });

    await t.step("it does not stand in for a token that is refused", async () => {
      bench.directory.write("home/.vault-token", bao.token);
      const { status } = await bench.vcm(["issue", "--force"], { ...home, VAULT_TOKEN: STALE });
      assert.equal(status, 1);
      assert.deepEqual(heard(), ["pki/issue/web refused", "auth/token/lookup-self refused"]);
    });

    await t.step("one that others can read is not used", async () => {
      const path = bench.directory.at("home/.vault-token");
      Deno.chmodSync(path, 0o644);
      const { status, out } = await bench.vcm(["issue", "--force"], home);
      assert.equal(status, 1);
      assert.equal(
        out.split("\n")[0],
        `failed  ${NAME}: "${path}" contains a secret and is open to every user (mode 0644), so it is ` +
          `not used; fix: chmod 600 ${path}`,
      );
    });
  }));

test("a token with few uses, or that cannot be revoked", (t) =>
  withServer({ audit: true }, async ({ bao, login }) => {
    const heard = listen(bao);
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    const names = ["a", "b", "c", "d", "e"].map((letter) => `${letter}.example.test`);
    const configureRole = (role: object) => bao.api("POST", "auth/approle/role/vcm", role);

    for (const [uses, logins, revoked] of [[1, 5, 0], [2, 3, 1], [5, 1, 0], [6, 1, 1]] as const) {
      await t.step(`of ${uses} uses: ${logins} logins for 5 certificates`, async () => {
        await configureRole({ token_num_uses: uses });
        using bench = makeBench();
        const certs = names.map((name) => certificate(bench.directory, name)).join("");
        bench.configure(settings(bao), certs);
        heard();
        const said = await bench.vcm(["run"], env);
        assertWell(said);
        const asked = heard();
        const count = (path: string) => asked.filter((asked) => asked === path).length;
        assert.equal(count("auth/approle/login"), logins, asked.join());
        assert.equal(count("pki/issue/web"), 5);
        assert.equal(count("auth/token/revoke-self"), revoked);
        assert.equal(asked.some((path) => path.endsWith("refused")), false, asked.join());
      });
    }

    await t.step("a batch token", async () => {
      await configureRole({ token_num_uses: 0, token_type: "batch" });
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory));
      const said = await bench.vcm(["run"], env);
      assertWell(said);
      assert.deepEqual([said.status, said.err.includes("revoke")], [0, false]);
    });
  }));

test("plain http goes to this host only, unless the file allows it", async () => {
  using bench = makeBench();
  bench.configure(
    'vault: "http://vault.example.test:8200"\npki: p\nrole: r',
    certificate(bench.directory),
  );
  const said = await bench.vcm(["run"], { VAULT_TOKEN: "t" });
  assert.equal(said.status, 2);
  const file = bench.directory.at("vcm.yaml");
  assert.equal(
    said.err,
    `error: ${file}:2:10 config.vault: sends tokens and keys unencrypted; use "https://", or set ` +
      '"allow_http: true" if the network is trusted\n',
  );
  bench.configure("pki: p\nrole: r", certificate(bench.directory));
  const { out } = await bench.vcm(["run"], {
    VAULT_TOKEN: "t",
    BAO_ADDR: "http://vault.example.test:8200",
    VAULT_ADDR: "https://other.example.test",
  });
  assert.equal(
    out.split("\n")[0],
    `failed  ${NAME}: BAO_ADDR ("http://vault.example.test:8200") sends tokens and keys ` +
      'unencrypted; use "https://", or set "allow_http: true" under "config" if the network ' +
      "is trusted",
  );
});
