import assert from "node:assert/strict";
import {
  readCount,
  readSeconds,
  readSwitch,
  readVariable,
} from "../../../../lib/vault/access/environment.ts";
import { LIMITS, RETRIES } from "../../../../lib/vault/access/server_access.ts";
import { pureTest } from "../../../support/pure_test.ts";
import { accessOf, environment, FILE, messageOf, refusal, TOKEN } from "./environment.ts";

pureTest("readVariable() prefers BAO_* to VAULT_*, and treats an empty one as unset", () => {
  const [bao, vault] = [{ name: "BAO_X", text: "b" }, { name: "VAULT_X", text: "v" }];
  const cases = [
    [{}, undefined],
    [{ VAULT_X: "v" }, vault],
    [{ BAO_X: "b" }, bao],
    [{ BAO_X: "b", VAULT_X: "v" }, bao],
    [{ BAO_X: "", VAULT_X: "v" }, vault],
    [{ BAO_X: "b", VAULT_X: "" }, bao],
    [{ BAO_X: "", VAULT_X: "" }, undefined],
    [{ X: "x", VAULT_XY: "y" }, undefined],
  ] as const;
  for (const [env, found] of cases) assert.deepEqual(readVariable(environment(env), "X"), found);
});

pureTest("readSwitch() knows the words that Go knows, and no others", () => {
  const read = (text: string) => readSwitch(environment({ VAULT_X: text }), "X");
  for (const word of ["1", "t", "T", "true", "TRUE", "True"]) assert.equal(read(word), true, word);
  for (const word of ["0", "f", "F", "false", "FALSE", "False"]) {
    assert.equal(read(word), false, word);
  }
  assert.equal(read(""), undefined);
  assert.equal(readSwitch(environment({}), "X"), undefined);
  for (const word of ["yes", "tRUE", " 1", "2", "on"]) {
    assert.equal(messageOf(() => read(word)), 'VAULT_X must be "true" or "false"', word);
  }
  const both = environment({ BAO_X: "yes", VAULT_X: "1" });
  assert.equal(messageOf(() => readSwitch(both, "X")), 'BAO_X must be "true" or "false"');
});

pureTest("readSeconds() accepts a bare number and a duration, from 1 s to 1 h", () => {
  const read = (text: string) => readSeconds(environment({ VAULT_X: text }), "X");
  const cases = { "30": 30, "30s": 30, "1m30s": 90, "1h": 3600, "1": 1 };
  for (const [text, seconds] of Object.entries(cases)) assert.equal(read(text), seconds);
  assert.equal(read(""), undefined);
  for (const text of ["0", "-1", "1.5s", "60 s", "soon", "3601", "1h1s", "2h"]) {
    assert.equal(
      messageOf(() => read(text)),
      'VAULT_X must be a time from "1s" to "1h", such as "60s"',
      text,
    );
  }
});

pureTest("readCount() accepts whole numbers from 0 to 99", () => {
  const read = (text: string) => readCount(environment({ VAULT_X: text }), "X");
  for (const [text, count] of [["0", 0], ["2", 2], ["99", 99]] as const) {
    assert.equal(read(text), count);
  }
  assert.equal(read(""), undefined);
  for (const text of ["-1", "100", "1.5", " 1", "many"]) {
    assert.equal(messageOf(() => read(text)), "VAULT_X must be a whole number from 0 to 99", text);
  }
});

