/** The ways to log in beside a token and a plain AppRole, against a real OpenBao. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { setUpCertAuth, setUpJwt, wrapSecretId } from "../support/auth_methods.ts";
import type { OpenBao } from "../support/openbao.ts";
import { modeOf } from "../support/rig.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { waitUntil } from "../support/wait_until.ts";
import { listen } from "./audit.ts";
import { assertNoSecret, assertWell, type Bench, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

function firstLine(out: string, bao: OpenBao): string {
  return (out.split("\n")[0] ?? "").replaceAll(bao.address, "ADDRESS");
}

function configure(bench: Bench, bao: OpenBao, more: string): void {
  bench.configure(settings(bao, more), certificate(bench.directory));
}

test("a wrapped secret id is unwrapped once, and kept", (t) =>
  withServer({ audit: true }, async ({ bao, login }) => {
    const heard = listen(bao);
    using bench = makeBench();
    const { directory } = bench;
    const [file, wrapped] = [directory.at("secret-id"), directory.at("wrapped")];
    const auth = `auth: {method: approle, role_id: "${login.roleId}", secret_id_file: "${file}", ` +
      `wrapped_secret_id_file: "${wrapped}"}`;
    configure(bench, bao, auth);

    await t.step("without either, it says what is missing", async () => {
      const { status, out } = await bench.vcm(["run"]);
      assert.equal(status, 1);
      assert.equal(
        firstLine(out, bao),
        `failed  ${NAME}: The AppRole has no secret id: "${file}" does not exist; create it with ` +
          "mode 0600",
      );
    });

    await t.step("the first run unwraps it", async () => {
      directory.write("wrapped", `${await wrapSecretId(bao)}\n`);
      heard();
      const said = await bench.vcm(["run"]);
      assertWell(said);
      assert.match(
        said.err,
        /warning: login: unwrapped the secret id from ".*wrapped" and saved it/,
      );
      assert.deepEqual(heard(), [
        "sys/wrapping/unwrap",
        "auth/approle/login",
        "pki/issue/web",
        "auth/token/revoke-self",
      ]);
      assert.equal(modeOf(file), "600");
      assert.match(directory.read("secret-id"), /^[0-9a-f-]{36}\n$/);
    });

    await t.step("the next uses what was kept", async () => {
      const said = await bench.vcm(["issue", "--force"]);
      assertWell(said);
      assert.equal(said.err.includes("warning"), false);
      assert.deepEqual(heard(), ["auth/approle/login", "pki/issue/web", "auth/token/revoke-self"]);
    });

    await t.step("a refused one gives way to a new one that is wrapped", async () => {
      directory.write("secret-id", "expired\n");
      directory.write("wrapped", await wrapSecretId(bao));
      const said = await bench.vcm(["issue", "--force"]);
      assertWell(said);
      assert.match(said.err, /refused the AppRole from .*; trying the wrapped secret id from /);
      assertWell(await bench.vcm(["issue", "--force"]));
    });

    await t.step(
      "one that was unwrapped before is an alarm, and leaves all as it was",
      async () => {
        Deno.removeSync(file);
        const { status, out } = await bench.vcm(["issue", "--force"]);
        assert.equal(status, 1);
        assert.equal(
          firstLine(out, bao),
          `failed  ${NAME}: "ADDRESS" refused to unwrap the secret id from "${wrapped}" (400: ` +
            "wrapping " +
            "token is not valid or does not exist); the wrapping token has expired or was used " +
            "before; " +
            "if this host did not use it, another party has the secret id; revoke the secret id " +
            "and create a new one",
        );
        assert.equal(directory.tree().some((name) => name.includes("secret-id")), false);
      },
    );

    await t.step("it stays wrapped if it could not be saved", async () => {
      const token = await wrapSecretId(bao);
      directory.write("wrapped", token);
      configure(bench, bao, auth.replace(file, directory.at("none/secret-id")));
      const { status, out } = await bench.vcm(["issue", "--force"]);
      assert.equal(status, 1);
      assert.match(
        firstLine(out, bao),
        /Cannot write ".*none\/secret-id": .*; the secret id was not unwrapped/,
      );
      configure(bench, bao, auth);
      assertWell(await bench.vcm(["issue", "--force"]));
    });

    await t.step(
      "a stale variable takes precedence over the saved secret id, and is reported each time",
      async () => {
        const env = { VAULT_SECRET_ID: "stale" };
        for (let times = 0; times < 2; times++) {
          const said = await bench.vcm(["issue", "--force"], env);
          assertWell(said);
          assert.match(
            said.err,
            /refused the AppRole from "auth\.role_id" and VAULT_SECRET_ID \(400/,
          );
        }
      },
    );

    await t.step("by a variable", async () => {
      Deno.removeSync(file);
      Deno.removeSync(wrapped);
      const env = { VAULT_WRAPPED_SECRET_ID: await wrapSecretId(bao) };
      assertWell(await bench.vcm(["issue", "--force"], env));
      assertWell(await bench.vcm(["issue", "--force"], env));
    });
    assertNoSecret(bench, directory.read("secret-id").trim());
  }));

test("a JWT logs in", (t) =>
  withServer({ audit: true }, async ({ bao }) => {
    const makeJwt = await setUpJwt(bao, "jwt-hosts");
    const heard = listen(bao);
    using bench = makeBench();
    const { directory } = bench;
    const auth = `auth: {method: jwt, mount: jwt-hosts, role: vcm, jwt_file: "${
      directory.at("jwt")
    }"}`;
    configure(bench, bao, auth);

    await t.step("and its token is revoked at the end", async () => {
      directory.write("jwt", makeJwt());
      assertWell(await bench.vcm(["run"]));
      assert.deepEqual(heard(), [
        "auth/jwt-hosts/login",
        "pki/issue/web",
        "auth/token/revoke-self",
      ]);
    });

    await t.step("by a credential of systemd", async () => {
      Deno.removeSync(directory.at("jwt"));
      directory.write("credentials/vault_jwt", makeJwt(), 0o440);
      const env = { CREDENTIALS_DIRECTORY: directory.at("credentials") };
      assertWell(await bench.vcm(["issue", "--force"], env));
    });

    await t.step("one that has expired, or is for others, is reported", async () => {
      for (
        const [claims, said] of [
          [{ exp: 1_700_000_000 }, "invalid expiration time (exp) claim: token is expired"],
          [{ aud: "others" }, "invalid audience (aud) claim: audience claim does not match any"],
        ] as const
      ) {
        const jwt = makeJwt(claims);
        directory.write("jwt", jwt);
        const { status, out } = await bench.vcm(["issue", "--force"]);
        assert.equal(status, 1);
        const line = firstLine(out, bao);
        assert.ok(line.startsWith(`failed  ${NAME}: "ADDRESS" refused the JWT from `), line);
        assert.ok(line.includes(said), line);
        assert.ok(line.endsWith("; check its audience, its expiry, and the role"), line);
        assertNoSecret(bench, jwt);
      }
    });

    await t.step("a missing mount is reported", async () => {
      directory.write("jwt", makeJwt());
      configure(bench, bao, auth.replace("jwt-hosts", "nowhere"));
      assert.equal(
        firstLine((await bench.vcm(["issue", "--force"])).out, bao),
        `failed  ${NAME}: "ADDRESS" denied a login at "auth/nowhere" (403: permission denied); is ` +
          'an auth method "jwt" mounted there? If it is elsewhere, set "mount" under "auth"; or ' +
          "its role is bound to other addresses than this host's (token_bound_cidrs)",
      );
    });
  }));

test("a TLS certificate that VCM itself renews logs in", (t) =>
  withServer({ tls: true, audit: true }, async ({ bao }) => {
    await setUpCertAuth(bao);
    const heard = listen(bao);
    using bench = makeBench();
    const { directory } = bench;
    const [cert, key] = [directory.at(`ssl/${NAME}.crt`), directory.at(`ssl/${NAME}.key`)];
    const more = `vault_ssl_verify: "${bao.caFile}"\nclient_cert: "${cert}"\nclient_key: "${key}"`;

    await t.step("it is missing before the first", async () => {
      configure(bench, bao, `${more}\nauth: {method: cert, role: vcm}`);
      assert.equal(
        firstLine((await bench.vcm(["run"])).out, bao),
        `failed  ${NAME}: Cannot read the client certificate "${cert}": no such file or directory; create it, or give another path`,
      );
    });

    await t.step("the first comes by a token, the next ones by it, read afresh", async () => {
      // The file is that of later runs from the beginning.
      assertWell(await bench.vcm(["run"], { VAULT_TOKEN: bao.token }));
      heard();
      for (let times = 0; times < 2; times++) {
        const before = directory.read(`ssl/${NAME}.crt`);
        assertWell(await bench.vcm(["issue", "--force"]));
        assertWell(await bench.vcm(["run"]));
        assert.notEqual(directory.read(`ssl/${NAME}.crt`), before);
        assert.deepEqual(heard(), ["auth/cert/login", "pki/issue/web", "auth/token/revoke-self"]);
      }
    });

    await t.step("also under another server name, and by variables", async () => {
      configure(bench, bao, `auth: {method: cert, role: vcm}`);
      const env = {
        BAO_CACERT: bao.caFile ?? "",
        BAO_CLIENT_CERT: cert,
        BAO_CLIENT_KEY: key,
        BAO_TLS_SERVER_NAME: "localhost",
      };
      assertWell(await bench.vcm(["issue", "--force"], env));
      assertWell(await bench.vcm(["run"]));
    });

    await t.step("one that has expired is reported, with the fix", async () => {
      const { body } = await bao.api("POST", "pki/issue/web", { common_name: "old", ttl: "1s" });
      bench.directory.write("old.pem", `${body.data?.["certificate"]}\n`);
      bench.directory.write("old.key", `${body.data?.["private_key"]}\n`);
      const old = more.replace(cert, directory.at("old.pem")).replace(key, directory.at("old.key"));
      configure(bench, bao, `${old}\nauth: {method: cert, role: vcm}`);
      await waitUntil("it has expired", 60, () => {
        const { validToDate } = new X509Certificate(directory.read("old.pem"));
        return Promise.resolve(validToDate < new Date() || undefined);
      });
      const { out } = await bench.vcm(["issue", "--force"]);
      assert.match(
        firstLine(out, bao),
        /refused the client certificate ".*old\.pem" \(500: .*expired.*to issue a new one, run once with/,
      );
    });

    await t.step("one that the server does not know is reported", async () => {
      await bao.api("DELETE", "auth/cert/certs/vcm");
      configure(bench, bao, `${more}\nauth: {method: cert}`);
      assert.equal(
        firstLine((await bench.vcm(["issue", "--force"])).out, bao),
        `failed  ${NAME}: "ADDRESS" refused the client certificate "${cert}" (400: invalid ` +
          "certificate or no client certificate supplied); check that it is valid, allows client " +
          'authentication, and is registered at "auth/cert"; to issue a new one, run once with ' +
          "VAULT_TOKEN",
      );
    });

    await t.step("a key that does not belong to it is reported, and crashes nothing", async () => {
      assertWell(
        await bench.vcm(["issue", "--force"], {
          VAULT_TOKEN: bao.token,
          VAULT_CACERT: bao.caFile ?? "",
        }),
      );
      configure(bench, bao, more.replace(key, directory.at(`store/${NAME}/privkey.pem`)));
      const { out } = await bench.vcm(["issue", "--force"], { VAULT_TOKEN: bao.token });
      assert.match(firstLine(out, bao), /does not belong to the certificate "/);
    });
  }));
