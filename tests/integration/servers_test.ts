/** Several servers, and servers that cannot work for a while, against a real OpenBao. */
import assert from "node:assert/strict";
import { freePort } from "../support/free_port.ts";
import { startFront } from "../support/faulty_proxy.ts";
import type { OpenBao } from "../support/openbao.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { listen } from "./audit.ts";
import { assertWell, certificate, makeBench, NAME, snapshot } from "./bench.ts";
import { withServer } from "./server.ts";

const test = await testsNeeding("openbao");

function settings(addresses: readonly string[], more = ""): string {
  return `vault: [${addresses.map((address) => `"${address}"`).join(", ")}]\npki: pki\n` +
    `role: web\nrenew: 10d\n${more}`;
}

const DOWN = () => `http://127.0.0.1:${freePort()}`;

test("the next server is tried if one cannot work", (t) =>
  withServer({ audit: true }, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    const heard = listen(bao);

    await t.step("one that is down", async () => {
      using bench = makeBench();
      bench.configure(settings([DOWN(), bao.address]), certificate(bench.directory));
      const said = await bench.vcm(["run"], env);
      assertWell(said);
      assert.match(said.err, new RegExp(`issued by ${bao.address}, `));
      assert.deepEqual(heard(), ["auth/approle/login", "pki/issue/web", "auth/token/revoke-self"]);
    });

    for (const status of [502, 503, 504]) {
      await t.step(`one that answers ${status}, from the first request or later`, async () => {
        for (const broken of ["auth/approle/login", "pki/issue/web"]) {
          await using front = startFront(
            bao,
            (path) => path === broken ? new Response("<html>no</html>", { status }) : undefined,
          );
          using bench = makeBench();
          bench.configure(settings([front.address, bao.address]), certificate(bench.directory));
          const said = await bench.vcm(["run"], env);
          assertWell(said);
          assert.match(said.err, new RegExp(`issued by ${bao.address}, `));
        }
      });
    }

    await t.step("one that refuses is the right one: no other is asked", async () => {
      const refused = { errors: ["common name x not allowed by this role"] };
      await using front = startFront(
        bao,
        (path) => path === "pki/issue/web" ? Response.json(refused, { status: 400 }) : undefined,
      );
      using bench = makeBench();
      bench.configure(settings([front.address, bao.address]), certificate(bench.directory));
      heard();
      const { status } = await bench.vcm(["run"], env);
      assert.equal(status, 1);
      assert.deepEqual(front.heard, [
        "auth/approle/login",
        "pki/issue/web",
        "auth/token/revoke-self",
      ]);
      assert.deepEqual(heard(), ["auth/approle/login", "auth/token/revoke-self"]);
    });

    await t.step("if all are down, it is reported once, and nothing changes", async () => {
      using bench = makeBench();
      const names = ["a", "b", "c"].map((letter) => `${letter}.example.test`);
      const certs = names.map((name) => certificate(bench.directory, name)).join("");
      bench.configure(settings([bao.address]), certs);
      assertWell(await bench.vcm(["run"], env));
      const before = snapshot(bench.directory);
      const [first, second] = [DOWN(), DOWN()];
      bench.configure(settings([first, second], "retries: 1"), certs);
      const { status, out, err } = await bench.vcm(["issue", "--force"], env);
      assert.equal(status, 1);
      const refused = (address: string) =>
        `Cannot connect to "${address}": connection refused; is the server running?`;
      assert.equal(
        out.split("\n")[0],
        `failed  ${names.join(", ")}: None of the 2 addresses can be used: ${refused(first)}; ` +
          refused(second),
      );
      assert.equal(err.match(/connection refused/g)?.length, 2, err);
      assert.deepEqual(snapshot(bench.directory), before);
    });
  }));

