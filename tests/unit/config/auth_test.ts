import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import type { VaultSettings } from "../../../lib/config/types.ts";
import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnostics } from "./diagnostics.ts";
import { defined } from "../../support/defined.ts";

async function vaultOf(lines: string): Promise<VaultSettings> {
  return defined(await parseConfig(`config:\n  ${lines}\ncerts: []\n`, "f")).vault;
}

/** The login of a file, its secrets in plain text. */
async function loginOf(lines: string): Promise<Readonly<Record<string, unknown>>> {
  const { login } = await vaultOf(lines);
  assert.ok(login !== undefined, lines);
  if (login.kind !== "approle") return { ...login };
  const { roleId, secretId, isOlder: _, ...others } = login;
  return {
    ...others,
    ...(roleId && { roleId: roleId.reveal() }),
    ...(secretId && { secretId: secretId.reveal() }),
  };
}

pureTest("auth reads every key of every method", async () => {
  const cases: [string, Readonly<Record<string, unknown>>][] = [
    ["{method: approle}", { kind: "approle", mount: "approle" }],
    ["{method: approle, mount: /auth/team/approle/, role_id: r, secret_id: s}", {
      kind: "approle",
      mount: "team/approle",
      roleId: "r",
      secretId: "s",
    }],
    ["{method: approle, role_id: r, secret_id_file: /s//x, wrapped_secret_id_file: /w}", {
      kind: "approle",
      mount: "approle",
      roleId: "r",
      secretIdFile: "/s/x",
      wrappedSecretIdFile: "/w",
    }],
    ["{method: cert}", { kind: "cert", mount: "cert" }],
    ["{method: cert, mount: tls, role: web}", { kind: "cert", mount: "tls", role: "web" }],
    ["{method: jwt}", { kind: "jwt", mount: "jwt" }],
    ["{method: jwt, mount: k8s, role: web, jwt_file: /run/jwt}", {
      kind: "jwt",
      mount: "k8s",
      role: "web",
      jwtFile: "/run/jwt",
    }],
  ];
  for (const [auth, login] of cases) assert.deepEqual(await loginOf(`auth: ${auth}`), login, auth);
});

pureTest("auth and the flat keys give the same", async () => {
  const pairs: [string, string][] = [
    ["token_file: /t", "auth: {method: token, token_file: /t}"],
    [
      "vault_role_id: r\n  vault_secret_id: s",
      "auth: {method: approle, role_id: r, secret_id: s}",
    ],
    ["vault_role_id: r", "auth: {method: approle, role_id: r}"],
    ["vault_secret_id: s", "auth: {method: approle, secret_id: s}"],
    [
      "token_file: /t\n  vault_role_id: r",
      "token_file: /t\n  auth: {method: approle, role_id: r}",
    ],
  ];
  for (const [flat, map] of pairs) {
    const { login, ...others } = await vaultOf(map);
    // Messages name the keys that the file has.
    const older = login && { ...login, ...(!flat.includes("auth") && { isOlder: true }) };
    assert.deepEqual(await vaultOf(flat), { ...others, ...(older && { login: older }) }, flat);
    if (flat.includes("vault_")) assert.deepEqual(await loginOf(flat), await loginOf(map));
  }
});

pureTest("a token sets no login, and can be set beside one", async () => {
  assert.equal("login" in await vaultOf("auth: {method: token, token_file: /t}"), false);
  assert.equal("login" in await vaultOf("token_file: /t"), false);
  const { tokenFile, login } = await vaultOf("token_file: /t\n  auth: {method: cert}");
  assert.deepEqual([tokenFile, login?.kind], ["/t", "cert"]);
});

const APPROLE = "mount, role_id, secret_id, secret_id_file, wrapped_secret_id_file";
const PATH = `expected the absolute path of a file that contains the secret, without ".."`;

