/** `vcm schema`, held by a JSON Schema validator against what VCM itself takes and refuses. */
import assert from "node:assert/strict";
import { jsonSchema } from "../../../../lib/tools/schema/json_schema.ts";
import { editorTree, schemaMistakes } from "../../../support/editor.ts";
import { pureTest } from "../../../support/pure_test.ts";
import { blocks, DOCUMENTS, readDocument } from "../../docs/documents.ts";
import { diagnosticsOf } from "../../config/diagnostics.ts";

const EXAMPLE = readDocument("vcm.yaml.example");

for (const path of DOCUMENTS) {
  const texts = blocks(readDocument(path), "yaml");
  if (texts.length === 0) continue;
  pureTest(`each YAML of ${path} is valid under the JSON Schema`, () => {
    for (const text of texts) assert.deepEqual(schemaMistakes(editorTree(text)), [], text);
  });
}

pureTest("vcm.yaml.example is valid under the JSON Schema", () => {
  assert.deepEqual(schemaMistakes(editorTree(EXAMPLE)), []);
});

pureTest("vcm.yaml.example tells editors of the JSON Schema in its first line", () => {
  const [first] = EXAMPLE.split("\n");
  assert.equal(first, "# yaml-language-server: $schema=./vcm.schema.json");
});

pureTest("the JSON Schema is of draft 2020-12", () => {
  const { $schema, title } = jsonSchema();
  assert.equal($schema, "https://json-schema.org/draft/2020-12/schema");
  assert.equal(title, "vcm.yaml");
});

/** A certificate whose keys are these. */
const cert = (keys: string) => `certs: [{name: a.b, pki: p, role: r, ${keys}}]`;
const config = (keys: string) => `config: {${keys}}\ncerts: []`;

/** What an editor reads as something else than text. */
const TYPED = [
  cert("deploy: [{cert: /a, mode: 0640}, {cert: /b, mode: 0o640}, {cert: /c, mode: 640}]"),
  cert('deploy: [{cert: /a, mode: "0640", owner: 33, group: "33", create_dirs: true}]'),
  cert(`deploy: [{cert: /a, create_dirs: "false"}]`),
  cert("service: [{name: 7, control: reload, order: -5, timeout: 90}]"),
  cert("ttl: 86400, renew: 3600, keep: 3, dns_sans: [1e3, true]"),
  config("retries: 3, timeout: 5, allow_http: true, vault_ssl_verify: false"),
  config("vault_ssl_verify: /etc/ssl, vault_secret_id: 123456, vault_role_id: 1.50"),
  "certs: [{name: 1e3, pki: 0x1f, role: true}]",
  "x-any: {a: [1, ~]}\nx-: 5\ncerts: []",
  cert("ttl: '${VCM_A:-5d}', key_type: '${VCM_B:-ec-256}', reuse_key: '${VCM_C:-false}'"),
  "include: conf.d/*.yaml",
  "include: [1, b]\ndefaults: {deploy: {mode: 0640}, service: {timeout: 5, window: 02:00-04:00}}",
];

pureTest("the JSON Schema accepts values as an editor reads them, quoted or not", async () => {
  for (const text of TYPED) {
    assert.deepEqual(await diagnosticsOf(text), [], text);
    assert.deepEqual(schemaMistakes(editorTree(text)), [], text);
  }
});

pureTest("the JSON Schema accepts both forms", async () => {
  const texts = [
    cert("deploy: [{cert: /a}, {source: privkey, dest: /b}, {pkcs12: /c, password_file: /d}]"),
    cert(`service: [{name: a, probe: "a:1"}, {name: b, probe: {connect: "a:2"}}]`),
    cert("window: 02:00-04:00"),
    cert("window: [02:00-04:00, Sat 00:00-24:00]"),
    config("vault: https://a"),
    config("vault: [https://a, https://b/c]"),
  ];
  for (const text of texts) {
    assert.deepEqual(await diagnosticsOf(text), [], text);
    assert.deepEqual(schemaMistakes(editorTree(text)), [], text);
  }
});

