import assert from "node:assert/strict";
import { pureTest } from "../../support/pure_test.ts";
import { diagnosticsOf } from "./diagnostics.ts";

const SECRET = "5f0ab9c2-hunter2";
const TOKEN = "hvs.CAESIJ0hunter2hunter2";

pureTest("no diagnostic shows a secret id, a role id or a token", async () => {
  const texts = [
    ...["vault_secret_id", "vault_role_id"].flatMap((key) => [
      `config:\n  ${key}: [${SECRET}]\ncerts: []`,
      `config:\n  ${key}: {${SECRET}: a}\ncerts: []`,
      `config:\n  ${key}: "${SECRET}\\n"\ncerts: []`,
      `config:\n  ${key}: *${SECRET}\ncerts: []`,
      `config:\n  ${key}: !${SECRET} a\ncerts: []`,
      `config:\n  ${key}: @${SECRET}\ncerts: []`,
      `config:\n  ${key}: "${SECRET}\ncerts: []`,
      `config:\n  ${key}: "\\q${SECRET}"\ncerts: []`,
      `config:\n  ${key}:${SECRET}\ncerts: []`,
      `config: {${key}:"${SECRET}"}\ncerts: []`,
      `config: {${key}=${SECRET}: }\ncerts: []`,
      `config:\n  ${key}: ${SECRET}\n  ${key}: ${SECRET}\ncerts: []`,
      `config:\n  ${key}: a: ${SECRET}\ncerts: []`,
      `config:\n  ${key.slice(1)}: ${SECRET}\ncerts: []`,
      `config:\n\t${key}: ${SECRET}\ncerts: []`,
    ]),
    `config: "${SECRET}"\ncerts: []`,
    SECRET,
    `certs: ${SECRET}`,
    `config: {vault: "https://user:${SECRET}@host"}\ncerts: []`,
    `config: {token_file: ${SECRET}}\ncerts: []`,
    `config: {client_key: "${SECRET}"}\ncerts: []`,
    `config: {redirect_hosts: "https://u:${TOKEN}@a"}\ncerts: []`,
    ...["role_id", "secret_id"].flatMap((key) => [
      `config:\n  auth: {method: approle, ${key}: [${SECRET}]}\ncerts: []`,
      `config:\n  auth: {method: approle, ${key}: {${SECRET}: a}}\ncerts: []`,
      `config:\n  auth: {method: approle, ${key}: "${SECRET}\\n"}\ncerts: []`,
      `config:\n  auth: {method: approle, ${key}:${SECRET}}\ncerts: []`,
      `config:\n  auth: {method: cert, ${key}: ${SECRET}}\ncerts: []`,
      `config:\n  auth: {method: approle}\n  vault_${key}: ${SECRET}\ncerts: []`,
      `config:\n  auth: {${key}: ${SECRET}}\ncerts: []`,
    ]),
    ...["secret_id_file", "wrapped_secret_id_file", "jwt_file", "token_file"].map((key) =>
      `config:\n  auth: {method: approle, ${key}: ${SECRET}}\ncerts: []`
    ),
    `config:\n  auth: ${SECRET}\ncerts: []`,
    `config:\n  auth: [${SECRET}]\ncerts: []`,
    `config:\n  auth: {method: ${TOKEN}}\ncerts: []`,
    `config:\n  auth: {method: approle, mount: "${TOKEN} "}\ncerts: []`,
    `config: {token: ${TOKEN}}\ncerts: []`,
    `config: {token_file: ${TOKEN}}\ncerts: []`,
    `config: {${TOKEN}: a}\ncerts: []`,
    ...["namespace", "ttl", "renew", "role", "log_file", "vault_ssl_verify", "create_dirs"].map((
      key,
    ) => `config: {${key}: "x ${TOKEN} "}\ncerts: []`),
    `certs: [{name: "${TOKEN}/", pki: p, role: r}]`,
    `certs: [{name: a, pki: p, role: r, dns_sans: ["token=${TOKEN}"]}]`,
  ];
  for (const text of texts) {
    const lines = (await diagnosticsOf(text)).join("\n");
    assert.notEqual(lines, "", text);
    assert.equal(lines.includes("hunter2"), false, `${text}\n${lines}`);
  }
});
