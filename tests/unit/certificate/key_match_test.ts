import assert from "node:assert/strict";
import { openCertificate } from "../../../lib/certificate/certificate.ts";
import { matchKey as matchOpen, proveKey } from "../../../lib/certificate/keys.ts";
import { decodePem, encodePem } from "../../../lib/certificate/pem.ts";
import {
  type AlgorithmName,
  ALGORITHMS,
  encrypted,
  makeCertificatePem,
  oldForm,
} from "../../support/fixtures_pki.ts";
import { pureTest } from "../../support/pure_test.ts";

/** Judges a key against the first certificate of a text. */
const matchKey = (certificatePem: string, keyPem: string) =>
  matchOpen(openCertificate(certificatePem), keyPem);

for (const algorithm of Object.keys(ALGORITHMS) as AlgorithmName[]) {
  pureTest(`matchKey() tells keys apart: ${algorithm}`, async () => {
    const mine = await makeCertificatePem("a", { algorithm });
    const other = await makeCertificatePem("a", { algorithm });
    assert.equal(matchKey(mine.pem, mine.pkcs8), "match");
    assert.equal(matchKey(mine.pem, other.pkcs8), "mismatch");
    assert.equal(matchKey(mine.pem, mine.pkcs8.replaceAll("\n", "\r\n").trimEnd()), "match");
    if (algorithm.startsWith("EC")) {
      assert.equal(matchKey(mine.pem, oldForm(mine, "sec1")), "match");
      assert.equal(matchKey(mine.pem, oldForm(other, "sec1")), "mismatch");
    }
    if (algorithm === "RSA") {
      assert.equal(matchKey(mine.pem, oldForm(mine, "pkcs1")), "match");
      assert.equal(matchKey(mine.pem, oldForm(other, "pkcs1")), "mismatch");
    }
  });

  pureTest(`matchKey() calls a damaged key unparsable: ${algorithm}`, async () => {
    const made = await makeCertificatePem("a", { algorithm });
    const { pkcs8 } = made;
    const forms = algorithm.startsWith("EC") ? [pkcs8, oldForm(made, "sec1")] : [pkcs8];
    for (const key of forms) {
      assert.equal(matchKey(made.pem, key.slice(0, key.length / 2)), "unparsable");
      assert.equal(matchKey(made.pem, key.slice(0, key.indexOf("-----END"))), "unparsable");
      const lines = key.split("\n");
      const shorter = [...lines.slice(0, 1), ...lines.slice(2)].join("\n");
      assert.equal(matchKey(made.pem, shorter), "unparsable", "the first line of its body cut out");
    }
  });
}

pureTest("proveKey() takes no key whose halves do not belong together", async () => {
  for (const [algorithm, size] of [["EC P-256", 32], ["EC P-384", 48]] as const) {
    const mine = await makeCertificatePem("a", { algorithm });
    const other = await makeCertificatePem("a", { algorithm });
    for (const form of ["pkcs8", "sec1"] as const) {
      const [key, foreign] = [mine, other].map((made) =>
        decodePem(form === "pkcs8" ? made.pkcs8 : oldForm(made, form))
      );
      assert.ok(key !== undefined && foreign !== undefined);
      const label = form === "pkcs8" ? "PRIVATE KEY" : "EC PRIVATE KEY";
      assert.equal(proveKey(openCertificate(mine.pem), encodePem(key, label)), "match");
      // The public half, which is at the end, is that of the certificate.
      foreign.set(key.subarray(-2 * size), foreign.length - 2 * size);
      const mixed = encodePem(foreign, label);
      assert.notEqual(proveKey(openCertificate(mine.pem), mixed), "match", `${algorithm} ${form}`);
      assert.notEqual(proveKey(openCertificate(other.pem), mixed), "match", `${algorithm} ${form}`);
    }
  }
});

pureTest("matchKey() tells keys of different kinds apart", async () => {
  const kinds: AlgorithmName[] = ["EC P-256", "EC P-384", "RSA", "Ed25519"];
  const all = await Promise.all(kinds.map((algorithm) => makeCertificatePem("a", { algorithm })));
  for (const [at, { pem }] of all.entries()) {
    for (const [other, { pkcs8 }] of all.entries()) {
      const expected = at === other ? "match" : "mismatch";
      assert.equal(matchKey(pem, pkcs8), expected, `${kinds[at]} and ${kinds[other]}`);
    }
  }
});

pureTest("matchKey() compares with the first certificate of a text", async () => {
  const [leaf, ca] = [await makeCertificatePem("leaf"), await makeCertificatePem("ca")];
  assert.equal(matchKey(leaf.pem + ca.pem, leaf.pkcs8), "match");
  assert.equal(matchKey(leaf.pem + ca.pem, ca.pkcs8), "mismatch");
});

pureTest(
  "matchKey() reads a key below its EC PARAMETERS, as `openssl ecparam` writes it",
  async () => {
    const made = await makeCertificatePem("a");
    const parameters =
      "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    assert.equal(matchKey(made.pem, parameters + oldForm(made, "sec1")), "match");
  },
);

pureTest(
  'matchKey() returns "unparsable" for anything but a private key, and for an encrypted one',
  async () => {
    const made = await makeCertificatePem("a");
    const cases = {
      "nothing": "",
      "text": "hello",
      "a certificate": made.pem,
      "an encrypted PKCS#8": encrypted(made),
      "an encrypted SEC1": oldForm(made, "sec1").replace(
        "KEY-----\n",
        "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n",
      ),
      "no base64": "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n",
      "zeros": `-----BEGIN PRIVATE KEY-----\n${"A".repeat(184)}\n-----END PRIVATE KEY-----\n`,
    };
    for (const [name, key] of Object.entries(cases)) {
      assert.equal(matchKey(made.pem, key), "unparsable", name);
    }
  },
);

// The short way looks for "-----END" only, so it takes a file that ends within its last line,
// which no TLS library loads.
pureTest("matchKey() calls a key that is cut within its last line unparsable", async () => {
  const made = await makeCertificatePem("a");
  for (const key of [made.pkcs8, oldForm(made, "sec1")]) {
    const end = key.indexOf("-----END");
    assert.equal(matchKey(made.pem, key.slice(0, end + "-----END".length)), "unparsable");
    assert.equal(matchKey(made.pem, key.slice(0, end + "-----END PRIV".length)), "unparsable");
  }
});

// The short way does not look at the label, so a body under the wrong one passes.
pureTest("matchKey() calls a certificate that is labelled as a key unparsable", async () => {
  const { pem } = await makeCertificatePem("a");
  assert.equal(matchKey(pem, pem.replaceAll("CERTIFICATE", "PRIVATE KEY")), "unparsable");
});

pureTest("matchKey() throws if the certificate cannot be parsed", async () => {
  const { pkcs8 } = await makeCertificatePem("a");
  assert.throws(() => matchKey("hello", pkcs8), { message: "contains no PEM certificate" });
});
