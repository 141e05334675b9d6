import assert from "node:assert/strict";
import { TARGET_KINDS } from "../../../lib/certificate/types.ts";
import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnostics, diagnosticsOf } from "./diagnostics.ts";

const CONFIG_KEYS = "vault, namespace, vault_ssl_verify, tls_server_name, client_cert, " +
  "client_key, redirect_hosts, allow_http, retries, timeout, ttl, renew, spread, keep, reissue, window, issuer, pki, role, issuer_ref, " +
  "key, key_type, reuse_key, exclude_cn_from_sans, remove_roots_from_chain, cert_store, " +
  "log_file, metrics_file, max_run, auth, token_file, vault_role_id, vault_secret_id, create_dirs";

/** A key of config on line 2, in column 3; its value, if any, is on that line. */
const inConfig: Record<string, string> = {
  "vault:": "f:2:3 config.vault: has no value",
  "vault: []": "f:2:3 config.vault: must have at least one entry",
  "vault: vault.example.com":
    `f:2:10 config.vault: expected a URL such as "https://vault.example.com:8200"`,
  "vault: [https://a, ftp://b]":
    `f:2:22 config.vault[1]: expected a URL such as "https://vault.example.com:8200"`,
  "vault: https://u:secret@a": "f:2:10 config.vault: expected a URL such as " +
    `"https://vault.example.com:8200", without a user or password in it`,
  "vault: https://a/v1": "f:2:10 config.vault: expected a URL such as " +
    `"https://vault.example.com:8200", without "/v1" and what follows`,
  "vault: https://a?x=1": "f:2:10 config.vault: expected a URL such as " +
    `"https://vault.example.com:8200", without "?" or "#"`,
  "vault: {a: b}": "f:2:3 config.vault: expected one value, got a map",
  "namespace: a b": `f:2:14 config.namespace: expected a namespace such as "team/web", got "a b"`,
  "vault_ssl_verify: yes": "f:2:21 config.vault_ssl_verify: expected true, false or the " +
    `absolute path of a CA file or directory, got "yes"`,
  "pki: [a]": "f:2:3 config.pki: expected one value, got a list",
  "pki: a/../b": "f:2:8 config.pki: expected the path of a PKI mount such as " +
    `"pki_internal", got "a/../b"`,
  "role: a/b":
    `f:2:9 config.role: expected the name of a role such as "internal-service", got "a/b"`,
  "renew: 14x": "f:2:10 config.renew: expected a duration such as " +
    `"14d", or a share above 0% and below 100% such as "33%", got "14x"`,
  "renew: 100%":
    `f:2:10 config.renew: expected a duration such as "14d", or a share above 0% and below 100% such as ` +
    `"33%", got "100%"`,
  "renew: 0%":
    `f:2:10 config.renew: expected a duration such as "14d", or a share above 0% and below 100% such as ` +
    `"33%", got "0%"`,
  "ttl: 14x": `f:2:8 config.ttl: expected a duration such as "14d", got "14x"`,
  "ttl: 0": `f:2:8 config.ttl: expected a duration such as "14d", got "0"`,
  "ttl: ~": "f:2:8 config.ttl: has no value",
  "issuer: Null": "f:2:11 config.issuer: has no value",
  "issuer: NULL": "f:2:11 config.issuer: has no value",
  'ttl: ""': "f:2:8 config.ttl: has no value",
  "cert_store: certs": `f:2:15 config.cert_store: expected the absolute path of a directory, ` +
    `without "..", got "certs"`,
  "cert_store: /": `f:2:15 config.cert_store: expected the absolute path of a directory, ` +
    `without "..", got "/"`,
  "log_file: /var/log/": `f:2:13 config.log_file: expected the absolute path of a file, ` +
    `without "..", got "/var/log/"`,
  "token_file: token": "f:2:15 config.token_file: expected the absolute path of a file that " +
    `contains a token, without ".."`,
  "vault_secret_id:": "f:2:3 config.vault_secret_id: has no value",
  "keep: many": `f:2:9 config.keep: expected a whole number from 0 to 99, got "many"`,
  "create_dirs: yes": `f:2:16 config.create_dirs: expected true or false, got "yes"`,
  "tokenfile: /x": `f:2:3 config.tokenfile: unknown key; did you mean "token_file"?`,
  "colour: red": `f:2:3 config.colour: unknown key; allowed here: ${CONFIG_KEYS}`,
};

