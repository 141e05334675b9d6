import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { encodePem } from "../../../lib/certificate/pem.ts";
import { toPkcs8 } from "../../../lib/certificate/pkcs8.ts";
import { pureTest } from "../../support/pure_test.ts";

pureTest("toPkcs8() gives what the runtime gives, for each curve and for RSA", () => {
  for (const namedCurve of ["P-256", "P-384", "P-521", "secp256k1"]) {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve });
    const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" });
    // P-521 has no form of the server here.
    if (namedCurve === "P-256" || namedCurve === "P-384") {
      const sec1 = privateKey.export({ type: "sec1", format: "pem" }).toString();
      assert.equal(toPkcs8(sec1), pkcs8, namedCurve);
    }
    assert.equal(toPkcs8(pkcs8.toString()), pkcs8, namedCurve);
  }
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" });
  assert.equal(toPkcs8(privateKey.export({ type: "pkcs1", format: "pem" }).toString()), pkcs8);
});

pureTest("toPkcs8() needs no support of the curve", () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const der = privateKey.export({ type: "sec1", format: "der" });
  // The last arc of prime256v1: now a curve that does not exist.
  der[der.indexOf("06082a8648ce3d030107", 0, "hex") + 9] = 0x7f;
  const pkcs8 = toPkcs8(encodePem(der, "EC PRIVATE KEY"));
  assert.match(pkcs8, /^-----BEGIN PRIVATE KEY-----\n/);
  assert.throws(() => createPrivateKey(pkcs8));
});

pureTest("toPkcs8() leaves alone what it cannot read", () => {
  const damaged = [
    "",
    "text",
    encodePem(new Uint8Array([0x30, 0x03, 0x02, 0x01]), "EC PRIVATE KEY"),
  ];
  for (const pem of damaged) assert.equal(toPkcs8(pem), pem);
});
