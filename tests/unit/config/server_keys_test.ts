import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import * as places from "../../../lib/config/scalars/places.ts";
import type { VaultSettings } from "../../../lib/config/types.ts";
import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnostics } from "./diagnostics.ts";
import { defined } from "../../support/defined.ts";

async function vaultOf(lines: string): Promise<VaultSettings> {
  return defined(await parseConfig(`config:\n  ${lines}\ncerts: []\n`, "f")).vault;
}

/** Text of a value, the setting that it becomes, and what it becomes. */
const good: [string, keyof VaultSettings, unknown][] = [
  ["tls_server_name: vault.service.consul", "serverName", "vault.service.consul"],
  ["tls_server_name: 10.1.1.20", "serverName", "10.1.1.20"],
  ['tls_server_name: "fd00::1"', "serverName", "fd00::1"],
  ["redirect_hosts: Vault-2.example.com", "redirectHosts", ["vault-2.example.com"]],
  ['redirect_hosts: [a:8200, 10.0.0.1, "[FD00::1]"]', "redirectHosts", [
    "a:8200",
    "10.0.0.1",
    "[fd00::1]",
  ]],
  ["allow_http: true", "allowHttp", true],
  ["allow_http: false", "allowHttp", false],
  ["retries: 0", "retries", 0],
  ["retries: 99", "retries", 99],
  ["timeout: 90", "timeout", 90],
  ["timeout: 1m30s", "timeout", 90],
  ["vault_ssl_verify: /etc/ssl//certs/", "trust", { kind: "file", path: "/etc/ssl/certs" }],
];

pureTest("every key about the server accepts its valid values", async () => {
  for (const [line, key, value] of good) assert.deepEqual((await vaultOf(line))[key], value, line);
});

pureTest("a client certificate is given by two paths", async () => {
  const { clientCert, clientKey } = await vaultOf("client_cert: /a//b\n  client_key: /a/./c");
  assert.deepEqual([clientCert, clientKey], ["/a/b", "/a/c"]);
});

pureTest("what the file does not say about the server is left out", async () => {
  assert.deepEqual(await vaultOf("retries: 1"), {
    addresses: [],
    redirectHosts: [],
    allowHttp: false,
    trust: { kind: "system" },
    timeout: 60,
    retries: 1,
  });
});

const HOST = `expected a host such as "vault-2.example.com"`;

/** A key of config on line 2, in column 3. */
const LIMIT = `expected a time from "1s" to "1h", such as "60s"`;

const wrong: Record<string, string> = {
  "tls_server_name: a b":
    `f:2:20 config.tls_server_name: expected a host name such as "www.example.com" or an IP address, got "a b"`,
  "tls_server_name: 10.1.1.300":
    `f:2:20 config.tls_server_name: expected a host name such as "www.example.com" or an IP address, got "10.1.1.300"`,
  "tls_server_name: https://a": "f:2:20 config.tls_server_name: expected a host name such as " +
    `"www.example.com" or an IP address, got "https://a"`,
  'tls_server_name: ""': "f:2:20 config.tls_server_name: has no value",
  "tls_server_name: [a]": "f:2:3 config.tls_server_name: expected one value, got a list",
  "client_cert: a.pem": "f:2:16 config.client_cert: expected the absolute path of a file, " +
    `without "..", got "a.pem"`,
  "client_cert: /a/": "f:2:16 config.client_cert: expected the absolute path of a file, " +
    `without "..", got "/a/"`,
  "client_cert:": "f:2:3 config.client_cert: has no value",
  "client_key: a.key": "f:2:15 config.client_key: expected the absolute path of a file that " +
    `contains the secret, without ".."`,
  "client_key: /a/../b": "f:2:15 config.client_key: expected the absolute path of a file that " +
    `contains the secret, without ".."`,
  "client_key:": "f:2:3 config.client_key: has no value",
  "redirect_hosts: https://a": `f:2:19 config.redirect_hosts: ${HOST}, got "https://a"`,
  "redirect_hosts: [a, a/b]": `f:2:23 config.redirect_hosts[1]: ${HOST}, got "a/b"`,
  "redirect_hosts: ['u@a']": `f:2:20 config.redirect_hosts[0]: ${HOST}, got "u@a"`,
  "redirect_hosts: ['a:99999']": `f:2:20 config.redirect_hosts[0]: ${HOST}, got "a:99999"`,
  "redirect_hosts: ['fd00::1']": `f:2:20 config.redirect_hosts[0]: ${HOST}, got "fd00::1"`,
  "redirect_hosts: ['*.a']": `f:2:20 config.redirect_hosts[0]: ${HOST}, got "*.a"`,
  "redirect_hosts: []": "f:2:3 config.redirect_hosts: must have at least one entry",
  "redirect_hosts:": "f:2:3 config.redirect_hosts: has no value",
  "redirect_hosts: {a: b}": "f:2:3 config.redirect_hosts: expected one value, got a map",
  "allow_http: yes": `f:2:15 config.allow_http: expected true or false, got "yes"`,
  "retries: -1": `f:2:12 config.retries: expected a whole number from 0 to 99, got "-1"`,
  "retries: 100": `f:2:12 config.retries: expected a whole number from 0 to 99, got "100"`,
  "retries: 2.5": `f:2:12 config.retries: expected a whole number from 0 to 99, got "2.5"`,
  "retries: many": `f:2:12 config.retries: expected a whole number from 0 to 99, got "many"`,
  "retries:": "f:2:3 config.retries: has no value",
  "timeout: 3601": `f:2:12 config.timeout: ${LIMIT}, got "3601"`,
  "timeout: 1h1s": `f:2:12 config.timeout: ${LIMIT}, got "1h1s"`,
  "timeout: 0": `f:2:12 config.timeout: ${LIMIT}, got "0"`,
  "timeout: 60 s": `f:2:12 config.timeout: ${LIMIT}, got "60 s"`,
  "timeout: 500ms": `f:2:12 config.timeout: ${LIMIT}, got "500ms"`,
  "vault_ssl_verify: ca.pem": "f:2:21 config.vault_ssl_verify: expected true, false or the " +
    `absolute path of a CA file or directory, got "ca.pem"`,
  "vault_ssl_verify: /": "f:2:21 config.vault_ssl_verify: expected true, false or the " +
    `absolute path of a CA file or directory, got "/"`,
  "redirect_host: a": `f:2:3 config.redirect_host: unknown key; did you mean "redirect_hosts"?`,
  "tls_servername: a": `f:2:3 config.tls_servername: unknown key; did you mean "tls_server_name"?`,
  "retrys: 2": `f:2:3 config.retrys: unknown key; did you mean "retries"?`,
};

