/** What an inventory is told of certificates, and which algorithms clients refuse. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { openCertificate } from "../../../lib/certificate/certificate.ts";
import { inventoryFacts } from "../../../lib/certificate/inventory.ts";
import { algorithmWeakness, authorityFacts } from "../../../lib/certificate/weakness.ts";
import {
  type AlgorithmName,
  makeAuthority,
  makeCertificatePem,
} from "../../support/fixtures_pki.ts";
import { pureTest } from "../../support/pure_test.ts";

const KINDS: readonly (readonly [AlgorithmName, string, string])[] = [
  ["EC P-256", "ec-256", "ecdsa-with-SHA256"],
  ["EC P-384", "ec-384", "ecdsa-with-SHA384"],
  ["RSA", "rsa-2048", "sha256WithRSAEncryption"],
  ["Ed25519", "ed25519", "Ed25519"],
];

for (const [algorithm, keyType, signatureAlgorithm] of KINDS) {
  pureTest(`inventoryFacts() names key and signature of ${algorithm}`, async () => {
    const { pem } = await makeCertificatePem("a", { algorithm });
    const inventory = inventoryFacts(openCertificate(pem));
    assert.deepEqual([inventory.keyType, inventory.signatureAlgorithm], [
      keyType,
      signatureAlgorithm,
    ]);
  });
}

const SHA256_RSA = Buffer.from("2a864886f70d01010b", "hex");
const SHA1_RSA = Buffer.from("2a864886f70d010105", "hex");
const MD5_RSA = Buffer.from("2a864886f70d010104", "hex");

/** The certificate with another identifier of its signature. */
function signedAs(pem: string, algorithm: Buffer): X509Certificate {
  const der = Buffer.from(openCertificate(pem).raw);
  for (let at = der.indexOf(SHA256_RSA); at >= 0; at = der.indexOf(SHA256_RSA)) {
    algorithm.copy(der, at);
  }
  return new X509Certificate(der);
}

pureTest(
  "a signature with a broken hash is weak, but for a root, which clients trust as it is",
  async () => {
    const root = await makeAuthority("Root", { algorithm: "RSA" });
    const leaf = await makeCertificatePem("a", { issuer: root });
    for (const [algorithm, hash] of [[SHA1_RSA, "SHA-1"], [MD5_RSA, "MD5"]] as const) {
      const problem = `it is signed with ${hash}, which clients refuse`;
      assert.deepEqual(algorithmWeakness(signedAs(leaf.pem, algorithm), "it"), {
        kind: "weak",
        problem,
      });
      assert.equal(authorityFacts(signedAs(root.pem, algorithm), "Root").weakness, undefined);
      const lower = await makeAuthority("Lower", { issuer: root });
      assert.match(
        authorityFacts(signedAs(lower.pem, algorithm), "Lower").weakness?.problem ?? "",
        new RegExp(`^the CA "Lower" is signed with ${hash}, which clients refuse$`),
      );
    }
    assert.equal(algorithmWeakness(openCertificate(leaf.pem), "it"), undefined);
  },
);
