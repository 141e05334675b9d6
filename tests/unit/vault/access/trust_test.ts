import assert from "node:assert/strict";
import type { Environment } from "../../../../lib/vault/access/environment.ts";
import { VaultError } from "../../../../lib/vault/errors.ts";
import { readTrustedAuthorities } from "../../../../lib/vault/access/trust.ts";
import { makeAuthority } from "../../../support/fixtures_pki.ts";
import { pureTest } from "../../../support/pure_test.ts";
import {
  accessOf,
  environment as plainEnvironment,
  messageOf,
  type Variables,
} from "./environment.ts";

const MADE = new Map<string, string>();
for (const name of ["A", "B", "C", "OWN", "HOST", "FEDORA", "DEBIAN", "ENV", "DIR", "FILE"]) {
  MADE.set(name, (await makeAuthority(name)).pem);
}

/** The certificate of one of these authorities. */
function pem(name: string): string {
  return MADE.get(name) ?? assert.fail(`there is no authority "${name}"`);
}

/** What looks like a certificate and cannot be decoded. */
const BROKEN = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

const DEBIAN = "/etc/ssl/certs/ca-certificates.crt";
const FEDORA = "/etc/pki/tls/certs/ca-bundle.crt";

/** Surroundings in which whatever is not there may not be looked at. */
function environment(files: Readonly<Record<string, string>>, env: Variables = {}): Environment {
  const known = plainEnvironment(env, files);
  return {
    ...known,
    read: (path) => {
      const isThere = (name: string) => name === path || name.startsWith(`${path}/`);
      if (Object.keys(files).some(isThere)) return known.read(path);
      throw new Error(`Permission denied (os error 13): readfile '${path}'`);
    },
  };
}

pureTest("a CA file gives each of its certificates, and nothing of the text between", () => {
  const text = `# our CA\n${pem("A")}\r\nfriendly name\n${pem("B").trim()}`;
  const found = readTrustedAuthorities(
    { kind: "file", path: "/ca.pem" },
    environment({ "/ca.pem": text }),
  );
  assert.deepEqual(found, [pem("A"), pem("B")]);
});

pureTest(
  "a CA file without a certificate is an error that says what it is, not an empty list",
  () => {
    const trust = { kind: "file", path: "/ca.pem" } as const;
    const cases = {
      "": "",
      "\n": "",
      "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n": " but a private key",
      "0\ufffd\u0001": "; if it is DER: openssl x509 -inform DER -in /ca.pem -out /ca.pem.pem",
    };
    for (const [text, what] of Object.entries(cases)) {
      assert.throws(
        () => readTrustedAuthorities(trust, environment({ "/ca.pem": text })),
        new VaultError(`The CA file "/ca.pem" contains no PEM certificate${what}`),
      );
    }
  },
);

pureTest("an unreadable CA file is an error with the system's words", () => {
  assert.throws(
    () => readTrustedAuthorities({ kind: "file", path: "/ca.pem" }, environment({})),
    (error) =>
      error instanceof VaultError &&
      error.message === 'Cannot read the CA file "/ca.pem": permission denied',
  );
});

pureTest("SSL_CERT_FILE goes before the host's bundles, and a bad one is an error", () => {
  const files = { "/own.pem": pem("OWN"), [DEBIAN]: pem("HOST") };
  const env = { SSL_CERT_FILE: "/own.pem" };
  assert.deepEqual(readTrustedAuthorities({ kind: "system" }, environment(files, env)), [
    pem("OWN"),
  ]);
  assert.throws(
    () => readTrustedAuthorities({ kind: "system" }, environment({ [DEBIAN]: pem("HOST") }, env)),
    /^VaultError: Cannot read the CA file "\/own\.pem": permission denied$/,
  );
});

pureTest(
  "SSL_CERT_DIR is a directory of files, of which those that hold certificates count",
  () => {
    const files = { "/cas/a.pem": pem("A"), "/cas/README": "text", "/cas/b.0": pem("B") };
    const env = { SSL_CERT_DIR: "/cas" };
    assert.deepEqual(readTrustedAuthorities({ kind: "system" }, environment(files, env)), [
      pem("A"),
      pem("B"),
    ]);
  },
);

pureTest("the first of the host's bundles that can be read is used", () => {
  const trust = { kind: "system" } as const;
  const both = { [FEDORA]: pem("FEDORA"), [DEBIAN]: pem("DEBIAN") };
  assert.deepEqual(readTrustedAuthorities(trust, environment(both)), [pem("DEBIAN")]);
  assert.deepEqual(readTrustedAuthorities(trust, environment({ [FEDORA]: pem("FEDORA") })), [
    pem("FEDORA"),
  ]);
  assert.deepEqual(readTrustedAuthorities(trust, environment({})), []);
});

pureTest("a CA directory gives the certificates of all its files, and must hold one", () => {
  const trust = { kind: "file", path: "/cas" } as const;
  const files = { "/cas/a.pem": pem("A") + pem("B"), "/cas/README": "text", "/cas/c.0": pem("C") };
  const found = readTrustedAuthorities(trust, environment(files));
  assert.deepEqual(found, [pem("A"), pem("B"), pem("C")]);
  assert.throws(
    () => readTrustedAuthorities(trust, environment({ "/cas/README": "text" })),
    new VaultError('No file in the CA directory "/cas" contains a PEM certificate'),
  );
});

