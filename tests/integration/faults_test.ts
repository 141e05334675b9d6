/** Servers that fail for a while, limit the rate, or lose answers, in front of a real OpenBao. */
import assert from "node:assert/strict";
import { startFront } from "../support/faulty_proxy.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertWell, certificate, makeBench } from "./bench.ts";
import { withServer } from "./server.ts";
import { countIssued } from "../support/issued.ts";

const test = await testsNeeding("openbao");

function settings(address: string, more = ""): string {
  return `vault: "${address}"\npki: pki\nrole: web\nrenew: 10d\n${more}`;
}

function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `host-${at}.example.test`);
}

/** Random numbers from 0 to 1, the same at each run of the test. */
function dice(): () => number {
  let state = 17;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

test("no certificate fails and none is wasted where 30 % of all answers say that it cannot be now", (t) =>
  withServer({}, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    for (const status of [503, 429, 500, 473]) {
      await t.step(String(status), async () => {
        const random = dice();
        await using front = startFront(
          bao,
          () => random() < 0.3 ? Response.json({ errors: ["not now"] }, { status }) : undefined,
        );
        using bench = makeBench();
        const certs = namesOf(80).map((name) => certificate(bench.directory, name)).join("");
        bench.configure(settings(front.address), certs);
        const before = await countIssued(bao);
        assertWell(await bench.vcm(["run"], env));
        assert.equal(await countIssued(bao) - before, 80);
        assert.ok(front.heard.length > 100, String(front.heard.length));
      });
    }
  }));

test("an outage of 5 s behind a proxy fails no certificate and wastes none, whatever the proxy says", (t) =>
  withServer({}, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    for (const status of [502, 503, 504, 520]) {
      await t.step(String(status), async () => {
        let [asked, until] = [0, 0];
        await using front = startFront(bao, (path) => {
          if (path === "pki/issue/web" && ++asked === 10) until = Date.now() + 5000;
          return Date.now() < until ? new Response("<html>", { status }) : undefined;
        });
        using bench = makeBench();
        const certs = namesOf(60).map((name) => certificate(bench.directory, name)).join("");
        bench.configure(settings(front.address), certs);
        const before = await countIssued(bao);
        assertWell(await bench.vcm(["run"], env));
        assert.equal(await countIssued(bao) - before, 60);
      });
    }
  }));

test("200 certificates at a rate limit of 10 a second are issued in one run of about 20 s", () =>
  withServer({}, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    const limit = { path: "pki/", rate: 10, interval: "1s" };
    // With and without Retry-After.
    for (const enabled of [false, true]) {
      await bao.api("POST", "sys/quotas/config", { enable_rate_limit_response_headers: enabled });
      const made = await bao.api("POST", "sys/quotas/rate-limit/pki", limit);
      assert.ok(made.status < 300, JSON.stringify(made.body));
      using bench = makeBench();
      const certs = namesOf(200).map((name) => certificate(bench.directory, name)).join("");
      bench.configure(settings(bao.address), certs);
      const start = Date.now();
      assertWell(await bench.vcm(["run"], env));
      const seconds = (Date.now() - start) / 1000;
      console.log(`200 certificates at 10/s, Retry-After ${enabled}: ${seconds.toFixed(1)} s`);
      assert.ok(seconds > 18 && seconds < 120, `${seconds} s`);
      await bao.api("DELETE", "sys/quotas/rate-limit/pki");
    }
  }));

test("a certificate whose answers are lost each time is issued at most twice in a run", () =>
  withServer({}, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    for (const lost of ["{", ""]) {
      await using front = startFront(
        bao,
        () => undefined,
        (path, answer) =>
          path === "pki/issue/web" ? new Response(lost, { status: answer.status }) : answer,
      );
      using bench = makeBench();
      const certs = namesOf(3).map((name) => certificate(bench.directory, name)).join("");
      bench.configure(settings(front.address, "timeout: 6s\n"), certs);
      const before = await countIssued(bao);
      const { status, out } = await bench.vcm(["run"], env);
      assert.equal(status, 1);
      assert.match(out, /the server may have issued a certificate each time, so VCM does not ask/);
      assert.equal(await countIssued(bao) - before, 6);
    }
  }));

test("a lost answer wastes one certificate, and the run issues all", () =>
  withServer({}, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    let left = 2;
    await using front = startFront(
      bao,
      () => undefined,
      (path, answer) =>
        path === "pki/issue/web" && left-- > 0 ? new Response("{", { status: 200 }) : answer,
    );
    using bench = makeBench();
    const certs = namesOf(20).map((name) => certificate(bench.directory, name)).join("");
    bench.configure(settings(front.address), certs);
    const before = await countIssued(bao);
    assertWell(await bench.vcm(["run"], env));
    assert.equal(await countIssued(bao) - before, 22);
  }));

test("a given token that is revoked in the middle of a run is told once", () =>
  withServer({}, async ({ bao }) => {
    const { body } = await bao.api("POST", "auth/token/create", { policies: ["vcm", "default"] });
    const { client_token: token } = (body as { auth: { client_token: string } }).auth;
    let left = 20;
    await using front = startFront(bao, () => undefined, async (_path, answer) => {
      if (--left === 0) await bao.api("POST", "auth/token/revoke", { token });
      return answer;
    });
    using bench = makeBench();
    const certs = namesOf(100).map((name) => certificate(bench.directory, name)).join("");
    bench.configure(settings(front.address), certs);
    const { status, out, err } = await bench.vcm(["run"], { VAULT_TOKEN: token });
    assert.equal(status, 1);
    assert.match(out, /no longer accepts the token from VAULT_TOKEN \(403: permission denied\)/);
    assert.equal(err.match(/no longer accepts/g)?.length, 1, err);
    assert.ok(front.heard.length <= 40, String(front.heard.length));
  }));
