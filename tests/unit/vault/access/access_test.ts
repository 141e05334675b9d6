import assert from "node:assert/strict";
import { resolveAccess } from "../../../../lib/vault/access/access.ts";
import { pureTest } from "../../../support/pure_test.ts";
import {
  accessOf,
  credentialFiles,
  CREDENTIALS,
  environment,
  FILE,
  FILE_LOGIN,
  refusal,
  TOKEN,
  type Variables,
} from "./environment.ts";

const EXAMPLE = 'expected a URL such as "https://vault.example.com:8200"';

pureTest(
  "resolveAccess() uses the defaults if neither the file nor a variable sets a value",
  () => {
    assert.deepEqual(accessOf({ trust: { kind: "system" } }), {
      addresses: ["https://file.test:8200"],
      redirectHosts: [],
      allowHttp: false,
      namespace: undefined,
      tls: { authorities: [], serverName: undefined, client: undefined },
      credentials: [{ kind: "token", token: "env-token", from: "VAULT_TOKEN" }],
      proxy: undefined,
      proxied: false,
      limits: { connect: 10_000, answer: 60_000 },
      retries: Infinity,
    });
  },
);

pureTest("resolveAccess() passes on what only the file can set", () => {
  const { redirectHosts, allowHttp } = accessOf({
    redirectHosts: ["b.test:8200"],
    allowHttp: true,
  });
  assert.deepEqual([redirectHosts, allowHttp], [["b.test:8200"], true]);
});

pureTest("resolveAccess() prefers VAULT_ADDR to all addresses of the file", () => {
  const settings = { addresses: ["https://a.test", "https://b.test"] };
  const env = { VAULT_ADDR: "https://env.test:8200//" };
  assert.deepEqual(accessOf(settings, env).addresses, ["https://env.test:8200"]);
  assert.deepEqual(accessOf(settings, { VAULT_ADDR: "" }).addresses, settings.addresses);
  assert.deepEqual(accessOf({ addresses: [] }, env).addresses, ["https://env.test:8200"]);
});

pureTest("resolveAccess() names the settings for an address", () => {
  assert.equal(
    refusal({ ...FILE, addresses: [] }, environment(TOKEN)),
    'No Vault address: set "vault" under "config" in the file, or the variable VAULT_ADDR',
  );
});

pureTest("resolveAccess() refuses an invalid VAULT_ADDR, and names the variable", () => {
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
        refusal(FILE, environment({ ...TOKEN, [name]: address })),
        `${name} is not a valid address: ${message}`,
      );
    }
  }
});

pureTest("resolveAccess() refuses a password in VAULT_ADDR, and shows none", () => {
  for (const scheme of ["https", "http", "ftp"]) {
    const env = { ...TOKEN, VAULT_ADDR: `${scheme}://user:sesame@vault.test` };
    const message = refusal({ ...FILE, allowHttp: true }, environment(env));
    assert.match(message, /^VAULT_ADDR is not a valid address: /);
    assert.equal(message.includes("sesame"), false, message);
  }
});

pureTest("resolveAccess() refuses plain http in VAULT_ADDR, save to this host itself", () => {
  for (const host of ["vault.test", "10.0.0.1:8200", "localhost.test", "127.0.0.1.test"]) {
    assert.equal(
      refusal(FILE, environment({ ...TOKEN, VAULT_ADDR: `http://${host}` })),
      `VAULT_ADDR ("http://${host}") sends tokens and keys unencrypted; use "https://", or ` +
        'set "allow_http: true" under "config" if the network is trusted',
    );
  }
  for (const host of ["localhost:8200", "127.0.0.1:8200", "127.1.2.3", "[::1]:8200"]) {
    const address = `http://${host}`;
    assert.deepEqual(accessOf({}, { VAULT_ADDR: address }).addresses, [address]);
  }
});

pureTest("resolveAccess() accepts plain http in VAULT_ADDR if the file allows it", () => {
  const { addresses } = accessOf({ allowHttp: true }, { VAULT_ADDR: "http://vault.test:8200" });
  assert.deepEqual(addresses, ["http://vault.test:8200"]);
});

pureTest("resolveAccess() prefers the namespace of the environment to that of the file", () => {
  const settings = { namespace: "team/file" };
  assert.equal(accessOf(settings).namespace, "team/file");
  assert.equal(accessOf(settings, { VAULT_NAMESPACE: "team/env" }).namespace, "team/env");
  assert.equal(accessOf({}).namespace, undefined);
});

pureTest("resolveAccess() refuses a VAULT_NAMESPACE that no header may hold", () => {
  assert.equal(
    refusal(FILE, environment({ ...TOKEN, VAULT_NAMESPACE: "team\r\nX-Evil: 1" })),
    "VAULT_NAMESPACE contains a space, a newline or another character that is not allowed",
  );
});

pureTest("resolveAccess() lists all login methods if there is none", () => {
  assert.equal(
    refusal(FILE, environment({})),
    'No login method for Vault is configured: set VAULT_TOKEN, "token_file", VAULT_ROLE_ID and ' +
      'VAULT_SECRET_ID, or "auth" under "config"',
  );
});

pureTest("resolveAccess() refuses an unusable login method only if it is the first", () => {
  const settings = { ...FILE, tokenFile: "/etc/vcm/token", login: FILE_LOGIN };
  const problem =
    'Cannot read the token in "/etc/vcm/token": no such file or directory; create it, or give another path';
  assert.equal(refusal(settings, environment({})), problem);
  const { credentials } = resolveAccess(settings, environment(TOKEN));
  assert.deepEqual(credentials.map(({ kind }) => kind), ["token", "unusable", "approle"]);
});

pureTest("resolveAccess() logs in by the JWT of systemd's credential, then of jwt_file", () => {
  const login = { kind: "jwt", mount: "jwt", role: "web", jwtFile: "/run/jwt" } as const;
  const files = { ...credentialFiles({ vault_jwt: "j1\n" }), "/run/jwt": "j2\n" };
  const by = (env: Variables) =>
    resolveAccess({ ...FILE, login }, environment(env, files)).credentials;
  const found = { kind: "jwt", mount: "jwt", role: "web" } as const;
  assert.deepEqual(by(CREDENTIALS), [
    { ...found, jwt: "j1", from: 'the credential "vault_jwt"' },
  ]);
  assert.deepEqual(by({}), [{ ...found, jwt: "j2", from: '"/run/jwt"' }]);
  assert.equal(
    refusal({ ...FILE, login }, environment({})),
    'Cannot read the JWT in "/run/jwt": no such file or directory; create it, or give another path',
  );
  assert.equal(
    refusal({ ...FILE, login: { kind: "jwt", mount: "jwt" } }, environment({})),
    'The auth method "jwt" needs "jwt_file", "jwt_command", or the systemd credential "vault_jwt"',
  );
});
