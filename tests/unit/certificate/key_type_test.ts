import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { openCertificate } from "../../../lib/certificate/certificate.ts";
import { keyTypeOf } from "../../../lib/certificate/keys.ts";
import { KEY_TYPES } from "../../../lib/config/types.ts";
import { type AlgorithmName, makeCertificatePem, oldForm } from "../../support/fixtures_pki.ts";
import { pureTest } from "../../support/pure_test.ts";

const KINDS: readonly [AlgorithmName, string][] = [
  ["EC P-256", "ec-256"],
  ["EC P-384", "ec-384"],
  ["EC P-521", "ec-secp521r1"],
  ["RSA", "rsa-2048"],
  ["Ed25519", "ed25519"],
];

for (const [algorithm, type] of KINDS) {
  pureTest(`keyTypeOf() names public and private keys of ${algorithm}`, async () => {
    const made = await makeCertificatePem("a", { algorithm });
    assert.equal(keyTypeOf(openCertificate(made.pem).publicKey), type);
    assert.equal(keyTypeOf(createPrivateKey(made.pkcs8)), type);
    if (algorithm.startsWith("EC")) {
      assert.equal(keyTypeOf(createPrivateKey(oldForm(made, "sec1"))), type);
    }
  });
}

pureTest("keyTypeOf() names RSA keys by the bits of their modulus", () => {
  for (const modulusLength of [1024, 3072]) {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength });
    assert.equal(keyTypeOf(privateKey), `rsa-${modulusLength}`);
    assert.equal(keyTypeOf(publicKey), `rsa-${modulusLength}`);
  }
});

pureTest("keyTypeOf() gives what key_type does not know in the runtime's words", () => {
  const type = keyTypeOf(generateKeyPairSync("x25519").publicKey);
  assert.equal(type, "x25519");
  assert.equal((KEY_TYPES as readonly string[]).includes(type), false);
});
