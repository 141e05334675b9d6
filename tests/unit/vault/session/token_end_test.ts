/** A token that VCM was given ends in the middle of a run, or never was of use. */
import assert from "node:assert/strict";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { BAD_TOKEN, enveloped, FORBIDDEN } from "../recorded_answers.ts";
import { startScripted } from "../scripted_server.ts";
import { byToken } from "../access_fixtures.ts";

const ISSUE = "pki/issue/web";

/** 40 requests, 8 in flight, with a token that is accepted so often. */
async function writeWith(accepted: number, lookedUp = BAD_TOKEN) {
  let answers = 0;
  await using server = startScripted(({ path }) => {
    if (path === "auth/token/lookup-self") return lookedUp;
    return answers++ < accepted ? enveloped({}) : BAD_TOKEN;
  });
  const session = await openSession(byToken(server.address));
  const messages: string[] = [];
  const left = Array.from({ length: 40 }).values();
  const worker = async () => {
    for (const _ of left) {
      await session.write(ISSUE, {}).catch(({ message }) => messages.push(message));
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  await session.close();
  const said = [...new Set(messages)].map((text) => text.replace(server.address, "ADDRESS"));
  return { failed: messages.length, said, heard: server.heard.length, calls: server.calls() };
}

Deno.test("a token that ends in the middle of a run gives one message and few requests", async () => {
  const { failed, said, heard, calls } = await writeWith(16);
  assert.equal(failed, 24);
  assert.deepEqual(said, [
    '"ADDRESS" no longer accepts the token from VAULT_TOKEN (403: permission denied): it has ' +
    'expired, was revoked, or has no uses left; replace it, then run "vcm run" again',
  ]);
  assert.ok(heard <= 16 + 8 + 1, String(heard));
  assert.equal(calls.filter((call) => call.includes("lookup-self")).length, 1);
});

Deno.test("a token that was never accepted gives one message and few requests", async () => {
  const { failed, said, heard } = await writeWith(0);
  assert.deepEqual([failed, said.length], [40, 1]);
  assert.ok(heard <= 9, String(heard));
});

Deno.test("a token that still can look itself up goes on to be used", async () => {
  for (const lookedUp of [enveloped({ ttl: 60 }), FORBIDDEN]) {
    const { failed, heard } = await writeWith(16, lookedUp as typeof BAD_TOKEN);
    assert.deepEqual([failed, heard], [24, 41]);
  }
});