pureTest("every key of config says what is wrong with it", async () => {
  for (const [line, invalid] of Object.entries(inConfig)) {
    await assertDiagnostics(`config:\n  ${line}\ncerts: []\n`, invalid);
  }
});

/** A key of a certificate on line 4, in column 5. */
const inCertificate: Record<string, string> = {
  "common_name:": "f:4:5 certs[0].common_name: has no value",
  "ttl: -1d": `f:4:10 certs[0].ttl: expected a duration such as "14d", got "-1d"`,
  "dns_sans: a.example.com":
    `f:4:15 certs[0].dns_sans: expected a list such as ["api.example.com"], got text`,
  "dns_sans: [a.example.com, 10.1.1.20]":
    `f:4:31 certs[0].dns_sans[1]: 10.1.1.20 is an IP address; put it under "ip_sans"`,
  'dns_sans: ["https://a.example.com"]': "f:4:16 certs[0].dns_sans[0]: expected a DNS name such " +
    `as "api.example.com", got "https://a.example.com"`,
  'dns_sans: ["a b"]':
    `f:4:16 certs[0].dns_sans[0]: expected a DNS name such as "api.example.com", got "a b"`,
  "dns_sans: [a.*.example.com]": "f:4:16 certs[0].dns_sans[0]: expected a DNS name such as " +
    `"api.example.com", got "a.*.example.com"`,
  "dns_sans: [10.1.1.300]":
    `f:4:16 certs[0].dns_sans[0]: expected a DNS name such as "api.example.com", got "10.1.1.300"`,
  "ip_sans: [web]":
    `f:4:15 certs[0].ip_sans[0]: expected an IP address such as "10.1.1.20", got "web"`,
  "ip_sans: [10.1.1.0/24]":
    `f:4:15 certs[0].ip_sans[0]: expected an IP address such as "10.1.1.20", got "10.1.1.0/24"`,
  'ip_sans: ["fe80::1%eth0"]':
    `f:4:15 certs[0].ip_sans[0]: expected an IP address such as "10.1.1.20", got "fe80::1%eth0"`,
  "ip_sans: [10.1.1.020]":
    `f:4:15 certs[0].ip_sans[0]: expected an IP address such as "10.1.1.20", got "10.1.1.020"`,
  "deploy: {cert: /a}":
    `f:4:5 certs[0].deploy: expected a list whose entries begin with "- ", got a map`,
  "deploy: [/a]": "f:4:14 certs[0].deploy[0]: expected a map such as " +
    `{cert: "/etc/nginx/ssl/web.crt"}, got text`,
  "deploy: [~]": "f:4:14 certs[0].deploy[0]: has no value",
  "service: [nginx]":
    `f:4:15 certs[0].service[0]: expected a map such as {name: "nginx.service"}, got text`,
  "service: [{control: reload}]": "f:4:15 certs[0].service[0].name: is missing",
  "service: [{name: a b}]":
    `f:4:22 certs[0].service[0].name: expected a systemd unit such as "nginx.service", got "a b"`,
  "service: [{name: -a}]":
    `f:4:22 certs[0].service[0].name: expected a service such as "nginx.service", got "-a"`,
  'service: [{name: "app@"}]': "f:4:22 certs[0].service[0].name: expected an instance of the " +
    `template, such as "app@main.service", got "app@"`,
  "service: [{name: a, control: reloaded}]": "f:4:34 certs[0].service[0].control: expected one " +
    "of reload, restart, reload-or-restart, try-reload-or-restart, start, signal, got " +
    `"reloaded"; did you mean "reload"?`,
  "service: [{name: a, order: 1.5}]":
    `f:4:32 certs[0].service[0].order: expected a whole number such as 10, got "1.5"`,
  "dns-sans: [a]": `f:4:5 certs[0].dns-sans: unknown key; did you mean "dns_sans"?`,
};