pureTest("a CA file that is named and holds what cannot be decoded is an error", () => {
  const text = pem("A") + BROKEN;
  const problem = 'The CA file "/ca.pem" contains a certificate that cannot be decoded';
  for (const it of [text, BROKEN]) {
    const files = environment({ "/ca.pem": it }, { SSL_CERT_FILE: "/ca.pem" });
    for (const trust of [{ kind: "file", path: "/ca.pem" }, { kind: "system" }] as const) {
      assert.equal(messageOf(() => readTrustedAuthorities(trust, files)), problem);
    }
  }
});

pureTest("what cannot be decoded in a directory, or in the host's bundle, is passed over", () => {
  const mixed = BROKEN + pem("A") + BROKEN;
  const files = { "/cas/a.pem": mixed, "/cas/b.pem": BROKEN, "/cas/c.pem": pem("C") };
  const directory = { kind: "file", path: "/cas" } as const;
  assert.deepEqual(readTrustedAuthorities(directory, environment(files)), [pem("A"), pem("C")]);
  const system = { kind: "system" } as const;
  const env = { SSL_CERT_DIR: "/cas" };
  assert.deepEqual(readTrustedAuthorities(system, environment(files, env)), [pem("A"), pem("C")]);
  assert.deepEqual(readTrustedAuthorities(system, environment({ [DEBIAN]: mixed })), [pem("A")]);
  assert.equal(
    messageOf(() => readTrustedAuthorities(directory, environment({ "/cas/b.pem": BROKEN }))),
    'No file in the CA directory "/cas" contains a PEM certificate',
  );
});

const FILES = {
  "/env.pem": pem("ENV"),
  "/env/a.pem": pem("DIR"),
  "/file.pem": pem("FILE"),
  [DEBIAN]: pem("HOST"),
};
const TRUSTS = {
  off: { kind: "off" },
  system: { kind: "system" },
  file: { kind: "file", path: "/file.pem" },
} as const;

/** The first authority that is trusted, or why none is asked for. */
function trusted(trust: keyof typeof TRUSTS, env: Variables = {}): string | undefined {
  const { authorities, unverifiedBy } = accessOf({ trust: TRUSTS[trust] }, env, FILES).tls;
  assert.equal(authorities === undefined, unverifiedBy !== undefined);
  return [...MADE].find(([, text]) => text === authorities?.[0])?.[0] ?? unverifiedBy;
}

pureTest("the file sets the trusted CAs if no variable does", () => {
  assert.deepEqual([trusted("system"), trusted("file")], ["HOST", "FILE"]);
  assert.equal(trusted("off"), "vault_ssl_verify: false");
});

pureTest("VAULT_CACERT goes before VAULT_CAPATH, and both before what the file trusts", () => {
  const [file, directory] = [{ VAULT_CACERT: "/env.pem" }, { VAULT_CAPATH: "/env" }];
  for (const trust of ["system", "file"] as const) {
    assert.equal(trusted(trust, file), "ENV");
    assert.equal(trusted(trust, directory), "DIR");
    assert.equal(trusted(trust, { ...directory, ...file }), "ENV");
    assert.equal(trusted(trust, { BAO_CAPATH: "/env" }), "DIR");
  }
});

pureTest("VAULT_CACERT goes before every vault_ssl_verify of the file, even false", () => {
  assert.equal(trusted("off", { VAULT_CACERT: "/env.pem" }), "ENV");
  assert.equal(trusted("off", { VAULT_CAPATH: "/env" }), "DIR");
});

pureTest("VAULT_SKIP_VERIFY goes before all else, whichever way it is set", () => {
  const file = { VAULT_CACERT: "/env.pem" };
  for (const trust of ["off", "system", "file"] as const) {
    assert.equal(trusted(trust, { ...file, VAULT_SKIP_VERIFY: "true" }), "VAULT_SKIP_VERIFY");
    assert.equal(trusted(trust, { ...file, VAULT_SKIP_VERIFY: "false" }), "ENV");
  }
  assert.equal(trusted("off", { VAULT_SKIP_VERIFY: "0" }), "HOST");
  assert.equal(trusted("file", { VAULT_SKIP_VERIFY: "0" }), "FILE");
});

pureTest("a variable about trust that cannot be used is an error", () => {
  const said = (env: Variables) => messageOf(() => accessOf({}, env, FILES));
  assert.equal(
    said({ VAULT_CACERT: "/absent.pem" }),
    'Cannot read the CA file "/absent.pem": no such file or directory; create it, or give another path',
  );
  assert.equal(said({ VAULT_SKIP_VERIFY: "yes" }), 'VAULT_SKIP_VERIFY must be "true" or "false"');
});

pureTest("VAULT_TLS_SERVER_NAME goes before the file's tls_server_name", () => {
  const serverName = (env: Variables) =>
    accessOf({ serverName: "file.internal" }, env).tls.serverName;
  assert.equal(serverName({}), "file.internal");
  for (const name of ["env.internal", "10.1.1.20", "fd00::1"]) {
    assert.equal(serverName({ VAULT_TLS_SERVER_NAME: name }), name);
  }
  assert.equal(accessOf({}).tls.serverName, undefined);
  assert.equal(
    messageOf(() => serverName({ VAULT_TLS_SERVER_NAME: "https://a" })),
    'VAULT_TLS_SERVER_NAME: expected a host name such as "www.example.com" or an IP address, got "https://a"',
  );
});
