import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import type { CertificateSpec } from "../../../lib/config/types.ts";
import { defined } from "../../support/defined.ts";
import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnostics } from "./diagnostics.ts";

/** One certificate, with a line of its own and one of config. */
async function spec(own: string, config = ""): Promise<CertificateSpec> {
  const text = `config:\n  pki: p\n  role: r\n  ${config}\ncerts:\n  - name: web\n    ${own}\n`;
  const [only] = (await parseConfig(text, "f")).certificates;
  assert.ok(only !== undefined);
  return only;
}

const KEY = { origin: "vault", reuse: false } as const;

/** A line that stands in config or in a certificate, and what it makes of a certificate. */
const common: [string, Partial<CertificateSpec>][] = [
  ["issuer_ref: root-2026", { issuerRef: "root-2026" }],
  ["issuer_ref: 0f1e2d3c-aaaa-bbbb-cccc-000000000000", {
    issuerRef: "0f1e2d3c-aaaa-bbbb-cccc-000000000000",
  }],
  ["key: local", { key: { origin: "local", reuse: false } }],
  ["key: vault", { key: { origin: "vault", reuse: false } }],
  ["exclude_cn_from_sans: true", { excludeCnFromSans: true }],
  ["remove_roots_from_chain: true", { removeRootsFromChain: true }],
  ...(["ec-256", "ec-384", "rsa-2048", "rsa-3072", "rsa-4096", "ed25519"] as const).map(
    (type): [string, Partial<CertificateSpec>] => [
      `key_type: ${type}`,
      { key: { origin: "vault", type, reuse: false } },
    ],
  ),
];

pureTest("what config says of issuing holds for a certificate that is silent", async () => {
  const plain = await spec("");
  for (const [line, parts] of common) {
    const expected = { ...plain, ...parts };
    assert.deepEqual(await spec("", line), expected, line);
    assert.deepEqual(await spec(line), expected, line);
  }
});

pureTest("a certificate's own key goes before that of config", async () => {
  const cases: [string, string, Partial<CertificateSpec>][] = [
    ["issuer_ref: a", "issuer_ref: b", { issuerRef: "a" }],
    ["key: vault", "key: local", { key: { origin: "vault", reuse: false } }],
    ["key_type: ec-384", "key_type: rsa-2048", {
      key: { ...KEY, type: "ec-384" },
    }],
    ["exclude_cn_from_sans: false", "exclude_cn_from_sans: true", { excludeCnFromSans: false }],
    ["remove_roots_from_chain: false", "remove_roots_from_chain: true", {
      removeRootsFromChain: false,
    }],
  ];
  const plain = await spec("");
  for (const [own, config, parts] of cases) {
    assert.deepEqual(await spec(own, config), { ...plain, ...parts }, own);
  }
});

pureTest("a key that is made here may be used again", async () => {
  const reused = { origin: "local", reuse: true };
  assert.deepEqual((await spec("key: local\n    reuse_key: true")).key, reused);
  assert.deepEqual((await spec("", "key: local\n  reuse_key: true")).key, reused);
  assert.deepEqual((await spec("reuse_key: true", "key: local")).key, reused);
  const fresh = await spec("reuse_key: false", "key: local\n  reuse_key: true");
  assert.deepEqual(fresh.key, { origin: "local", reuse: false });
});

pureTest("parseConfig() reads names of all kinds", async () => {
  const uris = ["spiffe://example.com/web", "https://a.example/b?c=d,e", "http://A.example"];
  const emails = ["ops@example.com", "o'hara+x@Example.COM", "a@bücher.example"];
  const own = await spec(
    `uri_sans: ${JSON.stringify([...uris.slice(0, 2), "HTTP://A.example"])}\n    email_sans: ${
      JSON.stringify(emails)
    }`,
  );
  const sent = [...emails.slice(0, 2), "a@xn--bcher-kva.example"];
  assert.deepEqual([own.uriSans, own.emailSans, own.otherSans], [uris, sent, []]);
  const others = await spec('other_sans: ["1.3.6.1.4.1.311.20.2.3;utf-8:a,b;c", "2.5.0;UTF8:é"]');
  assert.deepEqual(others.otherSans, ["1.3.6.1.4.1.311.20.2.3;UTF8:a,b;c", "2.5.0;UTF8:é"]);
});

pureTest("parseConfig() accepts ca as a target in both forms", async () => {
  const { targets } = await spec("deploy: [{ca: /a}, {source: ca, dest: /b, mode: 644}]");
  assert.deepEqual(defined(targets), [
    { what: "ca", path: "/a", createDirs: false },
    { what: "ca", path: "/b", mode: 0o644, createDirs: false },
  ]);
});

