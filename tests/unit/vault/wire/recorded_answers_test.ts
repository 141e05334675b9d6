/** Every recorded answer of a real server, and what is made of it. */
import assert from "node:assert/strict";
import type { CertificateRequest } from "../../../../lib/plan/types.ts";
import { issueCertificate, revokeCertificate } from "../../../../lib/vault/pki/pki.ts";
import { openSession } from "../../../../lib/vault/session/session.ts";
import { makeRequest } from "../../../support/fixtures.ts";
import { type RecordedCall, recordedCalls, type Server } from "../recorded.ts";
import { type ScriptedServer, startScripted } from "../scripted_server.ts";
import { byAppRole, byToken, failureOf } from "../access_fixtures.ts";

/** Parts of the data that have to be read, or the message without the address before it. */
type Outcome = string | Readonly<Record<string, unknown>>;

/** What comes of an answer; a pair where the servers differ: OpenBao 2.6.2, Vault 1.14.1. */
type Row = Outcome | readonly [Outcome, Outcome];

const SEALED = "is sealed or not ready (503); unseal it first";
const UNUSABLE = (path: string, why: string) => `issued for "${path}": ${why}`;
const REFUSED = (path: string, why: string, hint = "") => `refused "${path}" (400: ${why})${hint}`;
const LOGIN = (why: string) =>
  `refused the AppRole from VAULT_ROLE_ID and VAULT_SECRET_ID (400: ${why}); check both ids; ` +
  "the secret id may have expired";
const DENIED = (right: string, path: string, mount = "", why = "permission denied") =>
  `denied "${right}" on "${path}" (403: ${why}); ` +
  (why === BY_POLICY
    ? "the server accepts the token, but its policies " +
      (mount === ""
        ? "lack: "
        : `do not allow this path: the role's name "web" is wrong (bao list ${mount}/roles), ` +
          `"pki: ${mount}" is wrong (bao secrets list), or a policy lacks: `) +
      `path "${path}" { capabilities = ["${right}"] }`
    : "the server does not accept the token from VAULT_TOKEN: it has expired, was revoked, is of " +
      "another server or namespace, or is bound to other addresses than this host's; to tell " +
      'which, run "bao token lookup TOKEN" as an administrator, which shows bound_cidrs if the ' +
      "token is valid");
const BY_POLICY = "1 error occurred: * permission denied";
const NAME_HINT = "; the role must have its domain in allowed_domains, with " +
  "allow_bare_domains=true for the domain itself and allow_subdomains=true for a name below it " +
  "(bao read pki/roles/denied); or use another name";
const ANY_HINT = '; a role with key_type=any only signs requests: set "key: local"';
const WEB_ROLE = { allowed_domains: ["example.test"], key_type: "ec", max_ttl: 259_200 };
const NOT_REVOKED = { revocation_time: 0, revocation_time_rfc3339: "" };

