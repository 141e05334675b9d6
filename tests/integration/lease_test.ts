/**
 * Roles with `generate_lease=true`: the server revokes such a certificate with the token that
 * requested it.
 */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import type { OpenBao } from "../support/openbao.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { waitUntil } from "../support/wait_until.ts";
import { assertNoSecret, assertWell, type Bench, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";
import { listIssued } from "../support/issued.ts";

const test = await testsNeeding("openbao");

const LEASED = { allow_any_name: true, max_ttl: "2160h", key_type: "ec", generate_lease: true };
const FACT = 'it has a lease (the role "leased" has generate_lease=true), so the server revokes ' +
  "it when the token that requested it ends";
const FIX = "fix: bao patch pki/roles/leased generate_lease=false";

async function withLeasedRole(
  body: (bao: OpenBao, appRole: Record<string, string>) => Promise<void>,
): Promise<void> {
  await withServer({}, async ({ bao, login }) => {
    assert.equal((await bao.api("POST", "pki/roles/leased", LEASED)).status, 200);
    await body(bao, { VAULT_ROLE_ID: login.roleId, VAULT_SECRET_ID: login.secretId });
  });
}

function makeLeased(bao: OpenBao, more = "", names = [NAME]): Bench {
  const bench = makeBench();
  const certs = names.map((name) => certificate(bench.directory, name, `role: leased\n${more}`));
  bench.configure(settings(bao), certs.join(""));
  return bench;
}

/** A token that may do all; `settings` as the API has them. */
async function makeToken(bao: OpenBao, settings: object): Promise<string> {
  const { body } = await bao.api("POST", "auth/token/create", { policies: ["vcm"], ...settings });
  return String((body as { auth?: { client_token?: string } }).auth?.client_token);
}

/** Serial numbers of certificates of the mount that are not revoked, but for those of its CAs. */
async function validLeaves(bao: OpenBao): Promise<string[]> {
  const serials = await listIssued(bao);
  const facts = await Promise.all(
    serials.map(async (serial) => ({ serial, data: await factsOf(bao, serial) })),
  );
  return facts.filter(({ data }) =>
    data["revocation_time"] === 0 && !new X509Certificate(String(data["certificate"])).ca
  ).map(({ serial }) => serial);
}

/** A serial number, in however many digits it is written. */
function numberOf(serial: string): bigint {
  return BigInt(`0x${serial.replaceAll(":", "")}`);
}

/** The server revokes what a token issued after it has answered the token's last use. */
async function waitForValid(bao: OpenBao, count: number): Promise<void> {
  await waitUntil(`${count} certificates are valid`, 60, async () => {
    return (await validLeaves(bao)).length === count || undefined;
  });
}

async function factsOf(bao: OpenBao, serial: string) {
  return (await bao.api("GET", `pki/cert/${serial}`)).body.data ?? {};
}

test("a leased certificate is not used if it would be revoked with VCM's token", () =>
  withLeasedRole(async (bao, appRole) => {
    for (const more of ["", "key: local", "ttl: 30d"]) {
      using bench = makeLeased(bao, more);
      const { status, out } = await bench.vcm(["run"], appRole);
      assert.equal(status, 1);
      const request = `pki/${more === "key: local" ? "sign" : "issue"}/leased`;
      assert.equal(
        out.split("\n")[0],
        `failed  ${NAME}: Cannot use the certificate that "${bao.address}" issued for ` +
          `"${request}": ${FACT}; VCM's own token ends with this run; ${FIX}`,
      );
      assert.equal(bench.directory.tree().includes(`store/${NAME}/`), false);
      assertNoSecret(bench);
    }
    await waitForValid(bao, 0);
  }));

test("beside a leased certificate others are issued, and stay valid", () =>
  withLeasedRole(async (bao, appRole) => {
    using bench = makeBench();
    const leased = certificate(bench.directory, "leased.example.test", "role: leased");
    bench.configure(settings(bao), leased + certificate(bench.directory));
    assert.equal((await bench.vcm(["run"], appRole)).status, 1);
    const stored = new X509Certificate(bench.directory.read(`store/${NAME}/cert.pem`));
    await waitForValid(bao, 1);
    const numbers = (await validLeaves(bao)).map((serial) => numberOf(serial));
    assert.deepEqual(numbers, [numberOf(stored.serialNumber)]);
  }));

test("a certificate is refused if the given token is known to end before it", () =>
  withLeasedRole(async (bao) => {
    const lives: readonly (readonly [string, object, RegExp])[] = [
      ["a batch token", { type: "batch", ttl: "20m" }, /ends 20.* UTC and cannot be renewed/],
      ["not renewable", { renewable: false, ttl: "2h" }, /ends 20.* UTC and cannot be renewed/],
      ["a maximum", { explicit_max_ttl: "3h", ttl: "1h" }, /ends 20.* UTC and cannot be renewed/],
      ["few uses", { num_uses: 5, ttl: "1h" }, /ends with its last use/],
    ];
    for (const [what, settings, reason] of lives) {
      using bench = makeLeased(bao);
      const token = await makeToken(bao, settings);
      const { status, out } = await bench.vcm(["run"], { VAULT_TOKEN: token });
      assert.equal(status, 1, what);
      assert.ok(out.includes(`${FACT}; the token from VAULT_TOKEN ends`), out);
      assert.match(out, reason, what);
      assert.ok(out.includes(FIX), out);
      assert.equal(bench.directory.tree().includes(`store/${NAME}/`), false, what);
      assertNoSecret(bench, token);
    }
  }));

test("a token with one use left gets nothing from such a role, and the reason is reported", () =>
  withLeasedRole(async (bao) => {
    using bench = makeLeased(bao);
    const token = await makeToken(bao, { num_uses: 1, ttl: "1h" });
    const { status, out } = await bench.vcm(["run"], { VAULT_TOKEN: token });
    assert.equal(status, 1);
    assert.match(out, /; set generate_lease=false on the role: the token has one use left\n/);
    await waitForValid(bao, 0);
  }));

test("with a token that can outlive the certificate it is used, with a warning", () =>
  withLeasedRole(async (bao) => {
    const blind = { policies: ["issue-only"], no_default_policy: true };
    const policy = 'path "pki/issue/leased" { capabilities = ["update"] }';
    await bao.api("POST", "sys/policies/acl/issue-only", { policy });
    const lives: readonly (readonly [string, RegExp])[] = [
      [bao.token, /the token from VAULT_TOKEN does not expire, but must never be revoked/],
      [
        await makeToken(bao, { ttl: "2h" }),
        /the token from VAULT_TOKEN ends .* unless it is renewed/,
      ],
      [
        await makeToken(bao, { period: "2h" }),
        /the token from VAULT_TOKEN ends .* unless it is ren/,
      ],
      [
        await makeToken(bao, { renewable: false, ttl: "700h" }),
        /the token from VAULT_TOKEN ends .* unless it is renewed/,
      ],
      [await makeToken(bao, blind), /VCM could not look up when the token from VAULT_TOKEN ends/],
    ];
    for (const [token, reason] of lives) {
      using bench = makeLeased(bao, "ttl: 20d", [NAME, "b.example.test"]);
      const said = await bench.vcm(["run"], { VAULT_TOKEN: token });
      assertWell(said);
      const warnings = said.err.split("\n").filter((line) => line.startsWith("warning: "));
      assert.notEqual(warnings.length, 0, said.err);
      for (const warning of warnings) {
        assert.ok(warning.includes(FACT) && warning.includes(FIX), warning);
        assert.match(warning, reason);
      }
      assertNoSecret(bench, token === bao.token ? "hvs." : token);
    }
  }));

test("vcm doctor calls such a role a problem, and its fix is one", () =>
  withLeasedRole(async (bao, appRole) => {
    using bench = makeLeased(bao);
    const found = await bench.vcm(["doctor"], { VAULT_TOKEN: bao.token });
    assert.equal(found.status, 1);
    assert.ok(
      found.out.includes(
        "problem  pki/roles/leased: it has generate_lease=true, so the server revokes a " +
          "certificate when the token that requested it ends\n" +
          "         bao patch pki/roles/leased generate_lease=false\n",
      ),
      found.out,
    );
    await bao.command("patch", "pki/roles/leased", "generate_lease=false");
    assertWell(await bench.vcm(["doctor"], { VAULT_TOKEN: bao.token }));
    const role = await bao.api("GET", "pki/roles/leased");
    assert.equal(role.body.data?.["allow_any_name"], true, "the rest of the role is as it was");
    assertWell(await bench.vcm(["run"], appRole));
    assert.equal((await validLeaves(bao)).length, 1);
  }));
