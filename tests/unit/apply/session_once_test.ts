import assert from "node:assert/strict";
import type { ApplyEvent } from "../../../lib/apply/events.ts";
import { type AccessInput, SessionOnce } from "../../../lib/apply/session_once.ts";
import type { Credentials } from "../../../lib/vault/access/credentials.ts";
import { makeDirectory, modeOf } from "../../support/rig.ts";
import { enveloped, login } from "../vault/recorded_answers.ts";
import { startScripted } from "../vault/scripted_server.ts";
import { byAppRole, byToken, OWN_TOKEN, SECRET_ID } from "../vault/access_fixtures.ts";

const LOGIN = "POST auth/approle/login";
const REVOKE = "POST auth/token/revoke-self";

function startVault(status = 200) {
  return startScripted(({ path }) => {
    if (status !== 200) return { status, body: { errors: ["no"] } };
    if (path === "sys/wrapping/unwrap") return enveloped({ secret_id: SECRET_ID });
    return path === "auth/approle/login" ? login(OWN_TOKEN) : enveloped({});
  });
}

function once(access: AccessInput) {
  const events: ApplyEvent[] = [];
  return { sessions: new SessionOnce(access, (event) => events.push(event)), events };
}

Deno.test("SessionOnce asks nobody if nobody needs a session", async () => {
  await using server = startVault();
  const { sessions, events } = once(byAppRole(server.address));
  await sessions.close();
  assert.deepEqual([server.heard, events], [[], []]);
});

Deno.test("SessionOnce logs in once for all who ask, and gives the token up once", async () => {
  await using server = startVault();
  const { sessions } = once(byAppRole(server.address));
  const all = await Promise.all([sessions.get(), sessions.get(), sessions.get()]);
  assert.equal(new Set(all).size, 1);
  assert.equal(await sessions.get(), all[0]);
  await sessions.close();
  assert.deepEqual(server.calls(), [LOGIN, REVOKE]);
});

Deno.test("SessionOnce says the same refusal to all who ask, and asks the server once", async () => {
  await using server = startVault(400);
  const { sessions } = once(byAppRole(server.address));
  const errors = await Promise.all(
    [1, 2, 3].map(() => sessions.get().then(() => undefined, (error: unknown) => error)),
  );
  assert.ok(errors[0] instanceof Error);
  assert.equal(new Set(errors).size, 1);
  await sessions.close();
  assert.deepEqual(server.calls(), [LOGIN]);
});

Deno.test("SessionOnce without a way to the server says why", async () => {
  const { sessions } = once({ problem: "No Vault address" });
  await assert.rejects(sessions.get(), { message: "No Vault address" });
  await sessions.close();
});

Deno.test("SessionOnce makes a warning of each note of the login", async () => {
  await using server = startScripted(({ path, token }) =>
    token === OWN_TOKEN || path === "auth/approle/login"
      ? login(OWN_TOKEN)
      : { status: 403, body: { errors: ["permission denied"] } }
  );
  const { address } = server;
  const credentials = [...byToken(address).credentials, ...byAppRole(address).credentials];
  const { sessions, events } = once({ ...byToken(address), credentials });
  await (await sessions.get()).write("pki/issue/web", {});
  await sessions.close();
  assert.deepEqual(events, [{
    kind: "warning",
    subject: "login",
    message: "The token from VAULT_TOKEN was refused; trying the AppRole from VAULT_ROLE_ID and " +
      "VAULT_SECRET_ID",
  }]);
});

/** A wrapped secret id that is to be kept in a file. */
function wrapped(secretIdFile: string): Credentials {
  const from = '"/etc/vcm/wrapped"';
  return {
    kind: "wrapped",
    mount: "approle",
    roleId: "r",
    wrappingToken: "s.w",
    secretIdFile,
    from,
  };
}

Deno.test("SessionOnce keeps an unwrapped secret id in its file, for the owner alone", async () => {
  await using server = startVault();
  using directory = makeDirectory();
  const file = directory.at("secret-id");
  const { sessions, events } = once({ ...byToken(server.address), credentials: [wrapped(file)] });
  await sessions.get();
  await sessions.close();
  assert.deepEqual(directory.tree(), ["secret-id"]);
  assert.equal(directory.read("secret-id"), `${SECRET_ID}\n`);
  assert.equal(modeOf(file), "600");
  const message = `unwrapped the secret id from "/etc/vcm/wrapped" and saved it in "${file}"`;
  assert.deepEqual(events, [{ kind: "warning", subject: "login", message }]);
});

Deno.test("SessionOnce leaves a secret id wrapped that it could not keep", async () => {
  await using server = startVault();
  using directory = makeDirectory();
  const file = directory.at("missing/secret-id");
  const { sessions } = once({ ...byToken(server.address), credentials: [wrapped(file)] });
  await assert.rejects(sessions.get(), {
    message: `Cannot write "${file}": no such file or directory; the secret id was not unwrapped`,
  });
  await sessions.close();
  assert.deepEqual(server.heard, []);
});