const ROWS: Readonly<Record<string, Row>> = {
  // What no envelope holds is no data.
  "01-health": {},
  "02-seal-status": {},
  "04-mount-pki-again-400": REFUSED("sys/mounts/pki", "path is already in use at pki/"),
  "05-root-generate": { issuer_name: "root-1", key_name: "" },
  "06-config-urls": { enable_templating: false, ocsp_servers: [] },
  "07-role-web": WEB_ROLE,
  "08-role-rsa": { key_type: "rsa", key_bits: 2048 },
  "09-role-ec": { key_type: "ec" },
  "09b-role-any": { key_type: "any", key_bits: 0 },
  "10-role-denied": { key_type: "rsa" },
  "11-role-read": WEB_ROLE,
  "15-approle-role-id": { role_id: "<redacted>" },
  "16-approle-secret-id": { secret_id_num_uses: 0, secret_id_ttl: 3600 },
  "17-approle-login": { client_token: "<redacted>" },
  "18-approle-login-wrong-secret-400": [
    LOGIN("invalid role or secret ID"),
    LOGIN("invalid secret id"),
  ],
  "19-approle-login-wrong-role-400": [
    LOGIN("invalid role or secret ID"),
    LOGIN("invalid role ID"),
  ],
  "20-approle-login-no-secret-400": LOGIN("missing secret_id"),
  "21-token-lookup-self": { num_uses: 0, type: "service", ttl: 1200 },
  "22-token-renew-self": {},
  "23-issue-web": UNUSABLE("pki/issue/web", "its private key cannot be decoded"),
  "24-issue-web-pkcs8-bundle": UNUSABLE(
    "pki/issue/web",
    "the answer contains no PEM certificate",
  ),
  "25-sign-web": UNUSABLE("pki/sign/web", "its private key does not belong to it"),
  "25b-sign-any": UNUSABLE("pki/sign/any", "its private key does not belong to it"),
  "25c-issue-any-key-type-400": [
    REFUSED(
      "pki/issue/any",
      'role key type "any" not allowed for issuing certificates without providing key_type ' +
        "and/or key_bits request parameters",
      ANY_HINT,
    ),
    REFUSED(
      "pki/issue/any",
      'role key type "any" not allowed for issuing certificates, only signing',
      ANY_HINT,
    ),
  ],
  "26-sign-bad-csr-400": REFUSED("pki/sign/web", "csr contains no data"),
  "27-issue-denied-domain-400": REFUSED(
    "pki/issue/denied",
    "common name www.example.test not allowed by this role",
    NAME_HINT,
  ),
  "28-sign-denied-domain-400": REFUSED(
    "pki/sign/denied",
    "role requires keys of type rsa",
    '; set "key_type" to what the role requires',
  ),
  "28b-sign-denied-domain-any-400": REFUSED(
    "pki/sign/denied",
    "common name csr.example.test not allowed by this role",
    NAME_HINT,
  ),
  "29-issue-unknown-role-400": REFUSED(
    "pki/issue/nosuch",
    "unknown role: nosuch",
    '; check "role"',
  ),
  "30-issue-ttl-beyond-max": UNUSABLE("pki/issue/web", "its private key cannot be decoded"),
  "31-issue-bad-ttl-400": [
    REFUSED(
      "pki/issue/web",
      'Field validation failed: error converting input for field "ttl": time: invalid ' +
        'duration "xyz"',
    ),
    REFUSED(
      "pki/issue/web",
      'Field validation failed: error converting input xyz for field "ttl": time: invalid ' +
        'duration "xyz"',
    ),
  ],
  "32-forbidden-403": DENIED("read", "sys/mounts", "", BY_POLICY),
  "33-forbidden-roles-403": DENIED("read", "pki/roles/web", "pki", BY_POLICY),
  "34-no-token-403": DENIED("update", "pki/issue/web", "pki"),
  "35-bad-token-403": DENIED("update", "pki/issue/web", "pki"),
  "36-no-handler-404": 'has nothing at "nosuch/mount" (404: no handler for route "nosuch/mount". ' +
    "route entry not found.)",
  "37-unknown-path-404":
    'has nothing at "pki/cert/aa:bb" (404: no reason given); check that "pki: pki" is the path of a PKI ' +
    "secrets engine",
  "38-bad-json-400": [
    REFUSED("pki/issue/web", "failed to decode JSON input: unexpected EOF"),
    REFUSED("pki/issue/web", "error parsing JSON"),
  ],
  "39-cert-by-serial": NOT_REVOKED,
  "40-revoke": {},
  "41-revoke-again": {},
  "42-revoke-unknown-400": REFUSED(
    "pki/revoke",
    "certificate with serial aa:bb:cc not found.",
    '; check that it was issued at the mount "pki"',
  ),
  "43-cert-after-revoke": [
    { revocation_time: 1_795_512_099 },
    { revocation_time: 1_795_512_338 },
  ],
  "44-crl-json": NOT_REVOKED,
  "45-ca-chain-json": NOT_REVOKED,
  "46-list-certs": { keys: Array(6).fill("<redacted>") },
  "48-wrong-method-405": DENIED("read", "pki/issue/web", "pki", BY_POLICY),
  "49-namespace-header": {},
  "51-issue-with-revoked-token-403": DENIED("update", "pki/issue/web", "pki"),
  "01-health-uninitialised-501": 'refused "sys/health" (501: no reason given)',
  "02-login-uninitialised": SEALED,
  "03-init": {},
  "04-health-sealed-503": SEALED,
  "05-login-sealed-503": SEALED,
  "06-issue-sealed-503": SEALED,
  "07-seal-status": {},
  "08-unseal": {},
  "09-health-200": {},
  "12-mounts-after-seal-503": SEALED,
};