const ISSUER = "expected the name or id of an issuer";
const KEY_TYPES = "expected one of ec-256, ec-384, rsa-2048, rsa-3072, rsa-4096, ed25519";
const URI = `expected a URI such as "spiffe://example.com/web"`;
const EMAIL = `expected an e-mail address such as "ops@example.com"`;
const OTHER = `expected "OID;UTF8:TEXT" such as "1.3.6.1.4.1.311.20.2.3;UTF8:web@example.com"`;

/** Key and value, the column of the value beyond the key's, and the message. */
const wrongCommon: [string, number, string][] = [
  ["issuer_ref: a/b", 12, `issuer_ref: ${ISSUER}, got "a/b"`],
  ["issuer_ref: .a", 12, `issuer_ref: ${ISSUER}, got ".a"`],
  ["issuer_ref: ''", 12, "issuer_ref: has no value"],
  ["key: lokal", 5, `key: expected one of vault, local, got "lokal"; did you mean "local"?`],
  ["key: /etc/a.key", 5, `key: expected one of vault, local, got "/etc/a.key"`],
  ["key_type: rsa", 10, `key_type: ${KEY_TYPES}, got "rsa"`],
  ["key_type: ec256", 10, `key_type: ${KEY_TYPES}, got "ec256"; did you mean "ec-256"?`],
  ["key_type: rsa-1024", 10, `key_type: ${KEY_TYPES}, got "rsa-1024"`],
  ["reuse_key: yes", 11, `reuse_key: expected true or false, got "yes"`],
  ["exclude_cn_from_sans: 1", 22, `exclude_cn_from_sans: expected true or false, got "1"`],
  ["remove_roots_from_chain: no", 25, `remove_roots_from_chain: expected true or false, got "no"`],
  ["key_typ: rsa", 0, `key_typ: unknown key; did you mean "key_type"?`],
];

pureTest("every key of issuing says what is wrong with it, in config and beyond", async () => {
  for (const [line, column, message] of wrongCommon) {
    await assertDiagnostics(
      `config:\n  ${line}\ncerts: []\n`,
      `f:2:${3 + column} config.${message}`,
    );
    await assertDiagnostics(
      `config: {pki: p, role: r}\ncerts:\n  - name: web\n    ${line}\n`,
      `f:4:${5 + column} certs[0].${message}`,
    );
  }
});

const NAMELESS =
  'an empty "common_name" means a certificate without one, so it needs another name, ' +
  'such as "uri_sans: [spiffe://example.com/web]"';

