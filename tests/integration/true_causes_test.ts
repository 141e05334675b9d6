/** Each message names the true cause, or all that are possible and how to tell; a real OpenBao. */
import assert from "node:assert/strict";
import { startFront } from "../support/faulty_proxy.ts";
import type { OpenBao } from "../support/openbao.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";

const test = await testsNeeding("openbao");

type Env = Readonly<Record<string, string>>;

async function call(bao: OpenBao, path: string, body?: unknown, method = "POST") {
  const answer = await bao.api(method, path, body);
  assert.ok(answer.status < 300, JSON.stringify(answer));
  return answer.body as Record<string, Record<string, unknown>>;
}

/** The first line of a run, without its address. */
async function firstLine(bao: OpenBao, env: Env, more = "", address = bao.address, common = "") {
  using bench = makeBench();
  const lines = `${settings({ ...bao, address })}\nretries: 0\n${common}`;
  bench.configure(lines, certificate(bench.directory, NAME, more));
  const { out, err } = await bench.vcm(["run"], env);
  const said = (err.includes("warning:") ? err : out).split("\n")[0] ?? "";
  return said.replaceAll(address, "ADDRESS").replaceAll(new URL(address).origin, "ORIGIN");
}

/** An AppRole with other settings. */
async function approle(bao: OpenBao, name: string, body: unknown): Promise<Env> {
  await call(bao, `auth/approle/role/${name}`, body);
  const { data: role = {} } = await call(
    bao,
    `auth/approle/role/${name}/role-id`,
    undefined,
    "GET",
  );
  const { data: secret = {} } = await call(bao, `auth/approle/role/${name}/secret-id`);
  return { VAULT_ROLE_ID: String(role["role_id"]), VAULT_SECRET_ID: String(secret["secret_id"]) };
}

const BOUND = ["10.9.9.0/24"];

test("a request that is denied", (t) =>
  withServer({}, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    const tight = 'path "pki/issue/web" { capabilities = ["update"] }';
    await call(bao, "sys/policies/acl/tight", { policy: tight });

    await t.step("by a tight policy: the role's name may be wrong", async () => {
      const line = await firstLine(
        bao,
        await approle(bao, "tight", { token_policies: "tight" }),
        "role: wbe",
      );
      assert.match(
        line,
        /worked, but its policies \(default, tight\) do not allow this path: the role's name "wbe" is wrong \(bao list pki\/roles\), /,
      );
      assert.match(
        line,
        /or a policy lacks: path "pki\/issue\/wbe" \{ capabilities = \["update"\] \}$/,
      );
    });
    await t.step("because the policy of the login does not exist", async () => {
      const line = await firstLine(bao, await approle(bao, "ghost", { token_policies: "ghost" }));
      assert.match(
        line,
        /the login with the AppRole from .* worked, but its policies \(default, ghost\) /,
      );
      assert.doesNotMatch(line, /expired/);
    });
    await t.step("to a token of a login that is bound to other addresses", async () => {
      const body = { token_policies: "vcm", token_bound_cidrs: BOUND };
      const line = await firstLine(bao, await approle(bao, "cidr", body));
      assert.match(
        line,
        /worked, but the server does not accept its token: the role of the login is bound to other addresses than this host's \(token_bound_cidrs\), or /,
      );
    });
    await t.step("to a given token that is bound to other addresses", async () => {
      await call(bao, "auth/token/roles/cidr", { token_bound_cidrs: BOUND });
      const { auth = {} } = await call(bao, "auth/token/create/cidr", { policies: ["vcm"] });
      const token = String(auth["client_token"]);
      const line = await firstLine(bao, { VAULT_TOKEN: token });
      assert.match(
        line,
        /the token from VAULT_TOKEN: it has expired, was revoked, .* or is bound to other addresses .* bound_cidrs if/,
      );
      const { data = {} } = await call(bao, "auth/token/lookup", { token });
      assert.deepEqual(data["bound_cidrs"], BOUND);
    });
    await t.step("to a login with a secret id that is bound to other addresses", async () => {
      const body = { token_policies: "vcm", secret_id_bound_cidrs: BOUND };
      const line = await firstLine(bao, await approle(bao, "secret", body));
      assert.match(
        line,
        /; this host's address is not in the bound CIDRs of the role or the secret id$/,
      );
      assert.doesNotMatch(line, /expired/);
    });
    await t.step("because the mount has a part that VCM adds", async () => {
      for (
        const [pki, path] of [["a/b/issue", "a/b"], ["v1/pki", "pki"], ["team/sign", "team"]]
      ) {
        const line = await firstLine(bao, env, `pki: ${pki}`);
        assert.ok(line.includes(`"pki: ${pki}" is wrong`), line);
        assert.ok(line.endsWith(`; "${pki}" has a part that VCM adds: try "pki: ${path}"`), line);
      }
      const line = await firstLine(bao, { VAULT_TOKEN: bao.token }, "pki: pki/issue");
      assert.match(line, /\(404: .*; check that "pki: pki\/issue" is .*: try "pki: pki"$/);
    });
  }));