pureTest("every key about the server says what is wrong with it", async () => {
  for (const [line, invalid] of Object.entries(wrong)) {
    await assertDiagnostics(`config:\n  ${line}\ncerts: []\n`, invalid);
  }
});

const OPEN = 'sends tokens and keys unencrypted; use "https://", or set ' +
  '"allow_http: true" if the network is trusted';

pureTest("plain http is refused, at each address that has it", async () => {
  const config = (vault: string) => `config:\n  vault: ${vault}\ncerts: []\n`;
  await assertDiagnostics(config("http://a.test:8200"), `f:2:10 config.vault: ${OPEN}`);
  await assertDiagnostics(
    config("[http://a.test, https://b.test, http://10.0.0.1]"),
    `f:2:11 config.vault[0]: ${OPEN}`,
    `f:2:42 config.vault[2]: ${OPEN}`,
  );
  await assertDiagnostics(
    config('["http://localhost.evil.test", "http://127.0.0.1.evil.test"]'),
    `f:2:11 config.vault[0]: ${OPEN}`,
    `f:2:41 config.vault[1]: ${OPEN}`,
  );
  await assertDiagnostics(
    config("http://a.test\n  allow_http: false"),
    `f:2:10 config.vault: ${OPEN}`,
  );
});

pureTest("plain http is accepted if it is allowed, and to this host itself", async () => {
  await assertDiagnostics("config:\n  vault: http://a.test\n  allow_http: true\ncerts: []\n");
  const hosts = ["localhost:8200", "127.0.0.1:8200", "127.8.9.1", "[::1]:8200", "LOCALHOST"];
  for (const host of hosts) {
    await assertDiagnostics(`config:\n  vault: "http://${host}"\ncerts: []\n`);
  }
});

pureTest("a socket is an address that needs no allow_http", async () => {
  const config = (text: string) => `config:\n  vault: "${text}"\ncerts: []\n`;
  const longest = `unix:///${"a".repeat(106)}`;
  for (const text of ["unix:///run/vault-agent.sock", "unix:///run/a b?#%.sock", longest]) {
    await assertDiagnostics(config(text));
    assert.equal(places.address.read(text), text);
  }
  assert.equal(places.address.read("unix:///run//./a.sock"), "unix:///run/a.sock");
  const wrong = ["unix:", "unix://", "unix:///", "unix://run/a.sock", "unix:/run/a.sock"].concat(
    ["unix:///run/", "unix:///run/../a", "unix:///dev/shm/a", "unix://@abstract", `${longest}a`],
    [`unix:///${"ä".repeat(54)}`, "unix:///a\\nb"],
  );
  for (const text of wrong) {
    await assertDiagnostics(
      config(text),
      "f:2:10 config.vault: expected the absolute path of a socket as in " +
        '"unix:///run/vault-agent.sock", of at most 107 bytes and not in /dev, /proc or /sys',
    );
  }
});

pureTest(
  "an allow_http that cannot be read gives one diagnostic, not one for each address",
  async () => {
    await assertDiagnostics(
      "config:\n  vault: [http://a.test, http://b.test]\n  allow_http: 1\ncerts: []\n",
      `f:3:15 config.allow_http: expected true or false, got "1"`,
    );
  },
);

pureTest("a plain address beside one that cannot be read is found all the same", async () => {
  await assertDiagnostics(
    "config:\n  vault: [ftp://a.test, http://b.test]\ncerts: []\n",
    `f:2:11 config.vault[0]: expected a URL such as "https://vault.example.com:8200"`,
    `f:2:25 config.vault[1]: ${OPEN}`,
  );
});

pureTest("a client certificate needs its key, and the key its certificate", async () => {
  await assertDiagnostics(
    "config:\n  client_cert: /a\ncerts: []\n",
    `f:2:16 config.client_cert: needs "client_key"`,
  );
  await assertDiagnostics(
    "config:\n  client_key: /a\ncerts: []\n",
    `f:2:15 config.client_key: needs "client_cert"`,
  );
  await assertDiagnostics(
    "config:\n  client_cert: /a\n  client_key: b\ncerts: []\n",
    "f:3:15 config.client_key: expected the absolute path of a file that contains the secret, " +
      `without ".."`,
  );
});