pureTest("every key of a certificate says what is wrong with it", async () => {
  for (const [line, invalid] of Object.entries(inCertificate)) {
    await assertDiagnostics(
      `config: {pki: p, role: r}\ncerts:\n  - name: web\n    ${line}\n`,
      invalid,
    );
  }
});

const KINDS = `expected one of ${TARGET_KINDS.join(", ")}`;
const SHORT_FORMS = TARGET_KINDS.map((kind) => `"${kind}"`).join(", ").replace(
  /, ([^,]+)$/,
  " or $1",
);

/** A deploy entry in a flow map that begins in column 9 of line 5. */
const inTarget: Record<string, string> = {
  "{}":
    `f:5:9 certs[0].deploy[0]: deploys nothing; set ${SHORT_FORMS} with a path, or "source" and "dest"`,
  "{cert: /a, chain: /b}": "f:5:20 certs[0].deploy[0].chain: one entry deploys one file, and " +
    `"cert" is set already; make this a separate entry`,
  "{cert: /a, dest: /b}":
    `f:5:20 certs[0].deploy[0].dest: cannot be combined with "cert"; use either ` +
    `"cert: PATH" or "source" and "dest"`,
  "{source: cert}": `f:5:9 certs[0].deploy[0].dest: is missing; "source" needs it`,
  "{dest: /a}": `f:5:9 certs[0].deploy[0].source: is missing; "dest" needs it`,
  "{source: key, dest: /a}": `f:5:18 certs[0].deploy[0].source: ${KINDS}, got "key"`,
  "{source: privkye, dest: /a}": `f:5:18 certs[0].deploy[0].source: ${KINDS}, got ` +
    `"privkye"; did you mean "privkey"?`,
  "{fulchain: /a}": `f:5:10 certs[0].deploy[0].fulchain: unknown key; did you mean "fullchain"?`,
  "{cert: /a, mod: 1}": `f:5:20 certs[0].deploy[0].mod: unknown key; did you mean "mode"?`,
  "{cert: a}": `f:5:16 certs[0].deploy[0].cert: expected the absolute path of a file, ` +
    `without "..", got "a"`,
  "{cert: /a/../b}": `f:5:16 certs[0].deploy[0].cert: expected the absolute path of a file, ` +
    `without "..", got "/a/../b"`,
  "{cert: /a/}": `f:5:16 certs[0].deploy[0].cert: expected the absolute path of a file, ` +
    `without "..", got "/a/"`,
  '{cert: "/a\\n"}': `f:5:16 certs[0].deploy[0].cert: expected the absolute path of a file, ` +
    `without "..", got "/a\\n"`,
  "{cert: /a, mode: 0648}":
    `f:5:26 certs[0].deploy[0].mode: expected an octal mode such as "0640", got "0648"`,
  "{cert: /a, mode: 17777}":
    `f:5:26 certs[0].deploy[0].mode: expected an octal mode such as "0640", got "17777"`,
  "{privkey: /a, mode: 644}":
    'f:5:29 certs[0].deploy[0].mode: a private key must not be accessible to every user; use "0600" or "0640"',
  "{source: privkey, dest: /a, mode: 602}":
    'f:5:43 certs[0].deploy[0].mode: a private key must not be accessible to every user; use "0600" or "0640"',
  "{cert: /a, owner: 'root:root'}": "f:5:27 certs[0].deploy[0].owner: expected one name; " +
    `set the user as "owner" and the group as "group"`,
  "{cert: /a, group: -x}": `f:5:27 certs[0].deploy[0].group: expected a name or a number, got "-x"`,
  "{cert: /a, owner: ''}": "f:5:27 certs[0].deploy[0].owner: has no value",
  '{cert: /a, owner: "a\\0b"}':
    `f:5:27 certs[0].deploy[0].owner: expected a name or a number, got "a\\u0000b"`,
};

pureTest("a deploy entry says what is wrong with it", async () => {
  for (const [entry, invalid] of Object.entries(inTarget)) {
    await assertDiagnostics(
      `config: {pki: p, role: r}\ncerts:\n  - name: web\n    deploy:\n      - ${entry}\n`,
      invalid,
    );
  }
});

