/** `examine()`: login, policy, roles, and that it leaves nothing behind. */
import assert from "node:assert/strict";
import { DAY, makeSpec } from "../../../support/fixtures.ts";
import { BY_APPROLE, BY_TOKEN, CA_LINE, examineAt, GOOD_ROLE, startWell } from "./doctor_bench.ts";
import { BAD_TOKEN, enveloped, FORBIDDEN, login, SEALED } from "../../vault/recorded_answers.ts";
import { OWN_TOKEN, SECRET_ID, TOKEN } from "../../vault/access_fixtures.ts";

const LOOK_UP = "auth/token/lookup-self";
const RIGHTS = "sys/capabilities-self";
const ROLE = "pki/roles/web";

/** What is found beside the address and its clock. */
async function found(...args: Parameters<typeof examineAt>): Promise<readonly string[]> {
  return (await examineAt(...args)).lines.slice(2);
}

/** Specs with these keys, at the mount "pki". */
function specs(...desired: readonly Parameters<typeof makeSpec>[0][]) {
  return desired.map((desired) => makeSpec({ pki: "pki", ...desired }));
}

Deno.test("examine() finds a host in order, asks for no certificate, and gives its token up", async () => {
  await using server = startWell();
  assert.deepEqual(await found([server.address], { env: BY_APPROLE }), [
    "ok login: with the AppRole from VAULT_ROLE_ID and VAULT_SECRET_ID; policies: default, vcm; " +
    "the " +
    "" +
    "token expires in 20m",
    CA_LINE,
    'ok pki/issue/web: the policy allows "update"',
    "ok pki/roles/web: allows what the file asks for",
  ]);
  assert.deepEqual(server.calls(), [
    "GET sys/health",
    "POST auth/approle/login",
    `GET ${LOOK_UP}`,
    "GET pki/cert/ca",
    `POST ${RIGHTS}`,
    "GET sys/internal/ui/resultant-acl",
    `GET ${ROLE}`,
    "POST auth/token/revoke-self",
  ]);
  assert.equal(server.heard.at(-1)?.token, OWN_TOKEN);
});

Deno.test("examine() leaves a token that it was given", async () => {
  const answer = enveloped({ policies: ["root"], ttl: 0 });
  await using server = startWell({ [LOOK_UP]: answer, [RIGHTS]: { body: { data: {} } } });
  const [login] = await found([server.address]);
  assert.equal(login, "ok login: with VAULT_TOKEN; policies: root; the token never expires");
  assert.equal(server.calls().includes("POST auth/token/revoke-self"), false);
  assert.deepEqual(server.heard.slice(1).map(({ token }) => token), Array(4).fill(TOKEN));
});

Deno.test("examine() accepts a token whose lookup has few fields", async () => {
  await using server = startWell({ [LOOK_UP]: enveloped({}) });
  assert.equal(
    (await found([server.address]))[0],
    "ok login: with VAULT_TOKEN; policies: none; the token never expires",
  );
});

Deno.test("examine() gives its token up also if a request after the login fails", async () => {
  for (const answer of [BAD_TOKEN, SEALED, { status: 500, body: { errors: ["broken"] } }]) {
    await using server = startWell({ [LOOK_UP]: answer });
    const [line, ...more] = await found([server.address], { env: BY_APPROLE });
    assert.ok(line?.startsWith("problem login: with the AppRole from VAULT_ROLE_ID and"), line);
    assert.deepEqual(more, []);
    assert.equal(server.calls().at(-1), "POST auth/token/revoke-self");
  }
});

Deno.test("examine() says why a login is refused, and asks no more", async () => {
  const refused = { status: 400, body: { errors: [`invalid secret id ${SECRET_ID}`] } };
  await using server = startWell({ "auth/approle/login": refused });
  assert.deepEqual(await found([server.address], { env: BY_APPROLE }), [
    'problem login: "A" refused the AppRole from VAULT_ROLE_ID and VAULT_SECRET_ID (400: invalid ' +
    "secret id [redacted]); check both ids; the secret id may have expired",
  ]);
  assert.deepEqual(server.calls(), ["GET sys/health", "POST auth/approle/login"]);
});

