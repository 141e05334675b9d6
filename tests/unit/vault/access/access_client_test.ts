/** The client certificate of the connection, and the login by it. */
import assert from "node:assert/strict";
import type { VaultSettings } from "../../../../lib/config/types.ts";
import { resolveAccess } from "../../../../lib/vault/access/access.ts";
import { encrypted, makeCertificatePem, oldForm } from "../../../support/fixtures_pki.ts";
import { pureTest } from "../../../support/pure_test.ts";
import {
  accessOf,
  appRole,
  environment,
  FILE,
  FILE_LOGIN,
  type Files,
  refusal,
  TOKEN,
  unusable,
  type Variables,
} from "./environment.ts";

const CERT: Partial<VaultSettings> = { login: { kind: "cert", mount: "tls", role: "web" } };
const PAIR = { clientCert: "/c.pem", clientKey: "/c.key" };

/** Two certificates with their keys: that of the file is "c", that of the variables "e". */
async function pairs() {
  const [own, other] = [await makeCertificatePem("c"), await makeCertificatePem("e")];
  const files = {
    "/c.pem": own.pem,
    "/c.key": `\n${own.pkcs8}`,
    "/e.pem": other.pem,
    "/e.key": oldForm(other, "sec1"),
  };
  return { own, other, files };
}

pureTest(
  "resolveAccess() shows the client certificate of the variables before the file's",
  async () => {
    const { own, other, files } = await pairs();
    const client = (env: Variables) => accessOf(PAIR, env, files).tls.client;
    assert.deepEqual(client({}), { certificate: own.pem, key: own.pkcs8 });
    const env = { VAULT_CLIENT_CERT: "/e.pem", BAO_CLIENT_KEY: "/e.key" };
    assert.deepEqual(client(env), { certificate: other.pem, key: other.pkcs8 });
    const half = accessOf({ clientCert: "/e.pem" }, { VAULT_CLIENT_KEY: "/e.key" }, files);
    assert.deepEqual(half.tls.client, client(env));
    assert.equal(accessOf({}).tls.client, undefined);
  },
);

pureTest("resolveAccess() refuses half a client certificate, and says which is missing", () => {
  const half = "A client certificate needs both a certificate file and a key file; set ";
  const cases: [Variables, string][] = [
    [{ VAULT_CLIENT_CERT: "/c.pem" }, '"client_key" or VAULT_CLIENT_KEY'],
    [{ VAULT_CLIENT_KEY: "/c.key" }, '"client_cert" or VAULT_CLIENT_CERT'],
  ];
  for (const [env, missing] of cases) {
    assert.equal(refusal(FILE, environment({ ...TOKEN, ...env })), half + missing);
  }
});

pureTest("resolveAccess() says why a client certificate or its key cannot be used", async () => {
  const { own, files } = await pairs();
  const said = (changed: Files, without?: string) => {
    const { [without ?? ""]: _, ...kept } = { ...files, ...changed } as Record<string, string>;
    return refusal({ ...FILE, ...PAIR }, environment(TOKEN, kept));
  };
  const absent = "no such file or directory; create it, or give another path";
  const locked = 'The client key "/c.key" cannot be decoded; use a PEM private key without a ' +
    "password";
  const cases: [string, string][] = [
    [said({}, "/c.pem"), `Cannot read the client certificate "/c.pem": ${absent}`],
    [said({}, "/c.key"), `Cannot read the client key in "/c.key": ${absent}`],
    [
      said({ "/c.key": { text: own.pkcs8, mode: 0o640 } }),
      '"/c.key" contains a secret and is open to its group (mode 0640), so it is not used; fix: ' +
      "chmod 600 /c.key",
    ],
    [said({ "/c.pem": "text" }), 'The client certificate "/c.pem" contains no PEM certificate'],
    [said({ "/c.key": own.pem }), locked],
    [said({ "/c.key": encrypted(own) }), locked],
    [
      said({ "/c.key": files["/e.key"] }),
      'The client key "/c.key" does not belong to the certificate "/c.pem"; give the two files of one certificate',
    ],
  ];
  for (const [message, expected] of cases) assert.equal(message, expected);
});

pureTest("resolveAccess() logs in by the client certificate, and needs one for that", async () => {
  const { files } = await pairs();
  const by = (parts: Partial<VaultSettings>, env: Variables = {}) =>
    resolveAccess({ ...FILE, ...CERT, ...parts }, environment(env, files)).credentials;
  const login = { kind: "cert", mount: "tls", role: "web" } as const;
  assert.deepEqual(by(PAIR), [{ ...login, from: '"/c.pem"' }]);
  const env = { VAULT_CLIENT_CERT: "/e.pem", VAULT_CLIENT_KEY: "/e.key" };
  assert.deepEqual(by({}, env), [{ ...login, from: '"/e.pem"' }]);
  const { role: _, ...plain } = login;
  assert.deepEqual(by({ ...PAIR, login: plain }), [{
    ...plain,
    role: undefined,
    from: '"/c.pem"',
  }]);
  assert.equal(
    refusal({ ...FILE, ...CERT }, environment({})),
    'The auth method "cert" needs a certificate: set "client_cert" and "client_key", or ' +
      "VAULT_CLIENT_CERT and VAULT_CLIENT_KEY",
  );
});

pureTest(
  "an AppRole of the variables goes before another login, half of one does not",
  async () => {
    const { files } = await pairs();
    const kinds = (env: Variables) =>
      resolveAccess({ ...FILE, ...CERT, ...PAIR }, environment(env, files)).credentials
        .map(({ kind }) => kind);
    assert.deepEqual(kinds({ VAULT_ROLE_ID: "r", VAULT_SECRET_ID: "s" }), ["approle"]);
    assert.deepEqual(kinds({ VAULT_ROLE_ID: "r" }), ["cert"]);
    assert.deepEqual(kinds({ VAULT_SECRET_ID: "s" }), ["cert"]);
  },
);

pureTest("a pair that is not there yet leaves its login behind a token", () => {
  const settings = { ...FILE, ...CERT, ...PAIR };
  const problem =
    'Cannot read the client certificate "/c.pem": no such file or directory; create it, or give another path';
  const { credentials, tls } = resolveAccess(settings, environment(TOKEN));
  assert.deepEqual(credentials, [
    { kind: "token", token: "env-token", from: "VAULT_TOKEN" },
    unusable(problem),
  ]);
  assert.equal(tls.client, undefined);
  assert.equal(refusal(settings, environment({})), problem);
});

pureTest("with another login a pair that cannot be read is an error at once", () => {
  const problem =
    'Cannot read the client certificate "/c.pem": no such file or directory; create it, or give another path';
  const logins = [FILE_LOGIN, appRole({}), { kind: "jwt", mount: "jwt" }] as const;
  for (const login of logins) {
    assert.equal(refusal({ ...FILE, ...PAIR, login }, environment(TOKEN)), problem);
  }
  assert.equal(refusal({ ...FILE, ...PAIR }, environment(TOKEN)), problem);
});