pureTest("a name that cannot be a directory is refused", async () => {
  const directory = `a valid directory name (no "/", no "." at its start, no control character)`;
  const names: Record<string, string> = {
    "a/b": `expected ${directory}, got "a/b"`,
    "..": `expected ${directory}, got ".."`,
    ".pending": `expected ${directory}, got ".pending"`,
    '"a\\tb"': `expected ${directory}, got "a\\tb"`,
    '" a"': `expected a name without blanks at its ends, got " a"`,
    // Half a character, which no file system keeps apart from other halves.
    '"a\\ud800"': `expected ${directory}, got "a\\ud800"`,
    // A control character that JSON does not escape.
    '"a\\x9b"': `expected ${directory}, got "a\ufffd"`,
    ["é".repeat(101)]: `expected a name of at most 200 bytes, got "${"é".repeat(79)}…"`,
  };
  for (const [name, message] of Object.entries(names)) {
    await assertDiagnostics(
      `config: {pki: p, role: r}\ncerts:\n  - name: ${name}\n`,
      `f:3:11 certs[0].name: ${message}`,
    );
  }
});

pureTest("a file of the wrong shape says so", async () => {
  await assertDiagnostics(
    "hello",
    `f:1:1: expected a map with the keys "config" and "certs", got text`,
  );
  await assertDiagnostics(
    "- a",
    `f:1:1: expected a map with the keys "config" and "certs", got a list`,
  );
  await assertDiagnostics("config: {}", "f:1:1 certs: is missing");
  await assertDiagnostics("certs:", "f:1:1 certs: has no value");
  await assertDiagnostics(
    "certs: web",
    `f:1:8 certs: expected a list whose entries begin with "- ", got text`,
  );
  await assertDiagnostics(
    "config:\n  - a\ncerts: []",
    "f:1:1 config: expected a map of settings, got a list",
  );
  await assertDiagnostics(
    "x-anything: [goes, here]\ncert: []\ncerts: []",
    `f:2:1 cert: unknown key; did you mean "certs"?`,
  );
});

// The library behind the schema drops these three from what it read.
pureTest("names of JavaScript's own properties are unknown keys like others", async () => {
  for (const key of ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"]) {
    for (const value of ["x", "{a: b}", "{mode: '0777'}", "~"]) {
      const top = await diagnosticsOf(`${key}: ${value}\ncerts: [{name: a, pki: p, role: r}]\n`);
      assert.deepEqual(top, [
        `f:1:1 ${key}: unknown key; allowed here: config, certs, trust, include, defaults`,
      ]);
      for (
        const [path, start, end] of [
          ["config", "config: {", "}\ncerts: []\n"],
          ["config.auth", "config: {auth: {method: cert, ", "}}\ncerts: []\n"],
          ["certs[0]", "certs: [{name: a, pki: p, role: r, ", "}]\n"],
          ["certs[0]", "certs: [{name: a, pki: p, role: r, <<: {", "}}]\n"],
          [
            "certs[0].deploy[0]",
            "certs: [{name: a, pki: p, role: r, deploy: [{cert: /a, ",
            "}]}]\n",
          ],
          [
            "certs[0].service[0]",
            "certs: [{name: a, pki: p, role: r, service: [{name: b, ",
            "}]}]\n",
          ],
          [
            "certs[0].service[0].probe",
            'certs: [{name: a, pki: p, role: r, service: [{name: b, probe: {connect: "c:1", ',
            "}}]}]\n",
          ],
          ["defaults.deploy", "defaults: {deploy: {", "}}\ncerts: []\n"],
        ]
      ) {
        const said = await diagnosticsOf(`${start}${key}: ${value}${end}`);
        assert.equal(said.length, 1, said.join("\n"));
        const column = (start?.length ?? 0) + 1;
        assert.ok(said[0]?.startsWith(`f:1:${column} ${path}.${key}: unknown key; `), said[0]);
      }
    }
  }
  await assertDiagnostics("certs: [{name: __proto__, pki: p, role: constructor}]\n");
});