for (const call of recordedCalls()) {
  Deno.test(`${call.server} answers ${call.name}`, async () => {
    const row = ROWS[call.name];
    assert.ok(row !== undefined, "it has no row");
    const outcome = isPair(row) ? row[call.server === "vault-1.14.1" ? 1 : 0] : row;
    await using server = startScripted(() => ({ status: call.status, body: call.body }));
    if (typeof outcome === "string") {
      const { message } = await failureOf(() => ask(call, server));
      assert.equal(
        message.replace("Cannot use the certificate that ", ""),
        `"${server.address}" ${outcome}`,
      );
    } else {
      const data = await ask(call, server);
      for (const [key, value] of Object.entries(outcome)) assert.deepEqual(data[key], value, key);
      if (Object.keys(outcome).length === 0) assert.deepEqual(data, {});
    }
    const [asked = ""] = server.calls();
    assert.equal(decodeURIComponent(asked), `${call.method.replace("LIST", "GET")} ${call.path}`);
  });
}

Deno.test("every row has a recorded answer, of each server that may give it", () => {
  const servers = new Map<string, Server[]>();
  for (const { name, server } of recordedCalls()) {
    servers.set(name, [...servers.get(name) ?? [], server]);
  }
  assert.deepEqual([...servers.keys()].sort(), Object.keys(ROWS).sort());
  for (const [name, by] of servers) {
    assert.ok(by.length === 2 || by[0] === "openbao-2.6.2-tls-sealed", name);
  }
});

Deno.test("no recorded answer contains a private key, a token or a secret id", () => {
  for (const { server, name, body } of recordedCalls()) {
    assert.doesNotMatch(body, /PRIVATE KEY|\bhv[sbr]\.|\b[sbr]\.\w{20}/, `${server}/${name}`);
    const secret =
      /"(?:client_token|root_token|secret_id|role_id|accessor|private_key|id)": "(.*)"/g;
    for (const [, text] of body.matchAll(secret)) assert.equal(text, "<redacted>", name);
  }
});

function isPair(row: Row): row is readonly [Outcome, Outcome] {
  return Array.isArray(row);
}

/** Makes the call that was recorded as VCM makes it, and gives what it reads. */
async function ask(
  { path, method }: RecordedCall,
  server: ScriptedServer,
): Promise<Readonly<Record<string, unknown>>> {
  if (path === "auth/approle/login") return await askForToken(server);
  const session = await openSession(byToken(server.address));
  try {
    const request = requestFor(path);
    if (request !== undefined && method === "POST") await issueCertificate(session, request);
    else if (path === "pki/revoke") await revokeCertificate(session, "pki", "aa:bb");
    else return (await (method === "POST" ? session.write(path, {}) : session.read(path))).data;
    return {};
  } finally {
    await session.close();
  }
}

function requestFor(path: string): CertificateRequest | undefined {
  const [, action, role] = /^pki\/(issue|sign)\/(.*)$/.exec(path) ?? [];
  if (role === undefined) return undefined;
  const origin = action === "sign" ? "local" : "vault";
  return makeRequest({ role, commonName: "www.example.test", key: { origin, reuse: false } });
}

/** The token that comes of a login, as the next request carries it. */
async function askForToken(server: ScriptedServer): Promise<Readonly<Record<string, unknown>>> {
  await (await openSession(byAppRole(server.address))).close();
  return { client_token: server.heard.at(-1)?.token };
}