/** A key of a certificate on line 4, in column 5. */
const wrongNames: Record<string, string> = {
  "common_name:": "f:4:5 certs[0].common_name: has no value",
  "common_name: ~": "f:4:18 certs[0].common_name: has no value",
  "common_name: ' '": `f:4:18 certs[0].common_name: expected a name, got " "`,
  "common_name: ''": `f:4:18 certs[0].common_name: ${NAMELESS}`,
  "issuer: ''": "f:4:13 certs[0].issuer: has no value",
  "uri_sans: spiffe://a": `f:4:15 certs[0].uri_sans: expected a list such as ` +
    `["spiffe://example.com/web"], got text`,
  "uri_sans: [example.com/web]": `f:4:16 certs[0].uri_sans[0]: ${URI}, got "example.com/web"`,
  "uri_sans: ['spiffe://']": `f:4:16 certs[0].uri_sans[0]: ${URI}, got "spiffe://"`,
  "uri_sans: ['spiffe://a/b c']": `f:4:16 certs[0].uri_sans[0]: ${URI}, got "spiffe://a/b c"`,
  "uri_sans: ['spiffe://a/é']": `f:4:16 certs[0].uri_sans[0]: ${URI}, got "spiffe://a/é"`,
  "uri_sans: ['spiffe://a/b#']": `f:4:16 certs[0].uri_sans[0]: ${URI}, got "spiffe://a/b#"`,
  "uri_sans: [~]": "f:4:16 certs[0].uri_sans[0]: has no value",
  "email_sans: a@b.test":
    `f:4:17 certs[0].email_sans: expected a list such as ["ops@example.com"], got text`,
  "email_sans: [ops]": `f:4:18 certs[0].email_sans[0]: ${EMAIL}, got "ops"`,
  "email_sans: ['@a.test']": `f:4:18 certs[0].email_sans[0]: ${EMAIL}, got "@a.test"`,
  "email_sans: ['a@b@c.test']": `f:4:18 certs[0].email_sans[0]: ${EMAIL}, got "a@b@c.test"`,
  "email_sans: ['a,b@c.test']": `f:4:18 certs[0].email_sans[0]: ${EMAIL}, got "a,b@c.test"`,
  "email_sans: ['a b@c.test']": `f:4:18 certs[0].email_sans[0]: ${EMAIL}, got "a b@c.test"`,
  "email_sans: ['a@10.1.1.20']": `f:4:18 certs[0].email_sans[0]: ${EMAIL}, got "a@10.1.1.20"`,
  "other_sans: '1.2;UTF8:a'":
    `f:4:17 certs[0].other_sans: expected a list of "OID;UTF8:TEXT", got text`,
  "other_sans: [web]": `f:4:18 certs[0].other_sans[0]: ${OTHER}, got "web"`,
  "other_sans: ['1.2;IA5:a']": `f:4:18 certs[0].other_sans[0]: ${OTHER}, got "1.2;IA5:a"`,
  "other_sans: ['3.2;UTF8:a']": `f:4:18 certs[0].other_sans[0]: ${OTHER}, got "3.2;UTF8:a"`,
  "other_sans: ['1.02;UTF8:a']": `f:4:18 certs[0].other_sans[0]: ${OTHER}, got "1.02;UTF8:a"`,
  "other_sans: ['01.2;UTF8:a']": `f:4:18 certs[0].other_sans[0]: ${OTHER}, got "01.2;UTF8:a"`,
  "other_sans: ['1;UTF8:a']": `f:4:18 certs[0].other_sans[0]: ${OTHER}, got "1;UTF8:a"`,
  "other_sans: ['1.2;UTF8:']": `f:4:18 certs[0].other_sans[0]: ${OTHER}, got "1.2;UTF8:"`,
  'other_sans: ["1.2;UTF8:a\\tb"]': `f:4:18 certs[0].other_sans[0]: ${OTHER}, got "1.2;UTF8:a\\tb"`,
  "emails: [a@b.test]": `f:4:5 certs[0].emails: unknown key; allowed here: name, common_name, ` +
    "ttl, renew, spread, keep, reissue, window, issuer, pki, role, issuer_ref, key, key_type, reuse_key, " +
    "exclude_cn_from_sans, remove_roots_from_chain, dns_sans, ip_sans, uri_sans, email_sans, other_sans, deploy, service",
  "deploy: [{ca: a}]": "f:4:19 certs[0].deploy[0].ca: expected the absolute path of a file, " +
    `without "..", got "a"`,
  "deploy: [{chain: /a, ca: /b}]": "f:4:26 certs[0].deploy[0].ca: one entry deploys one file, " +
    `and "chain" is set already; make this a separate entry`,
};

pureTest("names of all kinds and ca say what is wrong with them", async () => {
  for (const [line, invalid] of Object.entries(wrongNames)) {
    await assertDiagnostics(
      `config: {pki: p, role: r}\ncerts:\n  - name: web\n    ${line}\n`,
      invalid,
    );
  }
});

pureTest("an empty common name needs one name of any kind", async () => {
  const names = [
    "dns_sans: [a.example.com]",
    "ip_sans: [10.1.1.20]",
    "uri_sans: [spiffe://example.com/web]",
    "email_sans: [ops@example.com]",
    'other_sans: ["1.2.3;UTF8:a"]',
  ];
  for (const line of names) {
    const { commonName, name } = await spec(`common_name: ""\n    ${line}`);
    assert.deepEqual([commonName, name === ""], ["", false]);
  }
  await assertDiagnostics(
    "certs:\n  - {pki: p, role: r, name: a, common_name: '', dns_sans: []}\n",
    `f:2:45 certs[0].common_name: ${NAMELESS}`,
  );
  // One error is told once.
  await assertDiagnostics(
    "certs:\n  - {pki: p, role: r, name: a, common_name: '', uri_sans: x}\n",
    `f:2:59 certs[0].uri_sans: expected a list such as ["spiffe://example.com/web"], got text`,
  );
});

pureTest("a certificate may not be called archive", async () => {
  await assertDiagnostics(
    "certs:\n  - {pki: p, role: r, name: archive}\n",
    `f:2:29 certs[0].name: "archive" is reserved: revoked certificate sets are kept there`,
  );
  for (const name of ["archives", "Archive", "archive.example.com"]) {
    await assertDiagnostics(`certs:\n  - {pki: p, role: r, name: ${name}}\n`);
  }
});
