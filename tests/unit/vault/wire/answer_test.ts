/** `readAnswer()`: what a refusal is said with, where the status alone says too little. */
import assert from "node:assert/strict";
import { isRefusal, readAnswer } from "../../../../lib/vault/wire/answer.ts";
import type { Capability } from "../../../../lib/vault/wire/denial.ts";
import { VaultError } from "../../../../lib/vault/errors.ts";
import { pureTest } from "../../../support/pure_test.ts";
import { assertQuick } from "../../../support/busy_machine.ts";

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

const BY_POLICY = ["1 error occurred:\n\t* permission denied\n\n"];

pureTest("a policy that denies a path: all that may be wrong with it, and how to tell", () => {
  const rule = (path: string, right: string) => `path "${path}" { capabilities = ["${right}"] }`;
  const role = 'the role\'s name "web" is wrong (bao list pki/roles), ';
  for (
    const [path, name] of [
      ["pki/issue/web", role],
      ["pki/sign/web", role],
      ["pki/issuer/new/issue/web", role],
      ["pki/revoke", ""],
    ] as const
  ) {
    assert.equal(
      said(path, 403, BY_POLICY).replace(/\(403: .*\* permission denied\s*\)/s, "(403)"),
      `denied "update" on "${path}" (403); the server accepts the token, but its policies do not ` +
        `allow this path: ${name}"pki: pki" is wrong (bao secrets list), or a policy lacks: ` +
        rule(path, "update"),
    );
  }
  for (const path of ["auth/token/lookup-self", "sys/capabilities-self", "auth/issue/x", "kv"]) {
    assert.ok(
      said(path, 403, BY_POLICY, "read").endsWith(`but its policies lack: ${rule(path, "read")}`),
    );
  }
});

pureTest("a token that is denied is no matter of a policy", () => {
  for (
    const why of ["permission denied", "2 errors occurred: * permission denied * invalid token"]
  ) {
    const text = said("pki/issue/web", 403, [why]);
    assert.match(text, /does not accept the token: it has expired, was revoked, is of another/);
    assert.doesNotMatch(text, /policy|policies|role/);
  }
  assert.match(said("pki/issue/web", 403, ["other"]), /wrong or has expired, no engine is mounted/);
});

pureTest("the mount is what stands before the part of a path that VCM adds", () => {
  const mounts = {
    "a/b/issue/issue/web": '"pki: a/b/issue" is wrong (bao secrets list)',
    "v1/pki/sign/web": '; "v1/pki" has a part that VCM adds: try "pki: pki"',
    "pki/issue/web/issue/web": '; "pki/issue/web" has a part that VCM adds: try "pki: pki"',
    "a/roles/issuer/x/sign/web": '; "a/roles" has a part that VCM adds: try "pki: a"',
    "issue/issue/web": '"pki: issue" is wrong (bao secrets list)',
    "a/issuer/x/issue/sign": '"pki: a" is wrong (bao secrets list)',
  };
  for (const [path, text] of Object.entries(mounts)) {
    assert.ok(said(path, 403, BY_POLICY).includes(text), said(path, 403, BY_POLICY));
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
    `refused "pki/issue/web" (400: ${why}); the CA expires earlier: set a shorter "ttl", or renew the CA`,
  );
});

pureTest("no text of a server keeps a run busy", async () => {
  for (const text of [" name ", "certificate with serial ", "IP address ", " name -"]) {
    const long = text.repeat(5_000);
    await assertQuick(5_000, () => {
      assert.match(said("pki/issue/web", 400, [long]), /^refused "pki\/issue\/web" \(400: /);
      assert.equal(isRefusal({ status: 500, body: long }), false);
    });
  }
});
