/** What a run says of this host's clock, against a real OpenBao whose answers bear another date. */
import assert from "node:assert/strict";
import { testsNeeding } from "../support/tests_needing.ts";
import type { OpenBao } from "../support/openbao.ts";
import { certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

// Between two minutes, so that it does not matter how long an answer takes.
const APART = (3 * 3600 + 2 * 60 + 20) * 1000;

/** A front that dates the answers of a server by a clock that is so many milliseconds ahead of it. */
function startDating(bao: OpenBao, ahead: number) {
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(options, async (request) => {
    const body = await request.text();
    const passed = await fetch(`${bao.address}${new URL(request.url).pathname}`, {
      method: request.method,
      headers: request.headers,
      ...(body === "" ? {} : { body }),
    });
    const date = new Date(Date.parse(passed.headers.get("date") ?? "") + ahead).toUTCString();
    const text = await passed.text();
    const { status } = passed;
    return new Response(status === 204 ? null : text, { status, headers: { date } });
  });
  return {
    address: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The first line of a run at a server whose clock is so many milliseconds ahead. */
async function firstLine(
  bao: OpenBao,
  ahead: number,
  env: Readonly<Record<string, string>>,
  more = "",
): Promise<string> {
  await using front = startDating(bao, ahead);
  using bench = makeBench();
  bench.configure(
    settings({ ...bao, address: front.address }),
    certificate(bench.directory, NAME, more),
  );
  const { status, out } = await bench.vcm(["run"], env);
  assert.equal(status, 1);
  return (out.split("\n")[0] ?? "").replace(front.address, "ADDRESS");
}

const AHEAD = "; this host's clock is 3h 2m ahead of the server's";
const BEHIND = "; this host's clock is 3h 2m behind the server's";

test("a refusal is reported with the difference of the clocks", (t) =>
  withServer({}, async ({ bao, login }) => {
    const ways = {
      login: { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: "nonsense" },
      token: { VAULT_TOKEN: "nonsense" },
    };
    for (const [way, env] of Object.entries(ways)) {
      await t.step(`a ${way}`, async () => {
        const plain = await firstLine(bao, 0, env);
        assert.equal(plain.includes("clock"), false, plain);
        assert.equal(await firstLine(bao, -APART, env), plain + AHEAD);
        assert.equal(await firstLine(bao, APART, env), plain + BEHIND);
      });
    }
    await t.step("but not a name, which no clock refuses", async () => {
      const env = { VAULT_TOKEN: bao.token };
      const line = await firstLine(bao, APART, env, 'role: "denied"');
      assert.match(line, /not allowed by this role/);
      assert.equal(line.includes("clock"), false, line);
    });
  }));

test("a certificate that expired before it arrived", (t) =>
  withServer({}, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    const end = `${new Date(Date.now() - 3_600_000).toISOString().slice(0, 19)}Z`;
    const ended = `failed  ${NAME}: The certificate expired at ${
      end.replace("Z", ".000Z")
    }, before it arrived`;
    const lifetime = { not_after: end, not_before_duration: "5h" };
    const role = { allow_any_name: true, key_type: "ec", key_bits: 256, ...lifetime };
    assert.ok((await bao.api("POST", "pki/roles/ended", role)).status < 300);

    await t.step("is this host's clock if the server's is behind", async () => {
      const line = await firstLine(bao, -APART, env, 'role: "ended"');
      assert.equal(line, `${ended}${AHEAD}, so it was not stored`);
    });

    await t.step("is caused by the role if the clocks agree", async () => {
      const line = await firstLine(bao, 0, env, 'role: "ended"');
      assert.equal(
        line.replace(/\(2.* UTC\)/, "(THEN)"),
        `${ended}; it is not valid by the server's time (THEN) either, so it was not stored; check ` +
          'the role "ended" and the clock of the server that issued it',
      );
    });
  }));