/** Each with the place at which the validator finds it. */
const MISTAKES: readonly (readonly [string, string])[] = [
  ["config: {}", ""],
  ["[]", ""],
  ["certs: {}", "/certs"],
  ["certs: []\ncolour: red", ""],
  ["certs: []\ninclude: []", "/include"],
  ["certs: []\ndefaults: {deploy: {cert: /a}}", "/defaults/deploy"],
  ["certs: []\ndefaults: {service: {control: x}}", "/defaults/service/control"],
  [config("tokenfile: /x"), "/config"],
  [config("vault: []"), "/config/vault"],
  [config("vault: vault.example.com"), "/config/vault"],
  [config("vault: https://a:8200/v1"), "/config/vault"],
  [config("vault: https://u:secret@a"), "/config/vault"],
  [config("vault_ssl_verify: yes"), "/config/vault_ssl_verify"],
  [config("retries: 100"), "/config/retries"],
  [config("ttl: 14x"), "/config/ttl"],
  [config("ttl:"), "/config/ttl"],
  [config("renew: 14"), "/config/renew"],
  [config("renew: 100%"), "/config/renew"],
  [config("spread: 90%"), "/config/spread"],
  [config("timeout: 2d1x"), "/config/timeout"],
  [config("timeout: 7200"), "/config/timeout"],
  [config("cert_store: certs"), "/config/cert_store"],
  [config("log_file: /var/../log"), "/config/log_file"],
  [config("key_type: ec256"), "/config/key_type"],
  [config("auth: {mount: approle}"), "/config/auth"],
  [config("auth: {method: cert, role_id: x}"), "/config/auth/role_id"],
  ["certs: [{pki: p, role: r}]", "/certs/0"],
  ["certs: [{name: a/b, pki: p, role: r}]", "/certs/0/name"],
  [cert("dns_sans: api.example.com"), "/certs/0/dns_sans"],
  [cert("dns_sans: [10.1.1.20]"), "/certs/0/dns_sans/0"],
  [cert("ip_sans: [api.example.com]"), "/certs/0/ip_sans/0"],
  [cert("window: Sut 02:00-04:00"), "/certs/0/window"],
  [cert("window: 02:00-25:00"), "/certs/0/window"],
  [cert("deploy: [{cert: /a, mod: 0640}]"), "/certs/0/deploy/0"],
  [cert("deploy: [{cert: /a, mode: u=rw}]"), "/certs/0/deploy/0/mode"],
  [cert("deploy: [{cert: a.pem}]"), "/certs/0/deploy/0/cert"],
  [cert("deploy: [{cert: /a, chain: /b}]"), "/certs/0/deploy/0"],
  [cert("deploy: [{cert: /a, source: cert, dest: /b}]"), "/certs/0/deploy/0"],
  [cert("deploy: [{source: cert}]"), "/certs/0/deploy/0"],
  [cert("deploy: [{owner: root}]"), "/certs/0/deploy/0"],
  [cert("deploy: [{pkcs12: /a}]"), "/certs/0/deploy/0"],
  [cert("service: [{control: reload}]"), "/certs/0/service/0"],
  [cert("service: [{name: a, control: relaod}]"), "/certs/0/service/0/control"],
  [cert("service: [{name: a, signal: HOP}]"), "/certs/0/service/0/signal"],
  [cert("service: [{name: a, validate: nginx -t}]"), "/certs/0/service/0/validate"],
  [cert("service: [{name: a, validate: []}]"), "/certs/0/service/0/validate"],
  [cert("service: [{name: a, probe: 127.0.0.1}]"), "/certs/0/service/0/probe"],
  [cert("service: [{name: a, probe: {starttls: smtp}}]"), "/certs/0/service/0/probe"],
];

for (const [text, place] of MISTAKES) {
  pureTest(`the JSON Schema refuses ${text.replace("\n", ", ")}`, async () => {
    const found = schemaMistakes(editorTree(text));
    assert.ok(found.some((invalid) => invalid.startsWith(`${place}:`)), found.join("\n"));
    // Never stricter than VCM.
    assert.notDeepEqual(await diagnosticsOf(text), []);
  });
}
