import assert from "node:assert/strict";
import type { TlsTrust } from "../../../lib/config/types.ts";
import { resolveAccess } from "../../../lib/vault/access.ts";
import type { Surroundings } from "../../../lib/vault/surroundings.ts";
import { VaultError } from "../../../lib/vault/errors.ts";
import { readTrustedAuthorities } from "../../../lib/vault/trust.ts";
import { pureTest } from "../../support/pure_test.ts";

const pem = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
const DEBIAN = "/etc/ssl/certs/ca-certificates.crt";
const FEDORA = "/etc/pki/tls/certs/ca-bundle.crt";

function around(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Surroundings {
  return {
    env: (name) => env[name],
    readText: (path) => {
      const text = files[path];
      if (text !== undefined) return text;
      throw new Error(`Permission denied (os error 13): readfile '${path}'`);
    },
    list: (folder) =>
      Object.keys(files).flatMap((path) =>
        path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : []
      ),
  };
}

pureTest("a CA file gives each of its certificates, and nothing of the text between", () => {
  const text = `# our CA\n${pem("AAAA")}\r\nfriendly name\n${pem("BBBB").trim()}`;
  const found = readTrustedAuthorities(
    { kind: "file", path: "/ca.pem" },
    around({ "/ca.pem": text }),
  );
  assert.deepEqual(found, [pem("AAAA"), pem("BBBB")]);
});

pureTest("an empty CA file is an error, not an empty list", () => {
  const trust = { kind: "file", path: "/ca.pem" } as const;
  for (const text of ["", "\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]) {
    assert.throws(
      () => readTrustedAuthorities(trust, around({ "/ca.pem": text })),
      new VaultError('The CA file "/ca.pem" holds no PEM certificate'),
    );
  }
});

pureTest("an unreadable CA file is an error with the system's words", () => {
  assert.throws(
    () => readTrustedAuthorities({ kind: "file", path: "/ca.pem" }, around({})),
    (error) =>
      error instanceof VaultError &&
      error.message === 'Cannot read the CA file "/ca.pem": permission denied',
  );
});

pureTest("SSL_CERT_FILE goes before the host's bundles, and a bad one is an error", () => {
  const files = { "/own.pem": pem("OWN"), [DEBIAN]: pem("HOST") };
  const env = { SSL_CERT_FILE: "/own.pem" };
  assert.deepEqual(readTrustedAuthorities({ kind: "system" }, around(files, env)), [pem("OWN")]);
  assert.throws(
    () => readTrustedAuthorities({ kind: "system" }, around({ [DEBIAN]: pem("HOST") }, env)),
    /^VaultError: Cannot read the CA file "\/own\.pem": permission denied$/,
  );
});

pureTest("SSL_CERT_DIR is a folder of files, of which those that hold certificates count", () => {
  const files = { "/cas/a.pem": pem("A"), "/cas/README": "text", "/cas/b.0": pem("B") };
  const env = { SSL_CERT_DIR: "/cas" };
  assert.deepEqual(readTrustedAuthorities({ kind: "system" }, around(files, env)), [
    pem("A"),
    pem("B"),
  ]);
});

pureTest("the first of the host's bundles that can be read is taken", () => {
  const trust = { kind: "system" } as const;
  const both = { [FEDORA]: pem("FEDORA"), [DEBIAN]: pem("DEBIAN") };
  assert.deepEqual(readTrustedAuthorities(trust, around(both)), [pem("DEBIAN")]);
  assert.deepEqual(readTrustedAuthorities(trust, around({ [FEDORA]: pem("FEDORA") })), [
    pem("FEDORA"),
  ]);
  assert.deepEqual(readTrustedAuthorities(trust, around({})), []);
});

pureTest("VAULT_CACERT goes before every vault_ssl_verify of the file, even false", () => {
  const files = { "/env.pem": pem("ENV"), "/file.pem": pem("FILE"), [DEBIAN]: pem("HOST") };
  const trusts: TlsTrust[] = [{ kind: "off" }, { kind: "system" }, {
    kind: "file",
    path: "/file.pem",
  }];
  for (const trust of trusts) {
    const settings = { addresses: ["https://vault.test"], trust };
    const env = { VAULT_CACERT: "/env.pem", VAULT_TOKEN: "t" };
    assert.deepEqual(resolveAccess(settings, around(files, env)).authorities, [pem("ENV")]);
  }
});
