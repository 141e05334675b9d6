/**
 * What VCM relies on in a server, asked over plain HTTP. The same cases run against the practice
 * Vault and the real OpenBao, so that the practice one stays honest.
 *
 * A server has the mounts `pki` (issues from an intermediate below a root) and `pki_self` (from its
 * own root), in both the role `web` (any name, 90 days at most), in `pki` also `short` (one hour at
 * most), `denied` (only names below allowed.test) and `any` (key type any); and an AppRole whose
 * policy is to issue from both mounts and nothing else.
 */
import assert from "node:assert/strict";
import type { RegisterTest } from "../support/tests_needing.ts";
import {
  type Ask,
  assertRefused,
  type Case,
  type Client,
  type ContractServer,
  logIn,
  send,
} from "./contract_client.ts";
import { ISSUES } from "./contract_issue.ts";
import { REFUSALS, SEALED } from "./contract_refusals.ts";

/** Registers the contract of a server in working order: one test with a step per case. */
export function contract(
  name: string,
  start: () => Promise<ContractServer>,
  test: RegisterTest = Deno.test,
): void {
  const cases = { ...SESSIONS, ...ISSUES, ...REFUSALS };
  test(`the ${name} keeps the contract`, (t) => runCases(t, start, cases));
}

/** Registers the contract of a sealed server, whose ids and tokens need not be real. */
export function sealedContract(
  name: string,
  start: () => Promise<ContractServer>,
  test: RegisterTest = Deno.test,
): void {
  test(`the ${name} keeps the contract when sealed`, (t) => runCases(t, start, SEALED));
}

const SESSIONS: Record<string, Case> = {
  "sys/health needs no token and says what works": async ({ ask }) => {
    const { status, body } = await ask("sys/health");
    assert.equal(status, 200);
    assert.deepEqual([body.initialized, body.sealed, body.standby], [true, false, false]);
  },
  "an AppRole login gives a token with a lifetime": async ({ ask, server }) => {
    const { status, body } = await logIn(server, ask);
    assert.equal(status, 200);
    assert.match(body.auth.client_token, /^\S{20,}$/);
    assert.deepEqual(body.auth.policies, ["default", "vcm"]);
    assert.ok(body.auth.lease_duration > 0);
    assert.deepEqual([body.data, body.warnings], [null, null]);
  },
  "lookup-self tells a login from the root token": async ({ ask, token, server }) => {
    const own = (await ask("auth/token/lookup-self", { token })).body.data;
    assert.deepEqual([own.id, own.policies], [token, ["default", "vcm"]]);
    assert.ok(own.ttl > 0 && own.ttl <= own.creation_ttl);
    const root = (await ask("auth/token/lookup-self", { token: server.rootToken })).body.data;
    assert.deepEqual([root.policies, root.ttl, root.expire_time], [["root"], 0, null]);
  },
  "a token also comes as a bearer": async ({ ask, token }) => {
    const headers = { Authorization: `Bearer ${token}` };
    assert.equal((await ask("auth/token/lookup-self", { headers })).status, 200);
  },
  "revoke-self is 204 without a body, and the token then 403": async ({ ask, server }) => {
    const token = (await logIn(server, ask)).body.auth.client_token;
    const revoked = await ask("auth/token/revoke-self", { token, body: {} });
    assert.deepEqual([revoked.status, revoked.text], [204, ""]);
    for (const path of ["auth/token/lookup-self", "auth/token/revoke-self", "pki/issue/web"]) {
      const method = path.endsWith("lookup-self") ? "GET" : "POST";
      assertRefused(await ask(path, { token, method }), 403, "permission denied");
    }
  },
};

async function runCases(
  t: Deno.TestContext,
  start: () => Promise<ContractServer>,
  cases: Record<string, Case>,
): Promise<void> {
  const server = await start();
  try {
    const ask = (path: string, request?: Ask) => send(server.address, path, request);
    const token = (await logIn(server, ask)).body.auth?.client_token ?? server.rootToken;
    const issue: Client["issue"] = (body, path = "pki/issue/web") => ask(path, { token, body });
    for (const [name, fn] of Object.entries(cases)) {
      await t.step(name, () => fn({ server, token, ask, issue }));
    }
  } finally {
    await server.close();
  }
}
