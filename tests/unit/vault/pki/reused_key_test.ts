/** A stored key that goes on to be used (`reuse_key`), in whatever form it lies there. */
import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import type { KeyType } from "../../../../lib/config/types.ts";
import { makeSigningRequest } from "../../../../lib/vault/pki/signing_request.ts";
import { makeRequest } from "../../../support/fixtures.ts";
import { encrypted, makeCertificatePem, oldForm } from "../../../support/fixtures_pki.ts";
import { pureTest } from "../../../support/pure_test.ts";

const EC = await makeCertificatePem("a");
const EC384 = await makeCertificatePem("a", { algorithm: "EC P-384" });
const EC521 = await makeCertificatePem("a", { algorithm: "EC P-521" });
const RSA = await makeCertificatePem("a", { algorithm: "RSA" });
const ED25519 = await makeCertificatePem("a", { algorithm: "Ed25519" });

/** Whether the request is for the stored key. */
async function isReused(stored: string, type?: KeyType): Promise<boolean> {
  const key = { origin: "local", reuse: true, ...(type === undefined ? {} : { type }) } as const;
  const made = await makeSigningRequest(makeRequest({ key }), stored);
  try {
    return publicOf(made.privateKey) === publicOf(stored);
  } catch {
    return false;
  }
}

function publicOf(pem: string): string {
  return createPublicKey(createPrivateKey(pem)).export({ type: "spki", format: "pem" }).toString();
}

/** Stored keys in all their forms, and the type that they are. */
const FORMS: readonly (readonly [string, string, KeyType])[] = [
  ["PKCS#8 with an EC key", EC.pkcs8, "ec-256"],
  ["SEC1", oldForm(EC, "sec1"), "ec-256"],
  ["SEC1 of P-384", oldForm(EC384, "sec1"), "ec-384"],
  ["PKCS#8 with an RSA key", RSA.pkcs8, "rsa-2048"],
  ["PKCS#1", oldForm(RSA, "pkcs1"), "rsa-2048"],
  ["PKCS#8 with an Ed25519 key", ED25519.pkcs8, "ed25519"],
];

for (const [form, stored, type] of FORMS) {
  pureTest(`a stored key as ${form} is used again, and written as PKCS#8`, async () => {
    assert.equal(await isReused(stored, type), true);
    const key = { origin: "local", reuse: true } as const;
    const made = await makeSigningRequest(makeRequest({ key }), stored);
    assert.match(made.privateKey, /^-----BEGIN PRIVATE KEY-----\n/);
  });

  pureTest(`a stored key as ${form} is reused if no type is requested`, async () => {
    assert.equal(await isReused(stored), true);
  });
}

pureTest(
  "a stored key of another type than is asked for gives way to a new one of that",
  async () => {
    for (const [stored, type] of [[EC.pkcs8, "ec-384"], [RSA.pkcs8, "ed25519"]] as const) {
      const key = { origin: "local", reuse: true, type } as const;
      const made = await makeSigningRequest(makeRequest({ key }), stored);
      assert.notEqual(publicOf(made.privateKey), publicOf(stored));
      const { asymmetricKeyType } = createPrivateKey(made.privateKey);
      assert.equal(asymmetricKeyType, type === "ec-384" ? "ec" : "ed25519");
    }
  },
);

pureTest("a stored key of a kind that VCM does not make gives way to a new one", async () => {
  assert.equal(await isReused(EC521.pkcs8), false);
});

pureTest("an invalid, truncated or encrypted key is replaced by a new one", async () => {
  for (const stored of ["", "text", EC.pem, EC.pkcs8.slice(0, 90), encrypted(EC)]) {
    const key = { origin: "local", reuse: true, type: "ec-256" } as const;
    const made = await makeSigningRequest(makeRequest({ key }), stored);
    assert.match(made.privateKey, /^-----BEGIN PRIVATE KEY-----\n/);
  }
});
