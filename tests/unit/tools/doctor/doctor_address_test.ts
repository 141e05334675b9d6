/** `examine()`: addresses, TLS, seal, clock. */
import assert from "node:assert/strict";
import { freePort } from "../../../support/free_port.ts";
import { after, NOW } from "../../../support/fixtures.ts";
import { BY_APPROLE, examineAt, healthy, IDENTITY, startWell } from "./doctor_bench.ts";
import { type Scripted, startScripted } from "../../vault/scripted_server.ts";
import { OWN_TOKEN, SECRET_ID, TOKEN } from "../../vault/access_fixtures.ts";

const WELL = "ok A: version 2.6.2, initialized, unsealed, active";
const CLOCK_WELL = "ok clock of A: agrees with this host's clock";

/** Answers of `sys/health`, and what is found of the address; then nothing else is asked. */
const UNUSABLE: Readonly<Record<string, readonly [Scripted, string]>> = {
  "not initialized": [
    { ...healthy({ initialized: false, sealed: true }), status: 501 },
    "problem A: version 2.6.2, not initialized | bao operator init",
  ],
  "sealed": [
    { ...healthy({ sealed: true }), status: 503 },
    "problem A: version 2.6.2, sealed | bao operator unseal",
  ],
  "sealed, of an unknown version": [
    { status: 503, body: { initialized: true, sealed: true } },
    "problem A: version unknown, sealed | bao operator unseal",
  ],
  "a page of a proxy": [
    { status: 200, body: "<html><body>Welcome</body></html>" },
    "problem A: does not answer like a Vault server (200)",
  ],
  "a page of a proxy that found no server": [
    { status: 502, body: "<html>Bad Gateway</html>" },
    "problem A: does not answer like a Vault server (502)",
  ],
  "JSON of something else": [
    { status: 404, body: { errors: ["not found"] } },
    "problem A: does not answer like a Vault server (404)",
  ],
  "JSON that is no object": [
    { body: "[1]" },
    "problem A: does not answer like a Vault server (200)",
  ],
  "a redirect": [
    new Response(null, { status: 301, headers: { location: "https://other.test/" } }),
    "problem A: does not answer like a Vault server (301)",
  ],
};

for (const [what, [answer, line]] of Object.entries(UNUSABLE)) {
  Deno.test(`examine() calls a server unusable, and asks no more of it: ${what}`, async () => {
    await using server = startWell({ "sys/health": answer });
    assert.deepEqual((await examineAt([server.address])).lines, [line]);
    assert.deepEqual(server.calls(), ["GET sys/health"]);
  });
}

/** Statuses of standby nodes (Vault API, `sys/health`). */
for (const status of [429, 473]) {
  Deno.test(`examine() accepts a standby node (${status})`, async () => {
    const health = { ...healthy({ standby: true }), status };
    await using server = startWell({ "sys/health": health });
    const { lines } = await examineAt([server.address]);
    assert.deepEqual(lines.slice(0, 2), [
      "ok A: version 2.6.2, initialized, unsealed, standby",
      CLOCK_WELL,
    ]);
    assert.equal(lines[2]?.startsWith("ok login: "), true);
  });
}

Deno.test("examine() shows the beginning of a version", async () => {
  await using server = startWell({ "sys/health": healthy({ version: "9".repeat(60) }) });
  assert.equal(
    (await examineAt([server.address])).lines[0],
    `ok A: version ${"9".repeat(40)}, initialized, unsealed, active`,
  );
});

Deno.test("examine() asks for health without a token", async () => {
  await using server = startWell();
  await examineAt([server.address], { vault: { namespace: "team" } });
  assert.deepEqual([server.heard[0]?.path, server.heard[0]?.token], ["sys/health", null]);
});

const BEHIND = "set this host's clock: timedatectl set-ntp true";