Deno.test("examine() says that a given token is wrong", async () => {
  await using server = startWell({ [LOOK_UP]: BAD_TOKEN });
  assert.deepEqual(await found([server.address]), [
    'problem login: with VAULT_TOKEN: "A" denied "read" on "auth/token/lookup-self" (403: ' +
    "permission denied); the server does not accept the token from VAULT_TOKEN: it has expired, " +
    "was revoked, is of another server or namespace, or is bound to other addresses than this " +
    'host\'s | to tell which, run "bao token lookup TOKEN" as an administrator, which shows ' +
    "bound_cidrs if the token is valid",
  ]);
  assert.deepEqual(server.calls(), ["GET sys/health", `GET ${LOOK_UP}`]);
});

Deno.test("examine() says which login method was tried in vain before", async () => {
  await using server = startWell({
    [LOOK_UP]: ({ token }) =>
      token === TOKEN ? BAD_TOKEN : enveloped({ policies: ["vcm"], ttl: 60 }),
  });
  const lines = await found([server.address], { env: { ...BY_TOKEN, ...BY_APPROLE } });
  assert.equal(
    lines[0],
    "warning login: The token from VAULT_TOKEN was refused; trying the AppRole from VAULT_ROLE_ID " +
      "and " +
      "VAULT_SECRET_ID",
  );
  assert.ok(lines[1]?.endsWith("; policies: vcm; the token expires in 1m"), lines[1]);
});

Deno.test("examine() goes on with a token that lacks the default policy", async () => {
  await using server = startWell({ [LOOK_UP]: FORBIDDEN, [RIGHTS]: FORBIDDEN });
  assert.deepEqual(await found([server.address]), [
    "ok login: with VAULT_TOKEN; the policy does not allow the token to look itself up",
    CA_LINE,
    'warning policy: cannot be read: "A" denied "update" on "sys/capabilities-self" (403: 1 ' +
    "error occurred: * permission denied); the server accepts the token, but its policies " +
    'lack: path "sys/capabilities-self" { capabilities = ["update"] }',
    "ok pki/roles/web: allows what the file asks for",
  ]);
});

Deno.test("examine() compares the policy with the path of each request, once each", async () => {
  const local = { key: { origin: "local", reuse: false } } as const;
  const paths = {
    "pki/issue/web": ["create", "update"],
    "pki/sign/web": ["root"],
    "pki/issuer/new/issue/web": ["read", "list"],
    "team/pki/issue/web": ["deny"],
  };
  await using server = startWell({ [RIGHTS]: enveloped({ ...paths, capabilities: ["update"] }) });
  const desired = specs(
    { name: "a" },
    { name: "b" },
    { name: "c", ...local },
    { name: "d", issuerRef: "new" },
    { name: "e", pki: "team/pki" },
    { name: "f", pki: "other" },
  );
  const denied = (path: string, mount: string) =>
    `problem ${path}: the policy does not allow "update", or the name of the role is wrong (bao ` +
    `list ${mount}/roles) | add it, and run "bao policy write NAME FILE": path "${path}" ` +
    '{ capabilities = ["update"] }';
  const lines = await found([server.address], { specs: desired });
  assert.deepEqual(lines.slice(5, 10), [
    'ok pki/issue/web: the policy allows "update"',
    'ok pki/sign/web: the policy allows "update"',
    denied("pki/issuer/new/issue/web", "pki"),
    denied("team/pki/issue/web", "team/pki"),
    denied("other/issue/web", "other"),
  ]);
  const { body } = server.heard.find(({ path }) => path === RIGHTS) ?? { body: "" };
  assert.deepEqual(JSON.parse(body), { paths: [...Object.keys(paths), "other/issue/web"] });
});

