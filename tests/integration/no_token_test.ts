/** An agent or proxy that adds its own token, in front of a real OpenBao. */
import assert from "node:assert/strict";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertWell, certificate, makeBench } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

test("auth: {method: none} sends no token, and revokes none", () =>
  withServer({}, async ({ bao, login }) => {
    const tokens: (string | null)[] = [];
    let added = "";
    const proxy = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (it) => {
      const { pathname } = new URL(it.url);
      tokens.push(it.headers.get("x-vault-token"));
      const headers = new Headers(it.headers);
      if (added !== "") headers.set("x-vault-token", added);
      const body = it.method === "GET" ? null : await it.text();
      return await fetch(bao.address + pathname, { method: it.method, headers, body });
    });
    try {
      const entered = await bao.api("POST", "auth/approle/login", {
        role_id: login.roleId,
        secret_id: login.secretId,
      });
      const { auth } = entered.body as { auth?: { client_token?: string } };
      added = String(auth?.client_token);
      using bench = makeBench();
      const address = `http://127.0.0.1:${proxy.addr.port}`;
      const lines = settings(bao, "auth: {method: none}").replace(bao.address, address);
      bench.configure(lines, certificate(bench.directory));
      assertWell(await bench.vcm(["run"]));
      assertWell(await bench.vcm(["doctor"]));
      // The token of the agent is still valid.
      assertWell(await bench.vcm(["issue", "--force"]));
      assert.deepEqual([...new Set(tokens)], [null]);
      added = "";
      const { status, out } = await bench.vcm(["issue", "--force"]);
      assert.equal(status, 1);
      assert.match(out, /denied "update" on "pki\/issue\/web" \(403: |missing client token/);
    } finally {
      await proxy.shutdown();
    }
  }));
