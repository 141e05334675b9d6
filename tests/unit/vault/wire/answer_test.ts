/** `readAnswer()`: what a refusal is said with, where the status alone says too little. */
import assert from "node:assert/strict";
import { type Capability, isRefusal, readAnswer } from "../../../../lib/vault/wire/answer.ts";
import { VaultError } from "../../../../lib/vault/errors.ts";
import { pureTest } from "../../../support/pure_test.ts";

/** The message for a refusal of this path, without the address before it. */
function said(path: string, status: number, errors: string[], right?: Capability): string {
  const answer = { status, body: JSON.stringify({ errors }) };
  try {
    readAnswer("https://a.test", path, answer, String, right);
  } catch (error) {
    assert.ok(error instanceof VaultError);
    assert.equal(error.status, status);
    return error.message.replace('"https://a.test" ', "");
  }
  assert.fail("it was not refused");
}

pureTest("a path of a PKI engine that is denied may have no engine behind it", () => {
  const lacks = (path: string, right: string) =>
    `the policy lacks: path "${path}" { capabilities = ["${right}"] }`;
  for (const path of ["pki/issue/web", "pki/sign/web", "pki/issuer/new/issue/web", "pki/revoke"]) {
    assert.equal(
      said(path, 403, ["permission denied"]),
      `denied "update" on "${path}" (403: permission denied); the token is wrong or has expired, ` +
        `no engine is mounted at "pki", or ${lacks(path, "update")}`,
    );
  }
  assert.match(said("team/pki/roles/web", 403, [], "read"), /; .* mounted at "team\/pki", or /);
  for (const path of ["auth/token/lookup-self", "sys/capabilities-self", "auth/issue/x", "kv"]) {
    assert.equal(
      said(path, 403, ["permission denied"], "read"),
      `denied "read" on "${path}" (403: permission denied); the token is wrong or has expired, or ` +
        lacks(path, "read"),
    );
  }
});

pureTest(
  "a missing path is reported with the mount, if it is one of a PKI engine",
  () => {
    assert.equal(
      said("pki/issue/web", 404, []),
      'has nothing at "pki/issue/web" (404: no reason given); check that "pki: pki" is the path of a PKI ' +
        "secrets engine",
    );
    assert.equal(said("sys/x", 404, ["no"]), 'has nothing at "sys/x" (404: no)');
  },
);

pureTest("a missing namespace is reported, whatever was requested in it", () => {
  for (const path of ["pki/issue/web", "auth/approle/login"]) {
    assert.equal(
      said(path, 404, ["namespace not found"]),
      'has no such namespace (404: namespace not found); check "namespace" or VAULT_NAMESPACE',
    );
  }
});

pureTest("a ttl beyond the end of the CA is reported with the fix", () => {
  const why = "cannot satisfy request, as TTL would result in notAfter of 2036-01-01T00:00:00Z " +
    "that is beyond the expiration of the CA certificate at 2027-01-01T00:00:00Z";
  assert.equal(
    said("pki/issue/web", 400, [why]),
    `refused "pki/issue/web" (400: ${why}); the CA expires earlier: lower "ttl", or renew the CA`,
  );
});

pureTest("no text of a server keeps a run busy", () => {
  const began = performance.now();
  for (const text of [" name ", "certificate with serial ", "IP address ", " name -"]) {
    const long = text.repeat(5_000);
    assert.match(said("pki/issue/web", 400, [long]), /^refused "pki\/issue\/web" \(400: /);
    assert.equal(isRefusal({ status: 500, body: long }), false);
  }
  assert(performance.now() - began < 5_000);
});
