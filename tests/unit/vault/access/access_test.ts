import assert from "node:assert/strict";
import type { VaultSettings } from "../../../../lib/config/types.ts";
import { resolveAccess } from "../../../../lib/vault/access/access.ts";
import { encrypted, makeCertificatePem, oldForm } from "../../../support/fixtures_pki.ts";
import { pureTest } from "../../../support/pure_test.ts";
import {
  accessOf,
  around,
  credentialFiles,
  CREDENTIALS,
  FILE,
  FILE_LOGIN,
  type Files,
  refusal,
  TOKEN,
  type Variables,
} from "./surroundings.ts";

const EXAMPLE = 'expected a URL such as "https://vault.example.com:8200"';

pureTest("resolveAccess() gives the defaults where the file and the variables are silent", () => {
  assert.deepEqual(accessOf({ trust: { kind: "system" } }), {
    addresses: ["https://file.test:8200"],
    redirectHosts: [],
    allowHttp: false,
    tls: { authorities: [] },
    credentials: [{ kind: "token", token: "env-token", from: "VAULT_TOKEN" }],
    proxied: false,
    limits: { connect: 10_000, answer: 60_000 },
    retries: 2,
  });
});

pureTest("resolveAccess() hands on what the file alone decides", () => {
  const { redirectHosts, allowHttp } = accessOf({
    redirectHosts: ["b.test:8200"],
    allowHttp: true,
  });
  assert.deepEqual([redirectHosts, allowHttp], [["b.test:8200"], true]);
});

pureTest("resolveAccess() takes VAULT_ADDR before all addresses of the file", () => {
  const settings = { addresses: ["https://a.test", "https://b.test"] };
  const env = { VAULT_ADDR: "https://env.test:8200//" };
  assert.deepEqual(accessOf(settings, env).addresses, ["https://env.test:8200"]);
  assert.deepEqual(accessOf(settings, { VAULT_ADDR: "" }).addresses, settings.addresses);
  assert.deepEqual(accessOf({ addresses: [] }, env).addresses, ["https://env.test:8200"]);
});

pureTest("resolveAccess() says where an address can be given", () => {
  assert.equal(
    refusal({ ...FILE, addresses: [] }, around(TOKEN)),
    'No Vault address: set "vault" under "config" in the file, or the variable VAULT_ADDR',
  );
});

pureTest("resolveAccess() refuses a VAULT_ADDR that is no address, and names the variable", () => {
  const cases: Record<string, string> = {
    "vault.test:8200": EXAMPLE,
    "ftp://vault.test": EXAMPLE,
    "https://": EXAMPLE,
    "https:///v1": EXAMPLE,
    "https://vault.test/v1/": `${EXAMPLE}, without "/v1" and what follows`,
    "https://vault.test/?a": `${EXAMPLE}, without "?" or "#"`,
  };
  for (const [address, message] of Object.entries(cases)) {
    for (const name of ["VAULT_ADDR", "BAO_ADDR"]) {
      assert.equal(
        refusal(FILE, around({ ...TOKEN, [name]: address })),
        `${name} is no address: ${message}`,
      );
    }
  }
});

pureTest("resolveAccess() refuses a password in VAULT_ADDR, and shows none", () => {
  for (const scheme of ["https", "http", "ftp"]) {
    const env = { ...TOKEN, VAULT_ADDR: `${scheme}://user:sesame@vault.test` };
    const message = refusal({ ...FILE, allowHttp: true }, around(env));
    assert.match(message, /^VAULT_ADDR is no address: /);
    assert.equal(message.includes("sesame"), false, message);
  }
});

pureTest("resolveAccess() refuses plain http in VAULT_ADDR, save to this host itself", () => {
  for (const host of ["vault.test", "10.0.0.1:8200", "localhost.test", "127.0.0.1.test"]) {
    assert.equal(
      refusal(FILE, around({ ...TOKEN, VAULT_ADDR: `http://${host}` })),
      `VAULT_ADDR ("http://${host}") sends tokens and keys unencrypted; use "https://", or, ` +
        'where the network is trusted, set "allow_http: true" under "config"',
    );
  }
  for (const host of ["localhost:8200", "127.0.0.1:8200", "127.1.2.3", "[::1]:8200"]) {
    const address = `http://${host}`;
    assert.deepEqual(accessOf({}, { VAULT_ADDR: address }).addresses, [address]);
  }
});

pureTest("resolveAccess() takes plain http in VAULT_ADDR where the file allows it", () => {
  const { addresses } = accessOf({ allowHttp: true }, { VAULT_ADDR: "http://vault.test:8200" });
  assert.deepEqual(addresses, ["http://vault.test:8200"]);
});

pureTest("resolveAccess() takes the namespace of the environment before the file's", () => {
  const settings = { namespace: "team/file" };
  assert.equal(accessOf(settings).namespace, "team/file");
  assert.equal(accessOf(settings, { VAULT_NAMESPACE: "team/env" }).namespace, "team/env");
  assert.equal("namespace" in accessOf({}), false);
});

pureTest("resolveAccess() refuses a VAULT_NAMESPACE that no header may hold", () => {
  assert.equal(
    refusal(FILE, around({ ...TOKEN, VAULT_NAMESPACE: "team\r\nX-Evil: 1" })),
    "VAULT_NAMESPACE holds a space, a newline or another character that none may hold",
  );
});

pureTest("resolveAccess() says every way to log in where there is none", () => {
  assert.equal(
    refusal(FILE, around({})),
    'No way to log in to Vault: set VAULT_TOKEN, "token_file", an AppRole by VAULT_ROLE_ID and ' +
      'VAULT_SECRET_ID, or "auth" under "config"',
  );
});

