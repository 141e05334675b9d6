/** Whatever comes in the place of an answer leaves store and targets as they were, in time. */
import assert from "node:assert/strict";
import { startConnectProxy } from "../support/connect_proxy.ts";
import { startFront } from "../support/faulty_proxy.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertWell, certificate, makeBench, NAME, snapshot } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

const JSON_TYPE = { headers: { "content-type": "application/json" } };

/** An answer that goes on and on, a little at a time. */
function endless(): ReadableStream<Uint8Array> {
  let timer: ReturnType<typeof setInterval> | undefined;
  return new ReadableStream({
    start(controller) {
      timer = setInterval(() => controller.enqueue(new Uint8Array([0x20])), 20);
    },
    cancel: () => clearInterval(timer),
  });
}

/** What answers, and how the run's first line begins after the certificate's name. */
const ODD: Readonly<Record<string, readonly [() => Response, RegExp]>> = {
  "HTML": [
    () => new Response("<!doctype html><h1>Portal</h1>"),
    /^"ADDRESS" answered "pki\/issue\/web" with something other than JSON \(200\): a proxy or firewall/,
  ],
  "JSON that is cut": [
    () => new Response('{"data": {"certificate": "-----BEGIN CERT', JSON_TYPE),
    /^"ADDRESS" sent only part of its answer to "pki\/issue\/web"$/,
  ],
  "10 MB": [
    () => new Response(" ".repeat(10_485_760), JSON_TYPE),
    /^The answer of "ADDRESS" is longer than 1024 KiB; is this a Vault server\?$/,
  ],
  "no end": [() => new Response(endless(), JSON_TYPE), /^No answer from "ADDRESS" within 1 s$/],
  "data of a wrong type": [
    () => Response.json({ data: ["certificate"] }),
    /^Cannot use the certificate that "ADDRESS" issued for "pki\/issue\/web": the answer has no "c/,
  ],
  "fields of a wrong type": [
    () => Response.json({ data: { certificate: 7, private_key: {}, ca_chain: "x" } }),
    /^Cannot use the certificate that "ADDRESS" issued for "pki\/issue\/web": the answer has no "c/,
  ],
  "nothing with 200": [
    () => new Response(null),
    /^"ADDRESS" sent only part of its answer to "pki\/issue\/web"$/,
  ],
  "204": [
    () => new Response(null, { status: 204 }),
    /^"ADDRESS" answered .* with something other than JSON \(204\): /,
  ],
};

test("odd answers are clear errors, and change nothing", (t) =>
  withServer({}, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    for (const [what, [answer, said]] of Object.entries(ODD)) {
      await t.step(what, async () => {
        using bench = makeBench();
        bench.configure(settings(bao), certificate(bench.directory));
        assertWell(await bench.vcm(["run"], env));
        const before = snapshot(bench.directory, true);
        await using front = startFront(
          bao,
          (path) => path === "pki/issue/web" ? answer() : undefined,
        );
        const lines = settings({ ...bao, address: front.address }, "timeout: 1s\nretries: 0");
        bench.configure(lines, certificate(bench.directory));
        const { status, out } = await bench.vcm(["issue", "--force"], env);
        assert.equal(status, 1);
        const line = out.split("\n")[0]?.replaceAll(front.address, "ADDRESS") ?? "";
        assert.ok(line.startsWith(`failed  ${NAME}: `), line);
        assert.match(line.slice(`failed  ${NAME}: `.length), said);
        assert.deepEqual(snapshot(bench.directory, true), before);
        assert.equal(front.heard.at(-1), "auth/token/revoke-self");
      });
    }
  }));

test("a proxy of the environment tunnels to a server with TLS", () =>
  withServer({ tls: true }, async ({ bao, login }) => {
    // It goes before a proxy that is named, and many hosts have the loopback address in it.
    for (const name of ["NO_PROXY", "no_proxy"]) Deno.env.delete(name);
    const env = {
      VAULT_ROLE_ID: login.roleId,
      VAULT_SECRET_ID: login.secretId,
      VAULT_CACERT: bao.caFile ?? "",
      VAULT_HTTP_PROXY: "http://127.0.0.1:1",
    };
    await using proxy = startConnectProxy();
    using bench = makeBench();
    bench.configure(settings(bao), certificate(bench.directory));
    assertWell(await bench.vcm(["run"], { ...env, BAO_PROXY_ADDR: proxy.address }));
    assert.equal(proxy.tunnels[0], new URL(bao.address).host);
    bench.configure(settings(bao, "retries: 0"), certificate(bench.directory));
    const { out } = await bench.vcm(["issue", "--force"], env);
    assert.equal(
      out.split("\n")[0],
      `failed  ${NAME}: Cannot talk to "${bao.address}" through the proxy from the environment: ` +
        "tcp " +
        "connect error: Connection refused; check that proxy",
    );
  }));

test("plain http to this host goes past a proxy, which would see the token", () =>
  withServer({}, async ({ bao }) => {
    await using proxy = startFront(bao, () => new Response("seen"));
    for (const variable of ["HTTP_PROXY", "VAULT_PROXY_ADDR"]) {
      using bench = makeBench();
      bench.configure(settings(bao), certificate(bench.directory));
      const env = { VAULT_TOKEN: bao.token, [variable]: proxy.address };
      assertWell(await bench.vcm(["run"], env));
    }
    assert.deepEqual(proxy.heard, []);
  }));
