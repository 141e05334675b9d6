/** A secret id that comes wrapped: it can be had once, so it is kept before it is used. */
import assert from "node:assert/strict";
import type { Credentials } from "../../../../lib/vault/access/credentials.ts";
import type { Helpers } from "../../../../lib/vault/session/login.ts";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { enveloped, login } from "../recorded_answers.ts";
import { type Heard, type Scripted, startScripted } from "../scripted_server.ts";
import { assertNoSecret, byToken, failureOf, OWN_TOKEN, SECRET_ID } from "../access_fixtures.ts";

const UNWRAP = "sys/wrapping/unwrap";
const LOGIN = "auth/approle/login";
const WRAPPING_TOKEN = "s.wrappingTokenOfTheSecretId";
const FILE = "/var/lib/vcm/secret-id";

const WRAPPED: Credentials = {
  kind: "wrapped",
  mount: "approle",
  roleId: "role-id",
  wrappingToken: WRAPPING_TOKEN,
  secretIdFile: FILE,
  from: '"/etc/vcm/wrapped"',
};
const OLD = {
  kind: "approle",
  mount: "approle",
  roleId: "role-id",
  secretId: "old-secret-id",
  from: `VAULT_ROLE_ID and "${FILE}"`,
} as const;

const KEPT_NOTE = `unwrapped the secret id from "/etc/vcm/wrapped" and saved it in "${FILE}"`;

interface Options {
  readonly credentials?: readonly Credentials[];
  readonly unwrapped?: Scripted;
  readonly loggedIn?: (heard: Heard) => Scripted;
  readonly reserve?: Helpers["reserve"];
  readonly keep?: (text: string) => void;
}

/** Opens and closes a session, and gives all that happened in its order. */
async function openWith(options: Options) {
  const { unwrapped = enveloped({ secret_id: SECRET_ID }), loggedIn = () => login(OWN_TOKEN) } =
    options;
  const log: string[] = [];
  await using server = startScripted((heard) => {
    log.push(`${heard.path} ${heard.token}`);
    if (heard.path === UNWRAP) return unwrapped;
    return heard.path === LOGIN ? loggedIn(heard) : enveloped({});
  });
  const reserved = {
    keep: (text: string) => {
      options.keep?.(text);
      log.push(`keep ${text === SECRET_ID ? "the secret id" : text}`);
    },
    release: () => void log.push("release"),
  };
  const helpers: Helpers = {
    note: (text) => void log.push(`note: ${text.replace(server.address, "ADDRESS")}`),
    reserve: options.reserve ??
      ((path) => (log.push(`reserve ${path}`), Promise.resolve(reserved))),
  };
  const credentials = options.credentials ?? [WRAPPED];
  const open = async () => {
    await (await openSession({ ...byToken(server.address), credentials }, helpers)).close();
  };
  let message: string | undefined;
  await open().catch((error: Error) => {
    message = error.message.replace(server.address, "ADDRESS");
    assertNoSecret(Deno.inspect(error));
    assert.equal(Deno.inspect(error).includes(WRAPPING_TOKEN), false);
  });
  log.filter((line) => line.startsWith("note")).forEach(assertNoSecret);
  return { log, message, bodies: server.heard.map(({ body }) => body) };
}

Deno.test("room is made before the secret id is unwrapped, and it is kept before it is used", async () => {
  const { log, message, bodies } = await openWith({});
  assert.equal(message, undefined);
  assert.deepEqual(log, [
    `reserve ${FILE}`,
    `${UNWRAP} ${WRAPPING_TOKEN}`,
    "keep the secret id",
    `note: ${KEPT_NOTE}`,
    "release",
    `${LOGIN} null`,
    `auth/token/revoke-self ${OWN_TOKEN}`,
  ]);
  assert.deepEqual(bodies.slice(0, 2).map((body) => JSON.parse(body)), [
    {},
    { role_id: "role-id", secret_id: SECRET_ID },
  ]);
});

Deno.test("the secret id is saved even if the login then fails, which is reported", async () => {
  const { log, message } = await openWith({
    loggedIn: ({ body }) => ({
      status: 400,
      body: { errors: [`no: ${JSON.parse(body).secret_id}`] },
    }),
  });
  assert.ok(log.includes("keep the secret id"));
  assert.equal(
    message,
    `"ADDRESS" refused the AppRole from the role id and "${FILE}" (400: no: [redacted]); check ` +
      "both ids; the secret id may have expired",
  );
});

Deno.test("a secret id that cannot be kept is noted, and the run goes on with it", async () => {
  const { log, message } = await openWith({
    keep: () => {
      throw new Error("ENOSPC: no space left on device, write");
    },
  });
  assert.equal(message, undefined);
  assert.deepEqual(log, [
    `reserve ${FILE}`,
    `${UNWRAP} ${WRAPPING_TOKEN}`,
    `note: cannot save the secret id from "/etc/vcm/wrapped" in "${FILE}": no space left on ` +
    "device; the next run needs a new one",
    "release",
    `${LOGIN} null`,
    `auth/token/revoke-self ${OWN_TOKEN}`,
  ]);
});

Deno.test("if the file cannot be reserved, the secret id stays wrapped, and no request is sent", async () => {
  const { log, message } = await openWith({
    reserve: () => {
      throw new Error(`EACCES: permission denied, open '${FILE}'`);
    },
  });
  assert.equal(
    message,
    `Cannot write "${FILE}": permission denied; the secret id was not unwrapped`,
  );
  assert.deepEqual(log, []);
});