Deno.test("examine() compares each role with all that the file asks of it", async () => {
  const small = { ...GOOD_ROLE, allow_any_name: false, allowed_domains: ["example.com"] };
  await using server = startWell({
    "pki/roles/web": enveloped({ ...small, allow_subdomains: true, max_ttl: 30 * DAY }),
    "pki/roles/fine": enveloped(GOOD_ROLE),
  });
  const lines = await found([server.address], {
    specs: specs(
      { name: "a.example.com", ttl: 40 * DAY },
      { name: "b.example.net" },
      { name: "c.example.net", role: "fine" },
      { name: "d.example.com" },
    ),
  });
  assert.deepEqual(lines.slice(4), [
    "warning pki/roles/web: a.example.com: the ttl of 40d is cut to the role's max_ttl of 30d",
    "problem pki/roles/web: b.example.net: not in the role's allowed_domains (example.com)",
    "ok pki/roles/fine: allows what the file asks for",
  ]);
  const asked = server.calls().filter((call) => call.includes("/roles/"));
  assert.deepEqual(asked, ["GET pki/roles/web", "GET pki/roles/fine"]);
});

Deno.test("examine() says what a role that cannot be read means", async () => {
  const cases = [
    [
      FORBIDDEN,
      "ok pki/roles/web: the policy does not allow reading it, so names, lifetimes and keys were " +
      "not checked " +
      '| to check them, add to the policy: path "pki/roles/web" { capabilities = ["read"] }',
    ],
    [
      { status: 404, body: { errors: [] } },
      "problem pki/roles/web: there is no such role | bao write pki/roles/web allowed_domains=…",
    ],
    [
      { status: 500, body: { errors: ["broken"] } },
      'problem pki/roles/web: "A" refused "pki/roles/web" (500: broken)',
    ],
    [
      { body: "<html>" },
      'problem pki/roles/web: "A" answered "pki/roles/web" with something other than JSON (200): ' +
      "a proxy or firewall in front of Vault sent it, or this is not the address of a Vault " +
      'server | to tell which, run: curl -i A/v1/sys/health (Vault says "sealed")',
    ],
  ] as const;
  for (const [answer, line] of cases) {
    await using server = startWell({ [ROLE]: answer, "pki/roles/other": enveloped(GOOD_ROLE) });
    const both = specs({}, { name: "other.example.com", role: "other" });
    const lines = await found([server.address], { specs: both });
    assert.deepEqual(lines.slice(4), [line, "ok pki/roles/other: allows what the file asks for"]);
  }
});

Deno.test("examine() shows no secret that a server sends back", async () => {
  for (const path of ["auth/approle/login", LOOK_UP, RIGHTS, ROLE]) {
    const known = path.endsWith("login") ? SECRET_ID : `${OWN_TOKEN} ${SECRET_ID}`;
    const echo = { status: 500, body: { errors: [known] } };
    await using server = startWell({ [path]: echo });
    const { lines } = await examineAt([server.address], { env: BY_APPROLE });
    const redacted = known.replace(OWN_TOKEN, "[redacted]").replace(SECRET_ID, "[redacted]");
    assert.ok(lines.some((line) => line.includes(`(500: ${redacted})`)), lines.join("\n"));
  }
});

Deno.test("examine() asks for no further roles once the server is sealed", async () => {
  await using server = startWell({ [ROLE]: SEALED });
  const both = specs({}, { name: "other.example.com", role: "other" });
  assert.deepEqual((await found([server.address], { specs: both })).slice(4), [
    'problem pki/roles/web: "A" is sealed or not ready (503); unseal it first',
    'problem pki/roles/other: "A" is sealed or not ready (503); unseal it first',
  ]);
  assert.equal(server.calls().includes("GET pki/roles/other"), false);
});

Deno.test("examine() says that there is no certificate, and asks for no policy", async () => {
  await using server = startWell();
  const lines = await found([server.address], { specs: [] });
  assert.deepEqual(lines, [
    "ok login: with VAULT_TOKEN; policies: default, vcm; the token expires in 20m",
    'warning certs: the file has no certificate | add one under "certs" in vcm.yaml; then: vcm doctor',
  ]);
  assert.equal(server.calls().some((call) => call.endsWith("capabilities-self")), false);
});

Deno.test("examine() reports a login without a token as a problem", async () => {
  await using server = startWell({ "auth/approle/login": login("") });
  assert.deepEqual(await found([server.address], { env: BY_APPROLE }), [
    'problem login: "A" accepted the login but returned no token',
  ]);
});
