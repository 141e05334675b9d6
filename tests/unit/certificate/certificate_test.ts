import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { openCertificate, parseCertificate } from "../../../lib/certificate/certificate.ts";
import { asPem, makeCertificatePem } from "../../support/fixtures_pki.ts";
import { pureTest } from "../../support/pure_test.ts";

pureTest("parseCertificate() reads names, dates, issuer, serial and fingerprint", async () => {
  const issuer = await makeCertificatePem("Example CA", { authority: true });
  const { pem, certificate } = await makeCertificatePem("web.example.com", {
    issuer,
    serial: "2d21496ee9f848122eef503bfaca62f1a4146f16",
    names: [
      { type: "dns", value: "web.example.com" },
      { type: "dns", value: "*.apps.example.com" },
      { type: "ip", value: "10.1.1.20" },
      { type: "ip", value: "2001:db8:0:0:0:0:0:1" },
      { type: "email", value: "ops@example.com" },
      { type: "url", value: "spiffe://example.com/web" },
    ],
  });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", certificate.rawData));
  assert.deepEqual(parseCertificate(pem), {
    commonName: "web.example.com",
    dnsNames: ["web.example.com", "*.apps.example.com"],
    ipAddresses: ["10.1.1.20", "2001:db8::1"],
    uris: ["spiffe://example.com/web"],
    emails: ["ops@example.com"],
    notBefore: new Date("2026-11-01T00:00:00Z"),
    notAfter: new Date("2027-01-30T00:00:00Z"),
    issuer: "Example CA",
    serial: "2d:21:49:6e:e9:f8:48:12:2e:ef:50:3b:fa:ca:62:f1:a4:14:6f:16",
    fingerprint: [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(":")
      .toUpperCase(),
  });
});

pureTest(
  "parseCertificate() reads names of each kind in their order, and none if none are there",
  async () => {
    const uris = ["spiffe://example.com/a,b", 'https://a.test/"q"?x=1&y=2#z', "urn:uuid:1"];
    const emails = ["o'hara@example.com", "a+b@Example.COM"];
    const { pem } = await makeCertificatePem("a", {
      names: [
        ...uris.map((value) => ({ type: "url", value }) as const),
        ...emails.map((value) => ({ type: "email", value }) as const),
        { type: "guid", value: "8ee13e53-2c1c-42bb-8df7-39927c0bdbb6" },
      ],
    });
    const named = parseCertificate(pem);
    assert.deepEqual([named.uris, named.emails, named.dnsNames], [uris, emails, []]);
    const plain = parseCertificate((await makeCertificatePem("a")).pem);
    assert.deepEqual([plain.uris, plain.emails, "otherNames" in plain], [[], [], false]);
  },
);

pureTest("parseCertificate() writes the serial as Vault does, in whole bytes", async () => {
  const cases = { "7f": "7f", "0a1b": "0a:1b", "ff00ff": "ff:00:ff", "01": "01" };
  for (const [serial, expected] of Object.entries(cases)) {
    const { pem } = await makeCertificatePem("a", { serial });
    assert.equal(parseCertificate(pem).serial, expected);
  }
});

pureTest(
  "parseCertificate() reads dates before and after 2050, when the encoding in DER changes",
  async () => {
    const cases = [
      "2049-12-31T23:59:59.000Z",
      "2050-01-01T00:00:00.000Z",
      "9999-12-31T23:59:59.000Z",
    ];
    for (const end of cases) {
      const { pem } = await makeCertificatePem("a", { notAfter: new Date(end) });
      assert.equal(parseCertificate(pem).notAfter.toISOString(), end);
    }
  },
);

pureTest("parseCertificate() does not change a common name that is not a host name", async () => {
  for (const name of ["bücher.example", "Foo, Inc", "a=b+c"]) {
    const { pem } = await makeCertificatePem(name);
    assert.equal(parseCertificate(pem).commonName, name);
  }
});

pureTest("parseCertificate() leaves the common name out if there is none", async () => {
  const { pem } = await makeCertificatePem("", { subject: [{ O: ["Org"] }, { OU: ["Unit"] }] });
  const { commonName, issuer, dnsNames } = parseCertificate(pem);
  assert.deepEqual({ commonName, issuer, dnsNames }, {
    commonName: undefined,
    issuer: "O=Org, OU=Unit",
    dnsNames: [],
  });
});

// Node:crypto's `subject` is undefined for an empty name; "Cannot read properties of undefined".
pureTest("parseCertificate() reads a certificate whose subject is empty", async () => {
  const names = [{ type: "dns", value: "web.example.com" }] as const;
  const issuer = await makeCertificatePem("Example CA", { authority: true });
  const { pem } = await makeCertificatePem("", { issuer, subject: [], names: [...names] });
  const { commonName, dnsNames } = parseCertificate(pem);
  assert.deepEqual({ commonName, dnsNames }, {
    commonName: undefined,
    dnsNames: ["web.example.com"],
  });
});

pureTest(
  "parseCertificate() reads the first of several, with any text above and any wrapping",
  async () => {
    const [first, second] = [await makeCertificatePem("first"), await makeCertificatePem("second")];
    const texts = [
      first.pem + second.pem,
      `Certificate:\n    Data:\n${first.pem}`,
      first.pem.replaceAll("\n", "\r\n"),
      first.pem.trimEnd(),
      first.pem.replaceAll("\n", " \n"),
    ];
    for (const text of texts) assert.equal(parseCertificate(text).commonName, "first", text);
  },
);

// Node:crypto takes the first PEM block of any kind, so a key or a BOM above it hides it.
pureTest("parseCertificate() finds the first certificate below another PEM block", async () => {
  const { pem, pkcs8 } = await makeCertificatePem("web.example.com");
  assert.equal(parseCertificate(pkcs8 + pem).commonName, "web.example.com");
});

pureTest("a text without a PEM certificate is reported as such", () => {
  const texts = [
    "",
    "\n",
    "hello",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
  ];
  for (const text of texts) {
    assert.throws(() => parseCertificate(text), { message: "contains no PEM certificate" }, text);
    assert.throws(() => openCertificate(text), { message: "contains no PEM certificate" }, text);
  }
});

pureTest("a damaged PEM certificate is reported as one that cannot be decoded", async () => {
  const { certificate, pkcs8 } = await makeCertificatePem("web.example.com");
  const der = new Uint8Array(certificate.rawData);
  const cases = {
    "empty": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    "zeros": asPem(new Uint8Array(300)),
    "cut DER": asPem(der.subarray(0, der.length - 20)),
    "a key": pkcs8.replaceAll("PRIVATE KEY", "CERTIFICATE"),
    "no base64": "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
  };
  for (const [name, text] of Object.entries(cases)) {
    const message = "contains a PEM certificate that cannot be decoded";
    assert.throws(() => parseCertificate(text), { message }, name);
  }
});

// Node:crypto looks for "-----END" only, so a file that ends within its last line passes, and
// it is deployed though no TLS library loads it.
pureTest("a certificate that is cut off, be it within its last line, is damaged", async () => {
  const { pem } = await makeCertificatePem("web.example.com");
  const message = "contains a PEM certificate that is cut off";
  const lastLine = pem.indexOf("-----END");
  for (const end of [pem.length / 2, lastLine, lastLine + "-----END CERT".length]) {
    assert.throws(() => parseCertificate(pem.slice(0, end)), { message });
  }
});

pureTest("a certificate with a name that cannot be decoded is none", async () => {
  const { certificate } = await makeCertificatePem("Issuer");
  const der = new Uint8Array(certificate.rawData);
  const at = Buffer.from(der).indexOf("Issuer");
  // Neither ASCII nor UTF-8.
  der[at] = 0xc9;
  const message = "contains a PEM certificate that cannot be decoded";
  assert.throws(() => openCertificate(asPem(der)), { message });
  assert.throws(() => parseCertificate(asPem(der)), { message });
});