test("a server that cannot work for a while is asked again, so often and no more", (t) =>
  withServer({}, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    const sealed = () => Response.json({ errors: ["Vault is sealed"] }, { status: 503 });
    const withFaults = async (faults: number, retries: number, answer = sealed) => {
      let left = faults;
      await using front = startFront(
        bao,
        (path) => path === "pki/issue/web" && left-- > 0 ? answer() : undefined,
      );
      using bench = makeBench();
      const more = `retries: ${retries}`;
      bench.configure(settings([front.address], more), certificate(bench.directory));
      const said = await bench.vcm(["run"], env);
      const asked = front.heard.filter((path) => path === "pki/issue/web").length;
      return { ...said, asked, out: said.out.replaceAll(front.address, "ADDRESS") };
    };

    await t.step("twice it fails, and the third time it works", async () => {
      const { status, asked } = await withFaults(2, 2);
      assert.deepEqual([status, asked], [0, 3]);
    });

    await t.step("once too often", async () => {
      const { status, asked, out } = await withFaults(2, 1);
      assert.deepEqual([status, asked], [1, 2]);
      const message = '"ADDRESS" is sealed or not ready (503); unseal it first';
      assert.equal(out.split("\n")[0], `failed  ${NAME}: ${message}`);
    });

    await t.step("never for a refusal", async () => {
      // The policy has the path, so it may want the answer wrapped: that is tried once.
      for (const [status, requests] of [[400, 1], [403, 2]] as const) {
        const { asked } = await withFaults(
          9,
          5,
          () => Response.json({ errors: ["1 error occurred: no"] }, { status }),
        );
        assert.equal(asked, requests);
      }
    });

    await t.step("a rate limit is waited for, as the server asks", async () => {
      const limit = { path: "pki/", rate: 1, interval: "1s" };
      const made = await bao.api("POST", "sys/quotas/rate-limit/pki", limit);
      assert.ok(made.status < 300, JSON.stringify(made.body));
      using bench = makeBench();
      const certs = ["a", "b"].map((letter) =>
        certificate(bench.directory, `${letter}.example.test`)
      );
      bench.configure(settings([bao.address], "retries: 5"), certs.join(""));
      assertWell(await bench.vcm(["run"], env));
      await bao.api("DELETE", "sys/quotas/rate-limit/pki");
    });
  }));

test("a redirect is followed once, and only to servers that the file names", (t) =>
  withServer({ audit: true }, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    const heard = listen(bao);
    const to = (server: Pick<OpenBao, "address">) => (path: string) =>
      new Response(null, { status: 307, headers: { location: `${server.address}/v1/${path}` } });

    await t.step("to one of vault, and to one of redirect_hosts", async () => {
      await using standby = startFront(bao, to(bao));
      const { host } = new URL(bao.address);
      for (
        const lines of [
          settings([standby.address, bao.address]),
          settings([standby.address], `redirect_hosts: ["${host}"]`),
          settings([standby.address], `redirect_hosts: "127.0.0.1"`),
        ]
      ) {
        using bench = makeBench();
        bench.configure(lines, certificate(bench.directory));
        heard();
        assertWell(await bench.vcm(["run"], env));
        const all = ["auth/approle/login", "pki/issue/web", "auth/token/revoke-self"];
        assert.deepEqual(heard(), all);
      }
    });

    await t.step("nothing reaches another, and the error names it", async () => {
      await using standby = startFront(bao, to(bao));
      using bench = makeBench();
      bench.configure(settings([standby.address]), certificate(bench.directory));
      heard();
      const { status, out } = await bench.vcm(["run"], env);
      assert.equal(status, 1);
      assert.equal(
        out.split("\n")[0],
        `failed  ${NAME}: "${standby.address}" redirects to "${bao.address}/v1/auth/approle/login", ` +
          'and VCM does not send the token there; if that host is yours, list it under "vault" ' +
          'or "redirect_hosts"',
      );
      assert.deepEqual(heard(), []);
    });

    await t.step("round in a circle it goes once", async () => {
      const pair: { address: string }[] = [];
      await using first = startFront(bao, (path) => to(pair[1] ?? bao)(path));
      await using second = startFront(bao, (path) => to(pair[0] ?? bao)(path));
      pair.push(first, second);
      using bench = makeBench();
      bench.configure(settings([first.address, second.address]), certificate(bench.directory));
      assert.equal((await bench.vcm(["run"], env)).status, 1);
      // Each in its own right, and by the other.
      assert.deepEqual([first.heard.length, second.heard.length], [2, 2]);
    });
  }));
