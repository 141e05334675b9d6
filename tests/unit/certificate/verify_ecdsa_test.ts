import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { isSignedByEcdsa } from "../../../lib/certificate/verify_ecdsa.ts";
import { makeAuthority, makeCertificatePem } from "../../support/fixtures_pki.ts";
import { pureTest } from "../../support/pure_test.ts";

for (const algorithm of ["EC P-256", "EC P-384"] as const) {
  pureTest(`isSignedByEcdsa() agrees with node:crypto: ${algorithm}`, async () => {
    const authority = await makeAuthority("CA", { algorithm });
    const [issuer, other] = [authority, await makeAuthority("CA", { algorithm })]
      .map(({ pem }) => new X509Certificate(pem)) as [X509Certificate, X509Certificate];
    // Some of so many signatures have a short number.
    for (let count = 0; count < 100; count++) {
      const leaf = new X509Certificate((await makeCertificatePem("a", { issuer: authority })).pem);
      assert.equal(await isSignedByEcdsa(leaf, issuer), true, leaf.toString());
      assert.equal(leaf.verify(issuer.publicKey), true);
      assert.equal(await isSignedByEcdsa(leaf, other), false);
    }
    const { raw } = new X509Certificate((await makeCertificatePem("a", { issuer: authority })).pem);
    for (const at of [raw.length - 1, raw.length - 40, raw.indexOf("CA") + 1]) {
      const changed = Buffer.from(raw);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.equal(await isSignedByEcdsa(new X509Certificate(changed), issuer), false, `${at}`);
    }
  });
}

pureTest("isSignedByEcdsa() leaves other algorithms to others", async () => {
  const issuer = await makeAuthority("CA", { algorithm: "Ed25519" });
  const leaf = await makeCertificatePem("a", { issuer });
  const [one, ca] = [leaf, issuer].map(({ pem }) => new X509Certificate(pem));
  assert.ok(one !== undefined && ca !== undefined && one.verify(ca.publicKey));
  assert.equal(await isSignedByEcdsa(one, ca), false);
});