Deno.test("a token that does not unwrap is reported with the possible causes", async () => {
  for (const status of [400, 403]) {
    const errors = [`wrapping token is not valid or does not exist ${WRAPPING_TOKEN}`];
    const { log, message } = await openWith({ unwrapped: { status, body: { errors } } });
    assert.equal(
      message,
      '"ADDRESS" refused to unwrap the secret id from "/etc/vcm/wrapped" ' +
        `(${status}: wrapping token is not valid or does not exist [redacted]); the wrapping ` +
        "token has expired or was used before; if this host did not use it, another party has the " +
        "secret id; revoke the secret id and create a new one",
    );
    assert.deepEqual(log, [`reserve ${FILE}`, `${UNWRAP} ${WRAPPING_TOKEN}`, "release"]);
  }
});

Deno.test("an unwrapped answer without a secret id is reported, and nothing is saved", async () => {
  for (const data of [null, {}, { secret_id: "" }, { secret_id: 7 }, { token: "s.x" }]) {
    const { log, message } = await openWith({ unwrapped: enveloped(data) });
    assert.equal(message, 'The wrapping token from "/etc/vcm/wrapped" contains no secret id');
    assert.equal(log.at(-1), "release");
    assert.equal(log.some((line) => line.startsWith("keep")), false);
  }
});

Deno.test("the secret id that is there is used, and the wrapped one is left alone", async () => {
  const { log } = await openWith({ credentials: [OLD, WRAPPED] });
  assert.deepEqual(log, [`${LOGIN} null`, `auth/token/revoke-self ${OWN_TOKEN}`]);
});

Deno.test("refused secret ids give way to the next, and at last to the one still wrapped", async () => {
  const filed = { ...OLD, secretId: "older-secret-id", from: `VAULT_ROLE_ID and "/f"` };
  const { log, message, bodies } = await openWith({
    credentials: [OLD, filed, WRAPPED],
    loggedIn: ({ body }) =>
      JSON.parse(body).secret_id === SECRET_ID
        ? login(OWN_TOKEN)
        : { status: 400, body: { errors: ["invalid secret id"] } },
  });
  assert.equal(message, undefined);
  const refused = (from: string, next: string) =>
    `note: "ADDRESS" refused the AppRole from ${from} (400: invalid secret id); check both ids; ` +
    `the secret id may have expired; trying ${next}`;
  assert.deepEqual(log, [
    `${LOGIN} null`,
    refused(OLD.from, `the AppRole from ${filed.from}`),
    `${LOGIN} null`,
    refused(filed.from, 'the wrapped secret id from "/etc/vcm/wrapped"'),
    `reserve ${FILE}`,
    `${UNWRAP} ${WRAPPING_TOKEN}`,
    "keep the secret id",
    `note: ${KEPT_NOTE}`,
    "release",
    `${LOGIN} null`,
    `auth/token/revoke-self ${OWN_TOKEN}`,
  ]);
  const sent = bodies.map((body) => JSON.parse(body).secret_id).filter(Boolean);
  assert.deepEqual(sent, [OLD.secretId, filed.secretId, SECRET_ID]);
});

Deno.test("a secret id that is refused with another status unwraps nothing", async () => {
  for (const status of [403, 404, 500, 503]) {
    const { log, message } = await openWith({
      credentials: [OLD, WRAPPED],
      loggedIn: () => ({ status, body: { errors: ["no"] } }),
    });
    assert.notEqual(message, undefined);
    assert.deepEqual(log, [`${LOGIN} null`]);
  }
});

Deno.test("a refused secret id without another one behind it is the error", async () => {
  const { log, message } = await openWith({
    credentials: [OLD],
    loggedIn: () => ({ status: 400, body: { errors: ["invalid secret id"] } }),
  });
  assert.match(message ?? "", /^"ADDRESS" refused the AppRole from /);
  assert.deepEqual(log, [`${LOGIN} null`]);
});

Deno.test("a secret id's file that cannot be used is the error once those before it are refused", async () => {
  const problem = 'Cannot use the secret id: the file "/f" is empty';
  const { log, message } = await openWith({
    credentials: [OLD, { kind: "unusable", problem }, WRAPPED],
    loggedIn: () => ({ status: 400, body: { errors: ["invalid secret id"] } }),
  });
  assert.equal(message, problem);
  assert.equal(log.length, 2);
  const said = log[1] ?? "";
  assert.match(said, /^note: "ADDRESS" refused the AppRole from .* \(400: invalid secret id\); /);
  assert.ok(said.endsWith(`; the next login method cannot be used: ${problem}`), said);
});

Deno.test("the unwrapped secret id reaches no message of the server's", async () => {
  await using server = startScripted(({ path }) =>
    path === UNWRAP
      ? enveloped({ secret_id: SECRET_ID })
      : path === LOGIN
      ? login(OWN_TOKEN)
      : { status: 400, body: { errors: [`echo ${SECRET_ID} ${OWN_TOKEN} ${WRAPPING_TOKEN}`] } }
  );
  const session = await openSession({ ...byToken(server.address), credentials: [WRAPPED] });
  const { message } = await failureOf(() => session.write("pki/issue/web", {}));
  await session.close();
  assert.match(message, /\(400: echo \[redacted\] \[redacted\] \[redacted\]\)$/);
});
