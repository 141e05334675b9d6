import assert from "node:assert/strict";
import { completeRevocation } from "../../../lib/apply/revocation.ts";
import { type AccessInput, SessionOnce } from "../../../lib/apply/session_once.ts";
import { writePendingRevocation } from "../../../lib/store/pending_revocation.ts";
import { makeCertificatePem } from "../../support/fixtures_pki.ts";
import { type Directory, makeDirectory } from "../../support/rig.ts";
import { BAD_TOKEN, enveloped, FORBIDDEN } from "../vault/recorded_answers.ts";
import { type Scripted, startScripted } from "../vault/scripted_server.ts";
import { assertNoSecret, byToken } from "../vault/access_fixtures.ts";

const NAME = "web.example.test";
const SERIAL = "0a:1b:2c";
const PENDING = { serial: SERIAL, mount: "team/pki", file: "/etc/vcm/vcm.yaml", forgetKey: false };
const { pem: CERT } = await makeCertificatePem(NAME);
const ARCHIVED = `archive/${NAME}/0a:1b:2c`;
const RECORD = `.pending-revocation-${NAME}`;
const REVOKED = enveloped({ revocation_time: 1_795_512_099, state: "revoked" });

function makeStore(): Directory {
  const store = makeDirectory();
  store.write(`${NAME}/cert.pem`, CERT);
  return store;
}

async function revokeIn(store: Directory, access: AccessInput, earlier = false) {
  const sessions = new SessionOnce(access, () => {});
  await writePendingRevocation(store.path, NAME, PENDING, earlier);
  const begun = { certStore: store.path, name: NAME, pending: PENDING, earlier };
  try {
    return await completeRevocation(begun, sessions);
  } finally {
    await sessions.close();
  }
}

/** The message with which it fails; the server is "A". */
async function failure(store: Directory, answer: Scripted): Promise<string> {
  await using server = startScripted(() => answer);
  try {
    // No answer is repeated for long.
    const limits = { connect: 1_000, answer: 1_000 };
    await revokeIn(store, { ...byToken(server.address), limits });
  } catch (error) {
    const { message } = error as Error;
    assertNoSecret(message);
    return message.replaceAll(server.address, "A").replaceAll(store.path, "STORE");
  }
  assert.fail("it did not fail");
}

Deno.test("completeRevocation() tells the mount the serial, then moves the set", async () => {
  using store = makeStore();
  await using server = startScripted(() => REVOKED);
  assert.equal(await revokeIn(store, byToken(server.address)), store.at(ARCHIVED));
  assert.deepEqual(server.heard.map(({ method, path, body }) => [method, path, body]), [
    ["POST", "team/pki/revoke", '{"serial_number":"0a:1b:2c"}'],
  ]);
  assert.equal(store.read(`${ARCHIVED}/cert.pem`), CERT);
});

Deno.test("completeRevocation() leaves the set in the store if the server does not revoke it", async () => {
  const cases: readonly (readonly [Scripted, string])[] = [
    [enveloped({}, ["it has expired"]), '"A" did not revoke 0a:1b:2c: it has expired'],
    [
      { status: 400, body: { errors: ["certificate with serial 0a:1b:2c not found."] } },
      '"A" refused "team/pki/revoke" (400: certificate with serial 0a:1b:2c not found.); check ' +
      'that it was issued at the mount "team/pki"',
    ],
    [
      FORBIDDEN,
      '"A" denied "update" on "team/pki/revoke" (403: 1 error occurred: * permission denied); the ' +
      'server accepts the token, but its policies do not allow this path: "pki: team/pki" is ' +
      "wrong (bao secrets list), or a policy lacks: " +
      'path "team/pki/revoke" { capabilities = ["update"] }',
    ],
    [
      BAD_TOKEN,
      '"A" denied "update" on "team/pki/revoke" (403: permission denied); the server does not ' +
      "accept the token from VAULT_TOKEN: it has expired, was revoked, is of another server or " +
      "namespace, or is bound to other addresses than this host's; to tell which, run " +
      '"bao token lookup TOKEN" as an administrator, which shows bound_cidrs if the token is valid',
    ],
  ];
  for (const [answer, message] of cases) {
    using store = makeStore();
    assert.equal(await failure(store, answer), message);
    assert.deepEqual(store.tree(), [`${NAME}/`, `${NAME}/cert.pem`]);
  }
});