/** Seconds by which this host is ahead, and what is said. */
const CLOCKS: readonly (readonly [number, string])[] = [
  [0, CLOCK_WELL],
  [-30, CLOCK_WELL],
  [
    -31,
    "problem clock of A: this host is 31s behind: new certificates would not be valid " +
    `yet | ${BEHIND}`,
  ],
  [
    -7200,
    "problem clock of A: this host is 2h behind: new certificates would not be valid " +
    `yet | ${BEHIND}`,
  ],
  [60, CLOCK_WELL],
  [61, `warning clock of A: this host is 1m 1s ahead | ${BEHIND}`],
  [90_000, `warning clock of A: this host is 1d 1h ahead | ${BEHIND}`],
];

for (const [seconds, line] of CLOCKS) {
  Deno.test(`examine() compares the clocks: this host's is ${seconds} s ahead`, async () => {
    await using server = startWell();
    const { lines } = await examineAt([server.address], { now: after(seconds) });
    assert.deepEqual(lines.slice(0, 2), [WELL, line]);
  });
}

Deno.test("examine() says nothing of a clock that the server does not tell", async () => {
  const health = healthy({ server_time_utc: undefined });
  await using server = startWell({ "sys/health": health });
  const { lines } = await examineAt([server.address], { now: new Date(NOW.getTime() + 1e9) });
  assert.deepEqual(lines.filter((line) => line.includes("clock")), []);
});

Deno.test("examine() looks at all addresses, and logs in if one is usable", async () => {
  await using first = startWell({ "sys/health": { ...healthy({ sealed: true }), status: 503 } });
  await using second = startWell();
  const down = `http://127.0.0.1:${freePort()}`;
  const { lines } = await examineAt([first.address, down, second.address], { env: BY_APPROLE });
  assert.deepEqual(lines.slice(0, 4), [
    "problem A: version 2.6.2, sealed | bao operator unseal",
    'problem B: Cannot connect to "B": connection refused; is the server running?',
    "ok C: version 2.6.2, initialized, unsealed, active",
    "ok clock of C: agrees with this host's clock",
  ]);
  assert.equal(lines.length, 8);
});

Deno.test("examine() does not log in if no address is usable", async () => {
  await using first = startWell({ "sys/health": { status: 502, body: "" } });
  await using second = startWell({ "sys/health": { ...healthy({ sealed: true }), status: 503 } });
  await examineAt([first.address, second.address], { env: BY_APPROLE });
  assert.deepEqual([first.calls(), second.calls()], [["GET sys/health"], ["GET sys/health"]]);
});

Deno.test("examine() says of TLS that it is used, or that it is not trusted", async () => {
  await using server = startScripted(() => healthy({ sealed: true }), IDENTITY.identity);
  assert.deepEqual((await examineAt([server.address])).lines, [
    "problem A: version 2.6.2, sealed | bao operator unseal",
  ]);
  const strange = { vault: { trust: { kind: "system" } } } as const;
  assert.deepEqual((await examineAt([server.address], strange)).lines, [
    'problem A: Cannot verify the TLS certificate of "A": its issuer is not trusted; set ' +
    '"vault_ssl_verify" (or VAULT_CACERT) to the CA file',
  ]);
  await using well = startScripted(() => healthy(), IDENTITY.identity);
  assert.equal(
    (await examineAt([well.address])).lines[0],
    "ok A: TLS, version 2.6.2, initialized, unsealed, active",
  );
});

Deno.test("examine() warns first of TLS that nobody verifies", async () => {
  await using server = startScripted(() => healthy({ sealed: true }), IDENTITY.identity);
  const warning = (why: string) =>
    `warning TLS: the server certificate is not verified (${why}): an attacker between this host ` +
    "and " +
    'the server can read tokens and keys | set "vault_ssl_verify" to the CA file; to check it: openssl x509 -noout -subject -in FILE';
  const off = { vault: { trust: { kind: "off" } } } as const;
  const { lines } = await examineAt([server.address], off);
  assert.deepEqual(lines, [
    warning("vault_ssl_verify: false"),
    "problem A: version 2.6.2, sealed | bao operator unseal",
  ]);
  const env = { VAULT_TOKEN: TOKEN, VAULT_SKIP_VERIFY: "1" };
  const skipping = await examineAt([server.address], { env });
  assert.equal(skipping.lines[0], warning("VAULT_SKIP_VERIFY"));
});