pureTest("each variable of Vault has a twin of OpenBao's, which wins", () => {
  const env = {
    BAO_ADDR: "https://bao.test",
    VAULT_ADDR: "no address",
    BAO_TOKEN: "bao-token",
    BAO_NAMESPACE: "bao",
    VAULT_NAMESPACE: "vault",
    BAO_MAX_RETRIES: "7",
    VAULT_MAX_RETRIES: "no number",
    BAO_CLIENT_TIMEOUT: "7s",
    VAULT_CLIENT_TIMEOUT: "no duration",
    BAO_PROXY_ADDR: "http://bao-proxy.test",
    VAULT_PROXY_ADDR: "no proxy",
    BAO_TLS_SERVER_NAME: "bao.internal",
    VAULT_TLS_SERVER_NAME: "no name",
    BAO_SKIP_VERIFY: "true",
    VAULT_SKIP_VERIFY: "no switch",
  };
  const access = accessOf({ trust: { kind: "system" } }, env);
  assert.deepEqual(access.addresses, ["https://bao.test"]);
  assert.deepEqual(access.credentials, [{ kind: "token", token: "bao-token", from: "BAO_TOKEN" }]);
  assert.deepEqual([access.namespace, access.retries, access.limits.answer], ["bao", 7, 7000]);
  assert.equal(access.proxy, "http://bao-proxy.test");
  assert.equal(access.tls.serverName, "bao.internal");
  assert.equal("authorities" in access.tls, false);
});

pureTest("resolveAccess() prefers VAULT_MAX_RETRIES to the file's retries", () => {
  assert.equal(accessOf({}).retries, RETRIES);
  assert.equal(accessOf({ retries: 5 }).retries, 5);
  assert.equal(accessOf({ retries: 0 }).retries, 0);
  assert.equal(accessOf({ retries: 5 }, { VAULT_MAX_RETRIES: "0" }).retries, 0);
  assert.equal(
    refusal(FILE, environment({ ...TOKEN, VAULT_MAX_RETRIES: "-1" })),
    "VAULT_MAX_RETRIES must be a whole number from 0 to 99",
  );
});

pureTest("resolveAccess() prefers VAULT_CLIENT_TIMEOUT to the file's timeout", () => {
  assert.deepEqual(accessOf({}).limits, LIMITS);
  assert.deepEqual(accessOf({ timeout: 90 }).limits, { ...LIMITS, answer: 90_000 });
  for (const text of ["30", "30s"]) {
    const { limits } = accessOf({ timeout: 90 }, { VAULT_CLIENT_TIMEOUT: text });
    assert.deepEqual(limits, { ...LIMITS, answer: 30_000 });
  }
  assert.equal(
    refusal(FILE, environment({ ...TOKEN, BAO_CLIENT_TIMEOUT: "soon" })),
    'BAO_CLIENT_TIMEOUT must be a time from "1s" to "1h", such as "60s"',
  );
});

pureTest("resolveAccess() sees a proxy in either spelling of its variable", () => {
  assert.equal(accessOf({}).proxied, false);
  for (const name of ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "http_proxy"]) {
    const access = accessOf({}, { [name]: "http://proxy.test:3128" });
    assert.deepEqual([access.proxied, access.proxy], [true, undefined], name);
  }
});

pureTest("resolveAccess() prefers VAULT_PROXY_ADDR to VAULT_HTTP_PROXY", () => {
  const [one, two] = ["http://one.test:3128", "http://two.test:3128"];
  const cases = [
    [{ VAULT_PROXY_ADDR: one }, one],
    [{ VAULT_HTTP_PROXY: two }, two],
    [{ VAULT_HTTP_PROXY: two, VAULT_PROXY_ADDR: one }, one],
    [{ BAO_HTTP_PROXY: two, VAULT_PROXY_ADDR: one }, one],
  ] as const;
  for (const [env, proxy] of cases) {
    const access = accessOf({}, env);
    assert.deepEqual([access.proxy, access.proxied], [proxy, true]);
  }
});

pureTest("resolveAccess() refuses a proxy that is not a URL, and does not show it", () => {
  for (const text of ["proxy:3128", "socks5://u:sesame@proxy", "http://", "http://a b:sesame"]) {
    assert.equal(
      refusal(FILE, environment({ ...TOKEN, VAULT_PROXY_ADDR: text })),
      'VAULT_PROXY_ADDR must be the URL of a proxy, such as "http://proxy:3128"',
    );
  }
});
