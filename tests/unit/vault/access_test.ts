import assert from "node:assert/strict";
import { Secret } from "../../../lib/config/secret.ts";
import type { VaultSettings } from "../../../lib/config/types.ts";
import { resolveAccess } from "../../../lib/vault/access.ts";
import type { Surroundings } from "../../../lib/vault/surroundings.ts";
import { VaultError } from "../../../lib/vault/errors.ts";
import { pureTest } from "../../support/pure_test.ts";

const FILE: VaultSettings = { addresses: ["https://file.test:8200"], trust: { kind: "off" } };

/** A file that names all ways to log in. */
const ALL: VaultSettings = {
  ...FILE,
  tokenFile: "/etc/vcm/token",
  roleId: new Secret("file-role"),
  secretId: new Secret("file-secret"),
};

/** An environment with all variables. */
const ENV = { VAULT_TOKEN: "env-token", VAULT_ROLE_ID: "env-role", VAULT_SECRET_ID: "env-secret" };

function around(
  env: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
): Surroundings {
  return {
    env: (name) => env[name],
    readText: (path) => {
      const text = files[path];
      if (text === undefined) {
        throw new Error(`No such file or directory (os error 2): readfile '${path}'`);
      }
      return text;
    },
    list: () => [],
  };
}

function refusal(settings: VaultSettings, where: Surroundings): string {
  try {
    resolveAccess(settings, where);
  } catch (error) {
    assert.ok(error instanceof VaultError);
    return error.message;
  }
  assert.fail("it was not refused");
}

pureTest("resolveAccess() takes VAULT_TOKEN before all else, and then reads no file", () => {
  const { credentials } = resolveAccess(ALL, around(ENV));
  assert.deepEqual(credentials, { kind: "token", token: "env-token", from: "VAULT_TOKEN" });
});

pureTest("resolveAccess() takes token_file before an AppRole, without the space around it", () => {
  const env = { ...ENV, VAULT_TOKEN: "" };
  const { credentials } = resolveAccess(ALL, around(env, { "/etc/vcm/token": "\n t1 \r\n" }));
  assert.deepEqual(credentials, { kind: "token", token: "t1", from: '"/etc/vcm/token"' });
});

pureTest("resolveAccess() takes the AppRole of the environment before the file's", () => {
  const { tokenFile: _, ...settings } = ALL;
  const { credentials } = resolveAccess(settings, around({ ...ENV, VAULT_TOKEN: "" }));
  assert.deepEqual(credentials, {
    kind: "approle",
    roleId: "env-role",
    secretId: "env-secret",
    from: "VAULT_ROLE_ID and VAULT_SECRET_ID",
  });
});

pureTest("resolveAccess() takes the AppRole of the file last", () => {
  const { tokenFile: _, ...settings } = ALL;
  assert.deepEqual(resolveAccess(settings, around({})).credentials, {
    kind: "approle",
    roleId: "file-role",
    secretId: "file-secret",
    from: "vault_role_id and vault_secret_id",
  });
});

pureTest("resolveAccess() completes half an AppRole of the environment from the file", () => {
  const { tokenFile: _, ...settings } = ALL;
  for (
    const [env, roleId, secretId] of [
      [{ VAULT_SECRET_ID: "env-secret" }, "file-role", "env-secret"],
      [{ VAULT_ROLE_ID: "env-role" }, "env-role", "file-secret"],
    ] as const
  ) {
    const { credentials } = resolveAccess(settings, around(env));
    assert.ok(credentials.kind === "approle");
    assert.deepEqual([credentials.roleId, credentials.secretId], [roleId, secretId]);
  }
});

pureTest("resolveAccess() says every way to log in where there is none", () => {
  const message = 'No way to log in to Vault: set VAULT_TOKEN, "token_file", or an AppRole by ' +
    'VAULT_ROLE_ID and VAULT_SECRET_ID or "vault_role_id" and "vault_secret_id"';
  assert.equal(refusal(FILE, around({})), message);
  assert.equal(refusal(FILE, around({ VAULT_ROLE_ID: "r" })), message);
  assert.equal(refusal({ ...FILE, secretId: new Secret("s") }, around({})), message);
});

pureTest("resolveAccess() says why a token file cannot be used, and does not fall back", () => {
  const env = { ...ENV, VAULT_TOKEN: "" };
  assert.equal(
    refusal(ALL, around(env)),
    'Cannot read the token in "/etc/vcm/token": no such file or directory',
  );
  assert.equal(
    refusal(ALL, around(env, { "/etc/vcm/token": " \n" })),
    'The token file "/etc/vcm/token" is empty',
  );
});

pureTest("resolveAccess() takes VAULT_ADDR before all addresses of the file", () => {
  const settings = { ...ALL, addresses: ["https://a.test", "https://b.test"] };
  const env = { ...ENV, VAULT_ADDR: "http://env.test:8200//" };
  assert.deepEqual(resolveAccess(settings, around(env)).addresses, ["http://env.test:8200"]);
  assert.deepEqual(resolveAccess(settings, around({ ...env, VAULT_ADDR: "" })).addresses, [
    "https://a.test",
    "https://b.test",
  ]);
});

pureTest("resolveAccess() needs no address in the file where VAULT_ADDR is set", () => {
  const env = { ...ENV, VAULT_ADDR: "https://env.test" };
  const { addresses } = resolveAccess({ ...FILE, addresses: [] }, around(env));
  assert.deepEqual(addresses, ["https://env.test"]);
});

pureTest("resolveAccess() says where an address can be given", () => {
  assert.equal(
    refusal({ ...FILE, addresses: [] }, around(ENV)),
    'No Vault address: set "vault" under "config" in the file, or the variable VAULT_ADDR',
  );
});

pureTest("resolveAccess() refuses a VAULT_ADDR that is no address", () => {
  for (const address of ["vault.test:8200", "ftp://vault.test", "https://", "https:///v1"]) {
    const message = refusal(ALL, around({ ...ENV, VAULT_ADDR: address }));
    assert.match(message, /^VAULT_ADDR is no address: expected a URL such as "https:\/\/vault/);
  }
});

pureTest("resolveAccess() takes the namespace of the environment before the file's", () => {
  const settings = { ...ALL, namespace: "team/file" };
  assert.equal(resolveAccess(settings, around(ENV)).namespace, "team/file");
  const env = { ...ENV, VAULT_NAMESPACE: "team/env" };
  assert.equal(resolveAccess(settings, around(env)).namespace, "team/env");
  assert.equal("namespace" in resolveAccess(ALL, around(ENV)), false);
});

pureTest("resolveAccess() sees a proxy in either spelling of its variable", () => {
  assert.equal(resolveAccess(ALL, around(ENV)).proxied, false);
  for (const name of ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "http_proxy"]) {
    const env = { ...ENV, [name]: "http://proxy.test:3128" };
    assert.equal(resolveAccess(ALL, around(env)).proxied, true, name);
  }
});

pureTest("resolveAccess() names no authorities only where the file says not to verify", () => {
  assert.equal("authorities" in resolveAccess(ALL, around(ENV)), false);
  const system: VaultSettings = { ...ALL, trust: { kind: "system" } };
  assert.deepEqual(resolveAccess(system, around(ENV)).authorities, []);
});

pureTest("resolveAccess() refuses a password in VAULT_ADDR, and shows none", () => {
  for (const scheme of ["https", "ftp"]) {
    const env = { ...ENV, VAULT_ADDR: `${scheme}://user:sesame@vault.test` };
    const message = refusal(ALL, around(env));
    assert.match(message, /^VAULT_ADDR /);
    assert.equal(message.includes("sesame"), false, message);
  }
});
