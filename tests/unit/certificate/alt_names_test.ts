import assert from "node:assert/strict";
import { encodeAltNames, readOtherNames } from "../../../lib/certificate/alt_names.ts";
import { openCertificate } from "../../../lib/certificate/certificate.ts";
import type { WantedNames } from "../../../lib/certificate/names.ts";
import { x509 } from "../../../lib/certificate/x509.ts";
import { PLAIN } from "../../support/fixtures.ts";
import { makeCertificatePem } from "../../support/fixtures_pki.ts";
import { pureTest } from "../../support/pure_test.ts";

/** The names that are encoded, `type:value`, read back from their DER. */
function encoded(names: Partial<WantedNames>, excludeCommonName = false): string[] {
  const wanted = { ...PLAIN, commonName: "My server", ...names };
  const extension = encodeAltNames(wanted, excludeCommonName);
  if (extension === undefined) return [];
  assert.equal(extension.critical, false);
  const { names: found } = new x509.SubjectAlternativeNameExtension(
    new Uint8Array(extension.rawData),
  );
  return found.toJSON()
    .map(({ type, value }) => `${type}:${value}`);
}

pureTest("encodeAltNames() puts the common name first, unless it is to be left out", () => {
  const names = { commonName: "a.test", dnsSans: ["b.test"] };
  assert.deepEqual(encoded(names), ["dns:a.test", "dns:b.test"]);
  assert.deepEqual(encoded(names, true), ["dns:b.test"]);
});

pureTest("encodeAltNames() includes a common name that can be a DNS name", () => {
  for (const name of ["a.test", "localhost", "*.apps.test", "_sip.a.test", "xn--bcher-kva.test"]) {
    assert.deepEqual(encoded({ commonName: name }), [`dns:${name}`]);
  }
  for (const name of ["My server", "10.1.1.20", "fd00::1", "ops@a.test", "a.*.test", "a/b"]) {
    assert.deepEqual(encoded({ commonName: name }), [], name);
  }
});

pureTest("encodeAltNames() makes no extension of no names", () => {
  const names = { ...PLAIN, commonName: "a.test" };
  assert.equal(encodeAltNames(names, true), undefined);
  assert.equal(encodeAltNames({ ...names, otherSans: ["1.2.3;UTF8:x"] }, true), undefined);
});

pureTest("encodeAltNames() writes DNS names in ASCII, in lower case and each once", () => {
  const names = { commonName: "A.test", dnsSans: ["a.TEST", "bücher.test", "B.test."] };
  assert.deepEqual(encoded(names), ["dns:a.test", "dns:xn--bcher-kva.test", "dns:b.test"]);
});

pureTest("encodeAltNames() writes names of each kind", () => {
  const names = {
    dnsSans: ["a.test"],
    emailSans: ["Ops@a.test"],
    ipSans: ["10.1.1.20", "FD00:0::1"],
    uriSans: ["spiffe://a.test/b,c", "https://A.test/?x=1"],
    otherSans: ["1.2.3;UTF8:x"],
  };
  assert.deepEqual(encoded(names), [
    "dns:a.test",
    "email:Ops@a.test",
    "ip:10.1.1.20",
    "ip:fd00::1",
    "url:spiffe://a.test/b,c",
    "url:https://A.test/?x=1",
  ]);
});

pureTest(
  "readOtherNames() gives the names of other kinds that hold text, in their order",
  async () => {
    const { pem } = await makeCertificatePem("a", {
      names: [
        { type: "upn", value: "web@example.com" },
        { type: "dns", value: "a.test" },
        { type: "guid", value: "8ee13e53-2c1c-42bb-8df7-39927c0bdbb6" },
        { type: "upn", value: "bücher;UTF8:x" },
      ],
    });
    assert.deepEqual(readOtherNames(openCertificate(pem)), [
      "1.3.6.1.4.1.311.20.2.3;UTF8:web@example.com",
      "1.3.6.1.4.1.311.20.2.3;UTF8:bücher;UTF8:x",
    ]);
  },
);

pureTest(
  "readOtherNames() gives none if there are none, or no alternative names at all",
  async () => {
    const named = await makeCertificatePem("a", { names: [{ type: "dns", value: "a.test" }] });
    for (const { pem } of [named, await makeCertificatePem("a")]) {
      assert.deepEqual(readOtherNames(openCertificate(pem)), []);
    }
  },
);
