import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { openCertificate, readFacts } from "../../../lib/certificate/certificate.ts";
import { readPlainDer, readPlainPem } from "../../../lib/certificate/plain_certificate.ts";
import {
  type AlgorithmName,
  makeCertificatePem,
  type MakeOptions,
} from "../../support/fixtures_pki.ts";
import { pureTest } from "../../support/pure_test.ts";

const PLAIN: readonly AlgorithmName[] = [
  "EC P-256",
  "EC P-384",
  "EC P-384 with SHA-256",
  "RSA",
  "Ed25519",
];
const NAMES: MakeOptions["names"] = [
  { type: "dns", value: "web.example.com" },
  { type: "dns", value: "*.apps.example.com" },
  { type: "ip", value: "10.1.1.20" },
  { type: "email", value: "ops+web@example.com" },
  { type: "url", value: "spiffe://example.com/web" },
];
const SUBJECT = [{ C: ["DE"] }, { O: ["Example (IT)"] }, { CN: ["web.example.com"] }];

async function derOf(options: MakeOptions): Promise<Buffer> {
  const { certificate } = await makeCertificatePem("web.example.com", options);
  return Buffer.from(certificate.rawData);
}

for (const algorithm of PLAIN) {
  pureTest(`readPlainDer() reads the same as the runtime: ${algorithm}`, async () => {
    const issuer = await makeCertificatePem("Example CA", { algorithm, authority: true });
    const der = await derOf({ algorithm, issuer, names: NAMES, subject: SUBJECT });
    const plain = readPlainDer(der);
    assert.deepEqual(plain?.certificate, readFacts(new X509Certificate(der)));
    assert.equal(plain?.der, der);
  });
}

pureTest(
  "readPlainDer() reads serial numbers and an empty subject as the runtime does",
  async () => {
    for (const serial of ["01", "7f", "80", "00ff00", "0123456789abcdef0123456789abcdef01234567"]) {
      const issuer = await makeCertificatePem("Example CA", { authority: true });
      const der = await derOf({ issuer, serial, subject: [], names: NAMES });
      assert.deepEqual(readPlainDer(der)?.certificate, readFacts(new X509Certificate(der)), serial);
    }
  },
);

pureTest("readPlainDer() reads no damaged certificate differently from the runtime", async () => {
  const issuer = await makeCertificatePem("Example CA", { authority: true });
  const der = await derOf({ issuer, names: NAMES, subject: SUBJECT });
  let plain = 0;
  for (let at = 0; at < der.length; at++) {
    for (const change of [0x01, 0x02, 0x08, 0x20, 0x80, 0xff]) {
      const damaged = Buffer.from(der);
      damaged[at] = (der[at] ?? 0) ^ change;
      const found = readPlainDer(damaged);
      if (found === undefined) continue;
      plain++;
      const facts = readFacts(new X509Certificate(damaged));
      assert.deepEqual(found.certificate, facts, `byte ${at} changed by ${change}`);
    }
  }
  assert.ok(plain > der.length, `only ${plain} are read`);
});

pureTest("readPlainDer() leaves what is not plain to the runtime", async () => {
  const others: readonly MakeOptions[] = [
    { algorithm: "RSA 1024" },
    { algorithm: "RSA-PSS" },
    { algorithm: "EC P-521" },
    { subject: [{ O: ["Example"] }] },
    { subject: [{ CN: ["a, b"] }] },
    { subject: [{ CN: ["bücher.example"] }] },
    { subject: [{ CN: ["web"], O: ["Example"] }] },
    { names: [{ type: "ip", value: "2001:db8::1" }] },
    { names: [{ type: "url", value: "https://a.test/?x=1,y" }] },
    { names: [{ type: "guid", value: "8ee13e53-2c1c-42bb-8df7-39927c0bdbb6" }] },
    { notAfter: new Date("2051-01-01T00:00:00Z") },
  ];
  for (const options of others) {
    assert.equal(readPlainDer(await derOf(options)), undefined, JSON.stringify(options));
  }
  const der = await derOf({});
  assert.notEqual(readPlainDer(der), undefined);
  for (let length = 0; length < der.length; length++) {
    assert.equal(readPlainDer(der.subarray(0, length)), undefined, `${length} bytes`);
  }
  assert.equal(readPlainDer(Buffer.concat([der, der])), undefined);
});

pureTest("readPlainPem() reads the certificate at the begin of a text", async () => {
  const { pem } = await makeCertificatePem("web.example.com", {});
  const facts = readFacts(openCertificate(pem));
  assert.deepEqual(readPlainPem(pem)?.certificate, facts);
  assert.deepEqual(readPlainPem(pem.trimEnd() + "\n" + pem)?.certificate, facts);
  for (const other of ["", "text\n" + pem, pem.slice(0, -30), pem.replaceAll("CERT", "OTHER")]) {
    assert.equal(readPlainPem(other), undefined, other);
  }
});

pureTest("readPlainPem() leaves Base64 with bits after the last byte to the runtime", async () => {
  for (const name of ["a", "ab", "abc"]) {
    const { pem } = await makeCertificatePem(name, {});
    const odd = pem.replace(/[A-Za-z0-9+/](?==+\n)/, (last) => last === "/" ? "+" : "/");
    if (odd !== pem) assert.equal(readPlainPem(odd), undefined, odd);
    assert.notEqual(readPlainPem(pem), undefined);
  }
});
