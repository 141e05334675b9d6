import assert from "node:assert/strict";
import { InvalidValue } from "../../../../lib/config/scalars/scalar.ts";
import { readAddress } from "../../../../lib/tools/init/address.ts";
import { pureTest } from "../../../support/pure_test.ts";

pureTest("an address may be as people type it, or copy it from the web UI", () => {
  const cases = {
    "127.0.0.1:8200": "https://127.0.0.1:8200",
    "vault.test": "https://vault.test",
    "[::1]:8200": "https://[::1]:8200",
    "https://vault.test:8200/ui/vault": "https://vault.test:8200",
    "https://vault.test:8200/ui": "https://vault.test:8200",
    "vault.test/ui/vault/secrets?namespace=a/ui/b#c": "https://vault.test",
    "https://proxy.test/team/ui/vault/auth": "https://proxy.test/team",
    "https://vault.test/uitgang": "https://vault.test/uitgang",
    "HTTPS://Vault.test/": "https://vault.test",
    "http://127.0.0.1:8200": "http://127.0.0.1:8200",
  };
  for (const [text, address] of Object.entries(cases)) assert.equal(readAddress(text), address);
});

pureTest("what is no address is refused with an example", () => {
  const cases = {
    "http:/vault.test": /^expected a URL such as /,
    "ftp://vault.test": /^expected a URL such as "https:\/\/vault\.example\.com:8200"$/,
    "http://vault.test": /^sends tokens and keys unencrypted; use "https:\/\/"$/,
    "a b": /^expected a URL such as /,
    "https://user:secret@vault.test": /without a user or password in it$/,
    "vault.test/v1/pki": /without "\/v1" and what follows$/,
  };
  for (const [text, message] of Object.entries(cases)) {
    const answer = readAddress(text);
    assert.ok(answer instanceof InvalidValue, text);
    assert.match(answer.message, message);
    assert.equal(answer.message.includes("secret"), false);
  }
});