Deno.test("completeRevocation() says that a certificate is revoked whose set cannot be moved", async () => {
  using store = makeStore();
  store.write("archive", "in the way");
  assert.equal(
    await failure(store, REVOKED),
    "The certificate is revoked, but its set cannot be moved out of the store: not a directory; " +
      `the next run tries again, or run "vcm revoke ${NAME}"`,
  );
  assert.equal(store.read(`${NAME}/cert.pem`), CERT);
  assert.ok(store.tree().includes(RECORD));
});

Deno.test("completeRevocation() without a way to the server says why, and moves nothing", async () => {
  using store = makeStore();
  await assert.rejects(revokeIn(store, { problem: "No Vault address" }), {
    message: "No Vault address",
  });
  assert.deepEqual(store.tree(), [`${NAME}/`, `${NAME}/cert.pem`]);
});

Deno.test("completeRevocation() keeps the record while it is not known whether the server revoked", async () => {
  const undecided: readonly Scripted[] = [
    { status: 500, body: { errors: ["internal error"] } },
    { status: 429, body: { errors: ["request path rate limited"] } },
    { status: 200, body: "<html>a proxy</html>" },
  ];
  for (const answer of undecided) {
    using store = makeStore();
    const ending = `; it may be revoked: the next run tries again, or run "vcm revoke ${NAME}"`;
    const message = await failure(store, answer);
    assert.ok(message.endsWith(ending), message);
    assert.deepEqual(store.tree(), [RECORD, `${NAME}/`, `${NAME}/cert.pem`]);
  }
});

const NOT_FOUND = {
  status: 400,
  body: { errors: ["certificate with serial 0a:1b:2c not found."] },
};

/** What a refusal of an earlier revocation comes to, by what the server says of the certificate. */
const EARLIER: readonly (readonly [string, Scripted, Scripted, "done" | "kept" | "withdrawn"])[] = [
  ["denied, and it is revoked", FORBIDDEN, enveloped({ revocation_time: 1 }), "done"],
  ["denied, and it is not revoked", FORBIDDEN, enveloped({ revocation_time: 0 }), "kept"],
  ["denied, and nothing is known", FORBIDDEN, FORBIDDEN, "kept"],
  ["refused, and it is revoked", NOT_FOUND, enveloped({ revocation_time: 1 }), "done"],
  ["refused, and it is not revoked", NOT_FOUND, enveloped({ revocation_time: 0 }), "withdrawn"],
  ["refused, and unknown to it", NOT_FOUND, { status: 404, body: { errors: [] } }, "withdrawn"],
  ["no such mount", { status: 404, body: {} }, { status: 404, body: {} }, "kept"],
  ["refused, and nothing is known", NOT_FOUND, { status: 500, body: {} }, "kept"],
  [
    "expired and never revoked",
    enveloped({}, ["expired"]),
    enveloped({ revocation_time: 0 }),
    "withdrawn",
  ],
];

for (const [what, refusal, state, outcome] of EARLIER) {
  Deno.test(`completeRevocation() of an earlier revocation: ${what}: ${outcome}`, async () => {
    using store = makeStore();
    await using server = startScripted(({ method }) => method === "GET" ? state : refusal);
    const done = await revokeIn(store, byToken(server.address), true).then(() => true, () => false);
    assert.deepEqual([done, store.tree().includes(RECORD), store.tree().includes(`${NAME}/`)], [
      outcome === "done",
      outcome === "kept",
      outcome !== "done",
    ]);
  });
}

Deno.test("completeRevocation() leaves another certificate that is in the store by now", async () => {
  using store = makeStore();
  const { pem } = await makeCertificatePem(NAME, { serial: "0b" });
  store.write(`${NAME}/cert.pem`, pem);
  await using server = startScripted(() => REVOKED);
  assert.equal(await revokeIn(store, byToken(server.address), true), undefined);
  assert.deepEqual(store.tree(), [`${NAME}/`, `${NAME}/cert.pem`]);
});