Deno.test("examine() finds what is wrong with the settings, and looks no further", async () => {
  await using server = startWell();
  const cases: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [{ VAULT_TOKEN: TOKEN, VAULT_ADDR: SECRET_ID }, "VAULT_ADDR is not a valid address: "],
    [
      { VAULT_TOKEN: TOKEN, VAULT_CLIENT_CERT: "/c" },
      "A client certificate needs both",
    ],
    [{ VAULT_TOKEN: OWN_TOKEN, VAULT_CACERT: "/none" }, 'Cannot read the CA file "/none": '],
  ];
  for (const [env, start] of cases) {
    const { results } = await examineAt([server.address], { env });
    assert.deepEqual(results.map(({ verdict, subject }) => [verdict, subject]), [
      ["problem", "settings"],
    ]);
    assert.ok(results[0]?.detail.startsWith(start), results[0]?.detail);
  }
  assert.deepEqual(server.calls(), []);
});

Deno.test("examine() reports a disaster recovery secondary as one that issues nothing", async () => {
  const health = { ...healthy({ standby: true }), status: 472 };
  await using server = startWell({ "sys/health": health });
  assert.deepEqual((await examineAt([server.address])).lines, [
    "problem A: version 2.6.2, a disaster recovery secondary, which issues no certificates | " +
    'set "vault" to its primary; to find it: bao read sys/replication/dr/status',
  ]);
});

Deno.test("examine() makes one plain line of whatever a server says", async () => {
  const version = `2.6\x1b[2J\nok fake: line ${TOKEN}`;
  await using server = startWell({ "sys/health": healthy({ version }) });
  const [line] = (await examineAt([server.address])).lines;
  assert.equal(
    line,
    "ok A: version 2.6[2J ok fake: line [redacted], initialized, unsealed, active",
  );
});

Deno.test("examine() looks at the addresses also if there is no login method", async () => {
  await using server = startWell();
  const { lines } = await examineAt([server.address], { env: {} });
  assert.deepEqual(lines, [
    WELL,
    CLOCK_WELL,
    'problem login: No login method for Vault is configured: set VAULT_TOKEN, "token_file", ' +
    'VAULT_ROLE_ID and VAULT_SECRET_ID, or "auth" under "config"',
  ]);
  assert.deepEqual(server.calls(), ["GET sys/health"]);
});

Deno.test("examine() goes on if the clock alone is wrong", async () => {
  await using server = startWell();
  const { lines } = await examineAt([server.address], { now: after(-3600) });
  assert.match(lines[1] ?? "", /^problem clock of A: /);
  assert.equal(lines.at(-1), "ok pki/roles/web: allows what the file asks for");
});

Deno.test("examine() warns of a namespace that the server ignores", async () => {
  const cases: [Record<string, unknown>, string | undefined, boolean][] = [
    [{ version: "1.14.1" }, "team/web", true],
    [{ version: "1.21.0", enterprise: false }, "team/web", true],
    [{ version: "2.1.0", enterprise: false }, "team/web", true],
    [{ version: "1.14.1" }, undefined, false],
    [{ version: "1.16.2+ent" }, "team/web", false],
    [{ version: "1.21.0+ent.hsm", enterprise: true }, "team/web", false],
    [{ version: "2.6.2" }, "team/web", false],
  ];
  for (const [health, namespace, isWarned] of cases) {
    await using server = startWell({ "sys/health": healthy(health) });
    const { lines } = await examineAt([server.address], { vault: { namespace } });
    const warned = lines.some((line) => line.startsWith("warning A: ") && /namespace/.test(line));
    assert.equal(warned, isWarned, JSON.stringify(health));
  }
});
