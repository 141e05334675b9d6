/** Cases of the contract: what a server refuses, and what a sealed one does. */
import assert from "node:assert/strict";
import { type Ask, assertRefused, type Case, logIn, NAME } from "./contract_client.ts";

const DENIED = "1 error occurred:\n\t* permission denied\n\n";

const DISALLOWED = "not allowed by this role";

const NO_HOSTS = [
  "a_b.test",
  "-web.example.test",
  "web-.example.test",
  "web.example.test:8443",
  "a.*.example.test",
  "w**.example.test",
  "2001:db8::1",
  "[2001:db8::1]",
  "system:node:web1",
];

/** Each request with the status and text that refuse it. */
export const REFUSALS: Record<string, Case> = {
  ...refusedLogin("a wrong secret id", 400, "invalid role or secret ID", { secret_id: "wrong" }),
  ...refusedLogin("a wrong role id", 400, "invalid role or secret ID", { role_id: "wrong" }),
  ...refusedLogin("no secret id", 400, "missing secret_id", { secret_id: undefined }),
  ...refusedLogin("no role id", 500, "missing role_id", { role_id: undefined }),
  ...refused("a denied name", 400, `common name ${NAME} not allowed by this role`, {
    path: "pki/issue/denied",
  }),
  ...refused("a denied alt name", 400, `subject alternate name ${NAME} not allowed by this role`, {
    path: "pki/issue/denied",
    body: { common_name: "www.allowed.test", alt_names: NAME },
  }),
  ...refused("a common name that is none", 400, "common name x y not allowed by this role", {
    body: { common_name: "x y" },
  }),
  ...Object.assign(
    {},
    ...NO_HOSTS.map((common_name) =>
      refused(`the common name ${common_name}`, 400, `common name ${common_name} ${DISALLOWED}`, {
        body: { common_name },
      })
    ),
  ),
  ...refused("no common name", 400, /^the common_name field is required/, { body: {} }),
  ...refused("an unknown role", 400, "unknown role: nosuch", { path: "pki/issue/nosuch" }),
  ...refused("a role without a key type", 400, /^role key type "any" not allowed for issuing/, {
    path: "pki/issue/any",
  }),
  ...refused("a ttl that is none", 400, /field "ttl": time: invalid duration "xyz"$/, {
    body: { common_name: NAME, ttl: "xyz" },
  }),
  ...refused("a ttl in weeks", 400, /field "ttl": time: unknown unit "w" in duration "2w"$/, {
    body: { common_name: NAME, ttl: "2w" },
  }),
  ...refused("a sum with days", 400, /field "ttl": time: unknown unit "d" in duration "1d12h"$/, {
    body: { common_name: NAME, ttl: "1d12h" },
  }),
  ...refused("a negative ttl", 400, /field "ttl": cannot provide negative value '-5'$/, {
    body: { common_name: NAME, ttl: "-5s" },
  }),
  ...refused("a wrong IP address", 400, 'the value "10.0.0.300" is not a valid IP address', {
    body: { common_name: NAME, ip_sans: "10.0.0.300" },
  }),
  ...refused("a list of alt names", 400, /field "alt_names": '' expected type 'string'/, {
    body: { common_name: NAME, alt_names: ["a.test"] },
  }),
  ...refused("half a JSON object", 400, "failed to decode JSON input: unexpected EOF", {
    body: '{"common_name":',
    token: "",
  }),
  ...refused("a JSON list", 400, /^failed to decode JSON input: json: cannot unmarshal array/, {
    body: [],
  }),
  ...refused("no token", 403, "permission denied", { token: "" }),
  ...refused("an unknown token", 403, "permission denied", { token: "s.unknown" }),
  ...refused("a path beyond the policy", 403, DENIED, { path: "pki/roles/web" }),
  ...refused("an unknown mount, without the right to ask", 403, DENIED, {
    path: "nosuch/issue/web",
  }),
  ...refused("an unknown namespace", 404, "namespace not found", {
    headers: { "X-Vault-Namespace": "nosuch" },
  }),
  "refuses an unknown mount with 404 where the token may see it": async ({ ask, server }) => {
    const reply = await ask("nosuch/issue/web", { token: server.rootToken, body: {} });
    const text = 'no handler for route "nosuch/issue/web". route entry not found.';
    assertRefused(reply, 404, text);
  },
  "refuses to read where only writing makes sense": async ({ ask, server }) => {
    const reply = await ask("pki/issue/web", { token: server.rootToken, method: "GET" });
    assertRefused(reply, 405, "1 error occurred:\n\t* unsupported operation\n\n");
  },
  "answers nothing outside its API": async ({ server }) => {
    const response = await fetch(`${server.address}/nosuch`);
    assert.deepEqual([response.status, await response.json()], [404, { errors: [] }]);
  },
};

export const SEALED: Record<string, Case> = {
  "sys/health is 503 and says why": async ({ ask }) => {
    const { status, body } = await ask("sys/health");
    assert.deepEqual([status, body.initialized, body.sealed], [503, true, true]);
  },
  "all else is 503": async ({ ask, token }) => {
    for (const path of ["auth/approle/login", "auth/token/lookup-self", "pki/issue/web"]) {
      assertRefused(await ask(path, { token, body: {} }), 503, "Vault is sealed");
    }
  },
};

function refused(
  what: string,
  status: number,
  text: string | RegExp,
  request: Ask & { path?: string },
): Record<string, Case> {
  return {
    [`refuses ${what} with ${status}`]: async ({ ask, token }) => {
      const { path = "pki/issue/web", ...rest } = request;
      const reply = await ask(path, { token, body: { common_name: NAME }, ...rest });
      assertRefused(reply, status, text);
    },
  };
}

function refusedLogin(
  what: string,
  status: number,
  text: string,
  change: Record<string, unknown>,
): Record<string, Case> {
  return {
    [`refuses a login with ${what} with ${status}`]: async ({ ask, server }) => {
      assertRefused(await logIn(server, ask, change), status, text);
    },
  };
}
