import assert from "node:assert/strict";
import { type Revocation, revokeOne } from "../../../../lib/tools/revoke/revoke.ts";
import { type AccessInput, SessionOnce } from "../../../../lib/apply/session_once.ts";
import { makeCertificate } from "../../../support/fixtures.ts";
import { type Directory, makeDirectory } from "../../../support/rig.ts";
import { BAD_TOKEN, enveloped, FORBIDDEN } from "../../vault/recorded_answers.ts";
import { type Scripted, startScripted } from "../../vault/scripted_server.ts";
import { assertNoSecret, byToken } from "../../vault/access_fixtures.ts";

const NAME = "web.example.test";
const DESIRED: Revocation = { name: NAME, mount: "team/pki", certificate: makeCertificate() };
const ARCHIVED = `archive/${NAME}/0a:1b:2c`;
const REVOKED = enveloped({ revocation_time: 1_795_512_099, state: "revoked" });

function makeStore(): Directory {
  const store = makeDirectory();
  store.write(`${NAME}/cert.pem`, "cert");
  return store;
}

async function revokeIn(store: Directory, access: AccessInput): Promise<string> {
  const sessions = new SessionOnce(access, () => {});
  try {
    return (await revokeOne(DESIRED, store.path, sessions)).archive;
  } finally {
    await sessions.close();
  }
}

/** The message with which it fails; the server is "A". */
async function failure(store: Directory, answer: Scripted): Promise<string> {
  await using server = startScripted(() => answer);
  try {
    await revokeIn(store, byToken(server.address));
  } catch (error) {
    const { message } = error as Error;
    assertNoSecret(message);
    return message.replaceAll(server.address, "A").replaceAll(store.path, "STORE");
  }
  assert.fail("it did not fail");
}

Deno.test("revokeOne() tells the mount the serial, then moves the set", async () => {
  using store = makeStore();
  await using server = startScripted(() => REVOKED);
  assert.equal(await revokeIn(store, byToken(server.address)), store.at(ARCHIVED));
  assert.deepEqual(server.heard.map(({ method, path, body }) => [method, path, body]), [
    ["POST", "team/pki/revoke", '{"serial_number":"0a:1b:2c"}'],
  ]);
  assert.equal(store.read(`${ARCHIVED}/cert.pem`), "cert");
});

Deno.test("revokeOne() leaves the set where the server does not revoke it", async () => {
  const cases: readonly (readonly [Scripted, string])[] = [
    [enveloped({}, ["it has expired"]), '"A" did not revoke 0a:1b:2c: it has expired'],
    [
      { status: 400, body: { errors: ["certificate with serial 0a:1b:2c not found."] } },
      '"A" refused "team/pki/revoke" (400: certificate with serial 0a:1b:2c not found.); was it ' +
      'issued at the mount "team/pki"?',
    ],
    [
      FORBIDDEN,
      '"A" denied "update" on "team/pki/revoke" (403: 1 error occurred: * permission denied); the ' +
      'token is wrong or has expired, no engine is mounted at "team/pki", or the policy lacks: ' +
      'path "team/pki/revoke" { capabilities = ["update"] }',
    ],
    [
      BAD_TOKEN,
      '"A" denied "update" on "team/pki/revoke" (403: permission denied); the token is wrong or ' +
      'has expired, no engine is mounted at "team/pki", or the policy lacks: ' +
      'path "team/pki/revoke" { capabilities = ["update"] }',
    ],
  ];
  for (const [answer, message] of cases) {
    using store = makeStore();
    assert.equal(await failure(store, answer), message);
    assert.deepEqual(store.tree(), [`${NAME}/`, `${NAME}/cert.pem`]);
  }
});

Deno.test("revokeOne() says that a certificate is revoked whose set cannot be moved", async () => {
  using store = makeStore();
  store.write("archive", "in the way");
  assert.equal(
    await failure(store, REVOKED),
    "The certificate is revoked, but its set cannot be moved out of the store: not a directory; " +
      "run " +
      `"vcm issue --force ${NAME}" to replace it`,
  );
  assert.equal(store.read(`${NAME}/cert.pem`), "cert");
});

Deno.test("revokeOne() without a way to the server says why, and moves nothing", async () => {
  using store = makeStore();
  await assert.rejects(revokeIn(store, { problem: "No Vault address" }), {
    message: "No Vault address",
  });
  assert.deepEqual(store.tree(), [`${NAME}/`, `${NAME}/cert.pem`]);
});
