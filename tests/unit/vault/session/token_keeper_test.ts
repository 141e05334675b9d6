import assert from "node:assert/strict";
import type { Credentials } from "../../../../lib/vault/access/credentials.ts";
import type { Ask } from "../../../../lib/vault/session/login.ts";
import { TokenKeeper } from "../../../../lib/vault/session/token_keeper.ts";
import { pureTest } from "../../../support/pure_test.ts";
import { byAppRole, failureOf } from "../access_fixtures.ts";

const [APPROLE] = byAppRole("").credentials as [Credentials];

function token(name: string): Credentials {
  return { kind: "token", token: `s.${name}`, from: name };
}

/** A keeper whose server gives tokens `s.own-1`, `s.own-2`, … for so many uses each. */
function keep(credentials: readonly Credentials[], uses: unknown = 0) {
  const seen = { notes: [] as string[], hidden: [] as string[], logins: 0 };
  const ask: Ask = () => {
    const auth = { client_token: `s.own-${++seen.logins}`, num_uses: uses };
    const answer = { status: 200, body: JSON.stringify({ auth }) };
    return Promise.resolve({ address: "https://vault.test", answer });
  };
  const note = (text: string) => void seen.notes.push(text);
  const reserve = () => Promise.resolve({ keep: () => {}, release: () => {} });
  const hide = (secret: string) => void seen.hidden.push(secret);
  const keeper = new TokenKeeper(credentials, ask, String, { note, reserve }, hide);
  return { keeper, seen };
}

pureTest("take() logs in once for all who ask at one time", async () => {
  const { keeper, seen } = keep([APPROLE]);
  const held = await Promise.all(Array.from({ length: 8 }, () => keeper.take()));
  assert.deepEqual([seen.logins, new Set(held).size], [1, 1]);
});

pureTest(
  "take() logs in for each token that is used up, and returns none beyond its uses",
  async () => {
    const { keeper, seen } = keep([APPROLE], 3);
    const ids: string[] = [];
    for (let at = 0; at < 7; at++) ids.push(String((await keeper.take()).id));
    assert.deepEqual(ids.map((id) => id.at(-1)).join(""), "1112223");
    assert.equal(seen.logins, 3);
    const together = keep([APPROLE], 3);
    const held = await Promise.all(Array.from({ length: 7 }, () => together.keeper.take()));
    assert.equal(together.seen.logins, 3);
    const uses = Map.groupBy(held, ({ id }) => id).values().map(({ length }) => length);
    assert.deepEqual([...uses].sort(), [1, 3, 3]);
  },
);

pureTest("num_uses that is 0, absent or not a number is no limit", async () => {
  for (const uses of [0, undefined, null, "3", -1]) {
    const { keeper, seen } = keep([APPROLE], uses);
    for (let at = 0; at < 20; at++) await keeper.take();
    assert.equal(seen.logins, 1, String(uses));
  }
});

pureTest("ownToken() is what a login made and is still of use", async () => {
  const given = keep([token("A")]).keeper;
  await given.take();
  assert.equal(await given.ownToken(), undefined);
  const own = keep([APPROLE], 2).keeper;
  assert.equal(await own.ownToken(), undefined);
  await own.take();
  assert.equal(await own.ownToken(), "s.own-1");
  await own.take();
  assert.equal(await own.ownToken(), undefined);
});

pureTest(
  "replace() tries the next login method once, however many requests were refused together",
  async () => {
    const { keeper, seen } = keep([token("A"), token("B"), token("C")]);
    const held = await Promise.all(Array.from({ length: 8 }, () => keeper.take()));
    const replaced = await Promise.all(held.map((refused) => keeper.replace(refused)));
    assert.deepEqual(replaced, Array(8).fill(true));
    assert.deepEqual(seen.notes, ["The token from A was refused; trying B"]);
    assert.equal((await keeper.take()).id, "s.B");
  },
);

pureTest("replace() logs in again once, however many requests were refused together", async () => {
  const { keeper, seen } = keep([APPROLE]);
  const held = await Promise.all(Array.from({ length: 8 }, () => keeper.take()));
  for (const one of held) one.accepted = true;
  await Promise.all(held.map(async (refused) => {
    assert.equal(await keeper.replace(refused), true);
    return await keeper.take();
  }));
  assert.equal(seen.logins, 2);
});

pureTest("replace() does nothing for a token that was already replaced", async () => {
  const { keeper, seen } = keep([token("A"), token("B"), token("C")]);
  const held = await keeper.take();
  assert.equal(await keeper.replace(held), true);
  await keeper.take();
  assert.equal(await keeper.replace(held), true);
  assert.deepEqual(seen.notes.length, 1);
});

pureTest("every token is hidden from messages before it is used", async () => {
  const { keeper, seen } = keep([token("A"), APPROLE]);
  await keeper.replace(await keeper.take());
  await keeper.take();
  assert.deepEqual(seen.hidden, ["s.A", "s.own-1"]);
});

pureTest("without any login method the keeper says so", async () => {
  const { message } = await failureOf(() => keep([]).keeper.take());
  assert.equal(message, "No login method for Vault is left");
});