pureTest("resolveAccess() refuses what is unusable only where it would come first", () => {
  const settings = { ...FILE, tokenFile: "/etc/vcm/token", login: FILE_LOGIN };
  const problem = 'Cannot read the token in "/etc/vcm/token": no such file or directory';
  assert.equal(refusal(settings, around({})), problem);
  const { credentials } = resolveAccess(settings, around(TOKEN));
  assert.deepEqual(credentials.map(({ kind }) => kind), ["token", "unusable", "approle"]);
});

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
    assert.equal("client" in accessOf({}).tls, false);
  },
);

pureTest("resolveAccess() refuses half a client certificate, and says which is missing", () => {
  const half = "A client certificate and its key are needed, and one of them is given; set ";
  const cases: [Variables, string][] = [
    [{ VAULT_CLIENT_CERT: "/c.pem" }, '"client_key" or VAULT_CLIENT_KEY'],
    [{ VAULT_CLIENT_KEY: "/c.key" }, '"client_cert" or VAULT_CLIENT_CERT'],
  ];
  for (const [env, missing] of cases) {
    assert.equal(refusal(FILE, around({ ...TOKEN, ...env })), half + missing);
  }
});

pureTest("resolveAccess() says why a client certificate or its key cannot be used", async () => {
  const { own, files } = await pairs();
  const said = (changed: Files, without?: string) => {
    const { [without ?? ""]: _, ...kept } = { ...files, ...changed } as Record<string, string>;
    return refusal({ ...FILE, ...PAIR }, around(TOKEN, kept));
  };
  const absent = "no such file or directory";
  const locked = 'The client key "/c.key" cannot be decoded; is it a PEM private key without a ' +
    "password?";
  const cases: [string, string][] = [
    [said({}, "/c.pem"), `Cannot read the client certificate "/c.pem": ${absent}`],
    [said({}, "/c.key"), `Cannot read the client key in "/c.key": ${absent}`],
    [
      said({ "/c.key": { text: own.pkcs8, mode: 0o640 } }),
      '"/c.key" holds a secret and is open to its group (mode 0640), so it is not used; cure: ' +
      "chmod 600 /c.key",
    ],
    [said({ "/c.pem": "text" }), 'The client certificate "/c.pem" holds no PEM certificate'],
    [said({ "/c.key": own.pem }), locked],
    [said({ "/c.key": encrypted(own) }), locked],
    [
      said({ "/c.key": files["/e.key"] }),
      'The client key "/c.key" does not belong to the certificate "/c.pem"',
    ],
  ];
  for (const [message, expected] of cases) assert.equal(message, expected);
});

pureTest("resolveAccess() logs in by the client certificate, and needs one for that", async () => {
  const { files } = await pairs();
  const by = (parts: Partial<VaultSettings>, env: Variables = {}) =>
    resolveAccess({ ...FILE, ...CERT, ...parts }, around(env, files)).credentials;
  const login = { kind: "cert", mount: "tls", role: "web" } as const;
  assert.deepEqual(by(PAIR), [{ ...login, from: '"/c.pem"' }]);
  const env = { VAULT_CLIENT_CERT: "/e.pem", VAULT_CLIENT_KEY: "/e.key" };
  assert.deepEqual(by({}, env), [{ ...login, from: '"/e.pem"' }]);
  const { role: _, ...plain } = login;
  assert.deepEqual(by({ ...PAIR, login: plain }), [{ ...plain, from: '"/c.pem"' }]);
  assert.equal(
    refusal({ ...FILE, ...CERT }, around({})),
    'The auth method "cert" needs a certificate: set "client_cert" and "client_key", or ' +
      "VAULT_CLIENT_CERT and VAULT_CLIENT_KEY",
  );
});

pureTest("resolveAccess() logs in by the JWT of systemd's credential, then of jwt_file", () => {
  const login = { kind: "jwt", mount: "jwt", role: "web", jwtFile: "/run/jwt" } as const;
  const files = { ...credentialFiles({ vault_jwt: "j1\n" }), "/run/jwt": "j2\n" };
  const by = (env: Variables) => resolveAccess({ ...FILE, login }, around(env, files)).credentials;
  const found = { kind: "jwt", mount: "jwt", role: "web" } as const;
  assert.deepEqual(by(CREDENTIALS), [
    { ...found, jwt: "j1", from: 'the credential "vault_jwt"' },
  ]);
  assert.deepEqual(by({}), [{ ...found, jwt: "j2", from: '"/run/jwt"' }]);
  assert.equal(
    refusal({ ...FILE, login }, around({})),
    'Cannot read the JWT in "/run/jwt": no such file or directory',
  );
  assert.equal(
    refusal({ ...FILE, login: { kind: "jwt", mount: "jwt" } }, around({})),
    'The auth method "jwt" needs "jwt_file", or the systemd credential "vault_jwt"',
  );
});

pureTest(
  "an AppRole of the variables goes before another login, half of one does not",
  async () => {
    const { files } = await pairs();
    const kinds = (env: Variables) =>
      resolveAccess({ ...FILE, ...CERT, ...PAIR }, around(env, files)).credentials
        .map(({ kind }) => kind);
    assert.deepEqual(kinds({ VAULT_ROLE_ID: "r", VAULT_SECRET_ID: "s" }), ["approle"]);
    assert.deepEqual(kinds({ VAULT_ROLE_ID: "r" }), ["cert"]);
    assert.deepEqual(kinds({ VAULT_SECRET_ID: "s" }), ["cert"]);
  },
);