test("an answer that is not Vault's", (t) =>
  withServer({}, async ({ bao, login }) => {
    const env = { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId };
    const page = "<html><title>Blocked by policy</title>no</html>";
    for (const status of [401, 403, 404, 407, 413]) {
      for (const path of ["pki/issue/web", "auth/approle/login"]) {
        await t.step(`a page with ${status} for ${path}`, async () => {
          await using front = startFront(
            bao,
            (asked) => asked === path ? new Response(page, { status }) : undefined,
          );
          assert.match(
            await firstLine(bao, env, "", front.address),
            new RegExp(
              `answered "${path}" with something other than JSON \\(${status}: page "Blocked by policy"\\): a proxy or firewall in front of Vault sent it, or .*, run: curl -i ADDRESS/v1/sys/health`,
            ),
          );
        });
      }
    }
    await t.step("a page with 503 does not say that the server is sealed", async () => {
      const text = "upstream connect error";
      await using front = startFront(bao, () => new Response(text, { status: 503 }));
      const line = await firstLine(bao, env, "", front.address);
      assert.match(line, /cannot be reached behind its proxy \(503\)$/);
    });
    await t.step("the path of the web interface in the address", async () => {
      for (const path of ["/ui", "/ui/vault", "/ui/vault/secrets"]) {
        const line = await firstLine(bao, env, "", bao.address + path);
        assert.ok(
          line.includes(`"${path}" is the path of the web interface; fix: set the address to "`),
          line,
        );
      }
    });
    await t.step("another path in the address", async () => {
      const line = await firstLine(bao, env, "", `${bao.address}/vault`);
      assert.match(
        line,
        /\(404: no reason given\); fix: set the address to "ORIGIN", unless a proxy serves Vault below "\/vault"$/,
      );
    });
    await t.step("as seen by doctor", async () => {
      using bench = makeBench();
      bench.configure(
        settings({ ...bao, address: `${bao.address}/ui/vault` }),
        certificate(bench.directory),
      );
      assert.match(
        (await bench.vcm(["doctor"], env)).out,
        /^problem .*"\/ui\/vault" is the path of the web interface; fix: /,
      );
    });
  }));

test("a name that is refused", (t) =>
  withServer({}, async ({ bao }) => {
    const env = { VAULT_TOKEN: bao.token };
    const domains = { allowed_domains: "example.test", key_type: "ec" };
    await call(bao, "pki/roles/below", { ...domains, allow_subdomains: true });
    await call(bao, "pki/roles/strict", { allow_any_name: true, key_type: "ec" });
    const cases: readonly (readonly [string, string, RegExp, string])[] = [
      [
        "below",
        "example.test",
        /with allow_bare_domains=true for the domain itself/,
        "it is the domain itself, and the role has allow_bare_domains=false",
      ],
      [
        "strict",
        "my_host",
        /not a host name: the role must have enforce_hostnames=false/,
        "the role has enforce_hostnames=true",
      ],
      [
        "strict",
        "ops@my_host.test",
        /not a host name: the role must have enforce_hostnames=false/,
        "the role has enforce_hostnames=true",
      ],
      [
        "strict",
        "a..b",
        /not a host name: the role must have enforce_hostnames=false/,
        "a label of a name has 1 to 63 characters",
      ],
      [
        "strict",
        `${"a".repeat(64)}.test`,
        /not a host name: the role must have enforce_hostnames=false/,
        "a label of a name has 1 to 63 characters",
      ],
      [
        "strict",
        "foo@foo@foo",
        /; it has more than one "@": no role allows it/,
        'more than one "@"',
      ],
    ];
    for (const [role, name, said, doctor] of cases) {
      await t.step(`${name} by ${role}`, async () => {
        // The file refuses some of them as the name of a host.
        const more = `role: ${role}\ncommon_name: "${name}"\nexclude_cn_from_sans: true`;
        assert.match(await firstLine(bao, env, more), said);
        using bench = makeBench();
        bench.configure(settings(bao), certificate(bench.directory, NAME, more));
        const { status, out } = await bench.vcm(["doctor"], env);
        assert.equal(status, 1);
        assert.ok(out.includes(`: ${doctor}`) || out.includes(doctor), out);
      });
    }
  }));

test("a lifetime that is cut", (t) =>
  withServer({}, async ({ bao }) => {
    const env = { VAULT_TOKEN: bao.token };
    await call(bao, "sys/mounts/old", { type: "pki", config: { max_lease_ttl: "87600h" } });
    const root = { common_name: "Old Root", ttl: "480h", key_type: "ec" };
    const { data = {} } = await call(bao, "old/root/generate/internal", root);
    const issuer = { leaf_not_after_behavior: "truncate" };
    await call(bao, `old/issuer/${data["issuer_id"]}`, issuer);
    await call(bao, "old/roles/web", { allow_any_name: true, key_type: "ec", max_ttl: "8760h" });
    const ca = /its CA "Old Root" ends then \(2.* UTC\); fix: renew that CA at the server/;

    await t.step("by the end of the CA", async () => {
      const line = await firstLine(bao, env, "pki: old\nttl: 90d");
      assert.match(line, /asked for a lifetime of 90d and got 20d; /);
      assert.match(line, ca);
      assert.doesNotMatch(line, /max_ttl/);
    });
    await t.step("by this host's clock alone", async () => {
      // The role gives 87 days of 90, as a host sees 90 days whose clock is 3 days ahead.
      await call(bao, "pki/roles/ahead", {
        allow_any_name: true,
        key_type: "ec",
        max_ttl: "2088h",
      });
      const date = new Date(Date.now() - 3 * 86_400_000 - 20_000).toUTCString();
      await using front = startFront(bao, () => undefined, (_, answer) => {
        return new Response(answer.body, { status: answer.status, headers: { date } });
      });
      assert.match(
        await firstLine(bao, env, "role: ahead\nttl: 90d", front.address),
        /got 87d by this host's clock; this host's clock is 3d ahead of the server's; fix: set this host's clock$/,
      );
    });
    await t.step("by the role", async () => {
      const line = await firstLine(bao, env, "role: short\nttl: 90d");
      assert.match(line, /got 1h; fix: lower "ttl", or raise max_ttl of the role "short"/);
    });
  }));
