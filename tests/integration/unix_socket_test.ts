/** Real agents and proxies of OpenBao that listen on a Unix domain socket. */
import assert from "node:assert/strict";
import { setUpCertAuth, setUpJwt } from "../support/auth_methods.ts";
import { startBaoProxy } from "../support/bao_proxy.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertNoSecret, assertWell, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

test("an agent or proxy that adds its token is reached through its socket", () =>
  withServer({ audit: true }, async ({ bao, login }) => {
    for (const kind of ["proxy", "agent"] as const) {
      using bench = makeBench();
      const { directory } = bench;
      const proxy = await startBaoProxy(bao, login, directory.path, { kind });
      try {
        const lines = settings(bao, "auth: {method: none}").replace(bao.address, proxy.address);
        bench.configure(lines, certificate(directory));
        assertWell(await bench.vcm(["run"]));
        const { status, out } = await bench.vcm(["doctor"]);
        assert.equal(status, 0, out);
        assert.match(
          out,
          new RegExp(`ok +${proxy.address}: version 2\\.\\S+, initialized, unsealed`),
        );
        assert.match(out, new RegExp(`ok +clock of ${proxy.address}: agrees`));
        // The token of the agent is still valid.
        assertWell(await bench.vcm(["issue", "--force"]));
        assertNoSecret(bench, login.secretId, bao.token);
      } finally {
        await proxy[Symbol.asyncDispose]();
      }
      // A killed process leaves its socket behind.
      const { status, out } = await bench.vcm(["doctor"]);
      assert.equal(status, 1);
      assert.match(out, /no process listens on this socket; start the agent or proxy/);
    }
  }));

test("VAULT_ADDR and BAO_ADDR name a socket, through which VCM logs in itself", () =>
  withServer({}, async ({ bao, login }) => {
    using bench = makeBench();
    const { directory } = bench;
    const options = {
      withoutToken: true,
      listener: "tls_disable = true\n require_request_header = true",
    };
    await using proxy = await startBaoProxy(bao, login, directory.path, options);
    bench.configure(settings(bao), certificate(directory));
    const byRole = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    for (const env of [byRole, { VAULT_TOKEN: bao.token }]) {
      for (const name of ["VAULT_ADDR", "BAO_ADDR"]) {
        assertWell(await bench.vcm(["issue", "--force"], { ...env, [name]: proxy.address }));
      }
    }
    assertWell(await bench.vcm(["doctor"], { ...byRole, VAULT_ADDR: proxy.address }));
    const wrong = await bench.vcm(["issue", "--force"], {
      VAULT_ROLE_ID: login.roleId,
      VAULT_SECRET_ID: "wrong",
      VAULT_ADDR: proxy.address,
    });
    assert.equal(wrong.status, 1);
    assert.match(
      wrong.out,
      new RegExp(`"${proxy.address}" refused the AppRole from VAULT_ROLE_ID .*400`),
    );

    directory.write("jwt", (await setUpJwt(bao))());
    const through = settings(bao).replace(bao.address, proxy.address);
    const byJwt = `auth: {method: jwt, role: vcm, jwt_file: "${directory.at("jwt")}"}`;
    bench.configure(`${through}\n${byJwt}`, certificate(directory));
    assertWell(await bench.vcm(["issue", "--force"]));

    // What was issued could log in if it were sent.
    await setUpCertAuth(bao);
    const [cert, key] = ["cert", "privkey"].map((part) =>
      directory.at(`store/${NAME}/${part}.pem`)
    );
    const byCert = `client_cert: "${cert}"\nclient_key: "${key}"\nauth: {method: cert}`;
    bench.configure(`${through}\n${byCert}`, certificate(directory));
    const unsent = await bench.vcm(["issue", "--force"]);
    assert.equal(unsent.status, 1);
    assert.match(
      unsent.out,
      /refused the login at "auth\/cert" \(400: .*\); a client certificate is not/,
    );
    assertNoSecret(bench, login.secretId, bao.token);
  }));

test("a list with a socket that is missing, and an agent whose server is sealed", () =>
  withServer({}, async ({ bao, login }) => {
    using bench = makeBench();
    const { directory } = bench;
    await using proxy = await startBaoProxy(bao, login, directory.path);
    const list = `["unix://${directory.at("none.sock")}", "${proxy.address}"]`;
    const lines = settings(bao, "auth: {method: none}\ntimeout: 3s");
    bench.configure(lines.replace(`"${bao.address}"`, list), certificate(directory));
    assertWell(await bench.vcm(["run"]));
    await bao.api("PUT", "sys/seal");
    const { status, out } = await bench.vcm(["issue", "--force"]);
    assert.equal(status, 1);
    assert.match(
      out,
      /None of the 2 addresses can be used: .*there is no such socket; .*; No answer from "unix:.* within 3 s; see the log of the agent or proxy, which may be waiting for its server\n/,
    );
  }));
