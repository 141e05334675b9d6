/** What `vcm init` asks and learns of a real OpenBao, and what it leaves on the host. */
import assert from "node:assert/strict";
import { loadConfig } from "../../lib/config/load.ts";
import { setUpCertAuth, setUpJwt } from "../support/auth_methods.ts";
import { freePort } from "../support/free_port.ts";
import { type Directory, makeDirectory, modeOf } from "../support/rig.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { runInit as run } from "./run_init.ts";
import { type Server, withServer } from "./server.ts";

const test = await testsNeeding("openbao");
async function vaultOf(directory: Directory) {
  return (await loadConfig(directory.at("vcm/vcm.yaml"))).vault;
}

test("vcm init and a server with TLS of a CA of its own", (t) =>
  withServer({ tls: true }, async ({ bao, login }) => {
    const { roleId, secretId } = login;
    const bare = bao.address.replace("https://", "");
    const caFile = bao.caFile ?? "";
    const authMethod = ["--auth-method", "approle", "--role-id", roleId];
    const server = ["--vault", bare, "--pki", "pki", "--role", "web"];

    await t.step("asks for all that the first run needs, and shows no secret", async () => {
      using directory = makeDirectory();
      const answers = [
        ...[
          "https://127.0.0.1:1",
          `${bare}/ui/vault/secrets?x=1#y`,
          directory.at("none.pem"),
          caFile,
        ],
        // Enter keeps the role id and the mount when the secret id was wrong.
        ...["oidc", "", roleId, "", "./none", "wrong", "", "", "", "", secretId],
        ...["", "no role", "web"],
      ];
      const { status, out, err, left } = await run(directory, [], { answers });
      assert.deepEqual([status, err, left], [0, "", []], out);
      for (
        const text of [
          `  Cannot connect to "https://127.0.0.1:1": connection refused; is the server running?\n`,
          `This host does not trust the CA of "${bao.address}".\nFile with the CA certificate (PEM), or another address (https://…): `,
          `  Cannot read the CA file "@/none.pem": no such file or directory; `,
          "Login of this host (approle, token, cert, jwt, later) [approle]: oidc\n  expected one of ",
          "refused the AppRole from these two ids (400: ",
          "or the path of its file:   required\n",
          '  Cannot read the secret id in "',
          "Use this login all the same? [y/N]: ",
          `Role id of the AppRole [${roleId}]: \n`,
          "Mount of the auth method [approle]: ",
          "Mount of the PKI engine (pki, pki_self) [pki]: ",
          '  expected the name of a role such as "internal-service", got "no role"\n',
          "Wrote @/vcm/vcm.yaml: 1 certificate, 0 targets\nWrote @/vcm/vault-ca.pem\nWrote " +
          "@/vcm/secret-id\n\nvcm doctor:\n",
          'ok       login: with the AppRole from "auth.role_id" and "@/vcm/secret-id"',
          "\nNext: vcm run --config @/vcm/vcm.yaml\n",
        ]
      ) assert.ok(out.includes(text), `${text}\nis not in\n${out}`);
      assert.equal(out.includes(secretId), false);
      assert.deepEqual(directory.tree().filter((name) => name.startsWith("vcm/")), [
        "vcm/",
        "vcm/secret-id",
        "vcm/vault-ca.pem",
        "vcm/vcm.yaml",
      ]);
      assert.deepEqual(
        ["vcm", "vcm/secret-id", "vcm/vault-ca.pem", "vcm/vcm.yaml"].map((name) =>
          modeOf(directory.at(name))
        ),
        ["755", "600", "644", "600"],
      );
      assert.equal(directory.read("vcm/secret-id"), `${secretId}\n`);
      const { addresses, trust } = await vaultOf(directory);
      assert.deepEqual([addresses, trust], [[bao.address], {
        kind: "file",
        path: directory.at("vcm/vault-ca.pem"),
      }]);
    });

    await t.step("with options asks nothing, and names the files that it was given", async () => {
      using directory = makeDirectory();
      directory.write("given-id", secretId);
      Deno.chmodSync(directory.at("given-id"), 0o600);
      const options = [...server, "--ca", caFile, ...authMethod];
      const { status, out } = await run(directory, [
        ...options,
        "--secret-id-file",
        directory.at("given-id"),
      ]);
      assert.equal(status, 0, out);
      assert.match(out, /\nNext: vcm run /);
      const { login } = await vaultOf(directory);
      assert.equal(login?.kind === "approle" && login.secretIdFile, directory.at("given-id"));
      Deno.chmodSync(directory.at("given-id"), 0o644);
      using other = makeDirectory();
      const open = await run(other, [...options, "--secret-id-file", directory.at("given-id")]);
      assert.match(
        open.err,
        /"--secret-id-file": ".*" contains a secret and is open to every user /,
      );
      assert.deepEqual(other.tree(), []);
    });

    await t.step("trusts no CA without being told to", async () => {
      using directory = makeDirectory();
      const { status, err } = await run(directory, [...server, "--yes"]);
      assert.deepEqual([status, err], [
        -1,
        `error: This host does not trust the CA of "${bao.address}": pass --ca FILE`,
      ]);
      const other = directory.at("other.pem");
      const ca = await bao.api("GET", "pki_self/cert/ca");
      directory.write("other.pem", String(ca.body.data?.["certificate"]));
      const wrong = await run(directory, [...server, "--yes", "--ca", other]);
      assert.match(
        wrong.err,
        /Option "--ca": the CA in "@\/other\.pem" did not issue the certificate of /,
      );
      assert.deepEqual(directory.tree(), ["other.pem"]);
    });

    await t.step(
      "takes the CA and the namespace of the shell, which a timer does not have",
      async () => {
        using directory = makeDirectory();
        const env = { VAULT_CACERT: caFile, VAULT_NAMESPACE: "team", VAULT_TOKEN: bao.token };
        const { status } = await run(directory, [...server, "--yes", "--no-doctor"], { env });
        assert.equal(status, 0);
        const { namespace, trust } = await vaultOf(directory);
        assert.deepEqual([namespace, trust.kind], ["team", "file"]);
      },
    );

    await t.step("a server that is down can be kept, and the doctor says so", async () => {
      using directory = makeDirectory();
      const address = `https://127.0.0.1:${freePort()}`;
      const options = ["--pki", "pki", "--role", "web", "--auth-method", "token"];
      const answers = [address, "", "hvs.unchecked"];
      const { status, out } = await run(directory, options, { answers });
      assert.equal(status, 1);
      assert.match(out, /Enter keeps the address all the same\.\n/);
      assert.match(out, /\nproblem {2}https:.*connection refused/);
      assert.match(out, /\nNext: fix the problems above, then: vcm doctor /);
      assert.equal(directory.read("vcm/token"), "hvs.unchecked\n");
      assert.equal(out.includes("hvs.unchecked"), false);
    });

    await t.step("lists mounts and roles as far as the login may", async () => {
      const policies = {
        exact: 'path "pki/issue/web" { capabilities = ["update"] }',
        lists: 'path "pki/roles" { capabilities = ["list"] }\n' +
          'path "pki/issue/*" { capabilities = ["update"] }',
      };
      const questions = {
        exact: /Mount of the PKI engine \[pki\]: \nRole at that mount \[web\]: \n/,
        lists: /Role at that mount \(any, denied, rsa, short, web\): \n {2}required\n/,
      };
      for (const name of ["exact", "lists"] as const) {
        using directory = makeDirectory();
        await bao.api("POST", `sys/policies/acl/${name}`, { policy: policies[name] });
        const made = await bao.api("POST", "auth/token/create", { policies: [name] });
        const token = (made.body as { auth?: { client_token?: string } }).auth?.client_token ?? "";
        const options = ["--vault", bare, "--ca", caFile, "--no-doctor", "--auth-method", "token"];
        const roles = name === "exact" ? [""] : ["", "none", "web"];
        const { status, out } = await run(directory, options, { answers: [token, "", ...roles] });
        assert.equal(status, 0, out);
        assert.match(out, questions[name]);
        if (name === "lists") assert.match(out, /the login may not use a role "none"/);
      }
    });

    await t.step("a token that wraps the secret id is unwrapped by the doctor", async () => {
      using directory = makeDirectory();
      const token = await wrapped(bao, caFile);
      const options = [...server, "--ca", caFile, ...authMethod];
      const { status, out } = await run(directory, options, { answers: [token] });
      assert.equal(status, 0, out);
      assert.equal(out.includes(token), false);
      assert.equal(modeOf(directory.at("vcm/wrapped-secret-id")), "600");
      assert.equal(modeOf(directory.at("vcm/secret")), "700");
      assert.match(directory.read("vcm/secret/secret-id"), /^[0-9a-f-]{36}\n$/);
    });

    await t.step("a client certificate logs in, once the right role is given", async () => {
      using directory = makeDirectory();
      await setUpCertAuth(bao);
      const [certificate, key] = await issueClient(bao, directory);
      const options = [...server.slice(0, 2), "--ca", caFile, "--auth-method", "cert"];
      const answers = [
        ...[certificate, key, "other", "", "", "", "", "", "vcm", "", "web"],
      ];
      const { status, out, left } = await run(directory, options, { answers });
      assert.deepEqual([status, left], [0, []], out);
      for (
        const text of [
          `File of the certificate: ${certificate}\n`,
          "refused the client certificate",
          `File of the certificate [${certificate}]: \nFile of its key [${key}]: \n`,
          "Mount of the auth method [cert]: \nRole of the auth method [other]: vcm\n",
          `\nok       login: with the client certificate "${certificate}"; policies: default, vcm; `,
          "\nNext: vcm run ",
        ]
      ) {
        const shown = text.replaceAll(directory.path, "@");
        assert.ok(out.includes(shown), `${shown}\nis not in\n${out}`);
      }
      const { clientCert, clientKey, login } = await vaultOf(directory);
      assert.deepEqual([clientCert, clientKey], [certificate, key]);
      assert.deepEqual(login?.kind === "cert" && [login.mount, login.role], ["cert", "vcm"]);
      const made = directory.tree().filter((name) => name.startsWith("vcm/"));
      assert.deepEqual(made, ["vcm/", "vcm/vault-ca.pem", "vcm/vcm.yaml"]);

      Deno.removeSync(directory.at("vcm"), { recursive: true });
      const kept = ["y", "", "web"];
      const refused = await run(directory, options, {
        answers: [certificate, key, "other", ...kept],
      });
      assert.equal(refused.status, 1);
      assert.match(
        refused.out,
        /\nproblem {2}login: .*\n {9}to see the roles: bao list auth\/cert\/certs\n/,
      );
      await bao.command("list", "auth/cert/certs");
    });

    await t.step("a JWT is read from its file, and a login of another mount is found", async () => {
      using directory = makeDirectory();
      directory.write("jwt", (await setUpJwt(bao, "cloud"))());
      Deno.chmodSync(directory.at("jwt"), 0o600);
      const options = [...server, "--ca", caFile, "--jwt-file", directory.at("jwt")];
      const mine = ["--auth-role", "vcm", "--auth-mount", "cloud"];
      const { status, out } = await run(directory, [...options, ...mine], { answers: [] });
      assert.equal(status, 0, out);
      const { login } = await vaultOf(directory);
      assert.deepEqual(login?.kind === "jwt" && [login.mount, login.role], ["cloud", "vcm"]);
    });
  }));

/** The files of a certificate of the mount "pki". */
async function issueClient(bao: Server["bao"], { at, write }: Directory) {
  const { body } = await bao.api("POST", "pki/issue/web", { common_name: "host.test", ttl: "1h" });
  write("client.pem", `${body.data?.["certificate"]}\n`);
  write("client.key", `${body.data?.["private_key"]}\n`);
  Deno.chmodSync(at("client.key"), 0o600);
  return [at("client.pem"), at("client.key")] as const;
}

async function wrapped(bao: { address: string; token: string }, caFile: string): Promise<string> {
  using client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(caFile)] });
  const response = await fetch(`${bao.address}/v1/auth/approle/role/vcm/secret-id`, {
    client,
    method: "POST",
    headers: { "X-Vault-Token": bao.token, "X-Vault-Wrap-TTL": "60s" },
  });
  return (await response.json()).wrap_info.token;
}