/** A map on line 2 that begins in column 9. */
const wrong: Record<string, string | string[]> = {
  "{}": "f:2:3 config.auth.method: is missing",
  "{role_id: r}": "f:2:3 config.auth.method: is missing",
  "approle": `f:2:9 config.auth: expected a map such as {method: "approle"}, got text`,
  "[approle]": `f:2:3 config.auth: expected a map such as {method: "approle"}, got a list`,
  "{method: aprole}": "f:2:18 config.auth.method: expected one of token, approle, cert, jwt, " +
    `kubernetes, none, got "aprole"; did you mean "approle"?`,
  "{method: ldap, role: r}": "f:2:18 config.auth.method: expected one of token, approle, " +
    `cert, jwt, kubernetes, none, got "ldap"`,
  "{method: kubernetes}": `f:2:10 config.auth.method: needs "role"`,
  "{method: jwt, jwt_file: /j, jwt_command: [a]}":
    `f:2:37 config.auth.jwt_command: cannot be combined with "jwt_file"; use one of them`,
  "{method: approle, rol_id: r}": `f:2:27 config.auth.rol_id: unknown key; did you mean "role_id"?`,
  "{method: approle, mount: a b}":
    `f:2:34 config.auth.mount: expected the path of an auth mount such as "approle", got "a b"`,
  "{method: approle, mount: a/../b}": "f:2:34 config.auth.mount: expected the path of an auth " +
    `mount such as "approle", got "a/../b"`,
  "{method: cert, role: a/b}": "f:2:30 config.auth.role: expected the name of a role such as " +
    `"internal-service", got "a/b"`,
  "{method: approle, role_id: ''}": "f:2:36 config.auth.role_id: has no value",
  '{method: approle, secret_id: "a\\n"}':
    "f:2:38 config.auth.secret_id: expected one line without control characters",
  "{method: approle, secret_id_file: s}": `f:2:43 config.auth.secret_id_file: ${PATH}`,
  "{method: approle, secret_id_file: /s, wrapped_secret_id_file: /a/../w}":
    `f:2:71 config.auth.wrapped_secret_id_file: ${PATH}`,
  "{method: jwt, jwt_file: j}": `f:2:33 config.auth.jwt_file: ${PATH}`,
  "{method: token, token_file: t}": "f:2:37 config.auth.token_file: expected the absolute path " +
    `of a file that contains a token, without ".."`,
  "{method: token}": `f:2:10 config.auth.method: needs "token_file"`,
  "{method: token, token_file: /t, mount: m}":
    `f:2:41 config.auth.mount: is not allowed with "method: token", which takes token_file`,
  "{method: approle, role: r}":
    `f:2:27 config.auth.role: is not allowed with "method: approle", which takes ${APPROLE}`,
  "{method: approle, token_file: /t}":
    `f:2:27 config.auth.token_file: is not allowed with "method: approle", which takes ${APPROLE}`,
  "{method: cert, jwt_file: /j}":
    `f:2:24 config.auth.jwt_file: is not allowed with "method: cert", which takes mount, role`,
  "{method: cert, wrapped_secret_id_file: /w}": "f:2:24 config.auth.wrapped_secret_id_file: is " +
    `not allowed with "method: cert", which takes mount, role`,
  "{method: jwt, role_id: r, secret_id: s}": [
    `f:2:23 config.auth.role_id: is not allowed with "method: jwt", which takes mount, role, jwt_file, jwt_command`,
    `f:2:35 config.auth.secret_id: is not allowed with "method: jwt", which takes mount, role, jwt_file, jwt_command`,
  ],
  "{method: approle, secret_id: s, secret_id_file: /s}":
    `f:2:41 config.auth.secret_id_file: cannot be combined with "secret_id"; use one of them`,
  "{method: approle, wrapped_secret_id_file: /w}": "f:2:27 config.auth.wrapped_secret_id_file: " +
    `needs "secret_id_file": the token can be unwrapped only once, and the secret id is kept in that file`,
  "{method: approle, wrapped_secret_id_file: /w, secret_id_file: s}":
    `f:2:71 config.auth.secret_id_file: ${PATH}`,
};

pureTest("auth says what is wrong with it", async () => {
  for (const [auth, invalids] of Object.entries(wrong)) {
    await assertDiagnostics(`config:\n  auth: ${auth}\ncerts: []\n`, ...[invalids].flat());
  }
});

pureTest("an auth without value says so", async () => {
  await assertDiagnostics("config:\n  auth:\ncerts: []\n", "f:2:3 config.auth: has no value");
});

pureTest("a flat key that says what auth says is refused", async () => {
  const clash = `cannot be combined with "auth"; use one of them`;
  const roles = "  vault_role_id: r\n  vault_secret_id: s\n";
  for (const method of ["approle", "cert", "jwt"]) {
    await assertDiagnostics(
      `config:\n  auth: {method: ${method}}\n${roles}certs: []\n`,
      `f:3:18 config.vault_role_id: ${clash}`,
      `f:4:20 config.vault_secret_id: ${clash}`,
    );
    await assertDiagnostics(`config:\n  auth: {method: ${method}}\n  token_file: /t\ncerts: []\n`);
  }
  await assertDiagnostics(
    "config:\n  auth: {method: token, token_file: /t}\n  token_file: /u\ncerts: []\n",
    `f:3:15 config.token_file: ${clash}`,
  );
});

pureTest("a target may not replace a file that auth names", async () => {
  const cases: [string, string][] = [
    ["token_file", "{method: token, token_file: /own}"],
    ["secret_id_file", "{method: approle, secret_id_file: /own}"],
    [
      "wrapped_secret_id_file",
      "{method: approle, secret_id_file: /s, wrapped_secret_id_file: /own}",
    ],
    ["jwt_file", "{method: jwt, jwt_file: /own}"],
  ];
  for (const [key, auth] of cases) {
    await assertDiagnostics(
      `config:\n  auth: ${auth}\n  pki: p\n  role: r\ncerts:\n  - name: a\n    deploy: [{ca: //own}]\n`,
      `f:7:19 certs[0].deploy[0].ca: "/own" is already used by config.auth.${key} (line 2)`,
    );
  }
});
