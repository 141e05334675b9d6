import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { readFacts } from "../../../lib/certificate/certificate.ts";
import { isRevokedBy, readCrl, splitCrls } from "../../../lib/certificate/crl.ts";
import { crlPem, makeCrl } from "../../support/fixtures_crl.ts";
import { makeAuthority, makeCertificatePem } from "../../support/fixtures_pki.ts";

const CA = await makeAuthority("Example CA");

Deno.test("readCrl() reads the issuer, the times and the serial numbers", async () => {
  const crl = readCrl(await makeCrl(CA, { revoked: ["0a1b2c", "00ff01", "7f"] }));
  assert.equal(crl.issuerName, "Example CA");
  assert.equal(crl.thisUpdate.toISOString(), "2026-11-20T00:00:00.000Z");
  assert.equal(crl.nextUpdate.toISOString(), "2026-11-30T00:00:00.000Z");
  assert.deepEqual([...crl.revoked], ["0a1b2c", "ff01", "7f"]);
});

Deno.test("readCrl() reads times beyond 2049", async () => {
  const nextUpdate = new Date("2061-02-03T04:05:06Z");
  assert.deepEqual(readCrl(await makeCrl(CA, { nextUpdate })).nextUpdate, nextUpdate);
});

Deno.test("readCrl() refuses CRLs that do not list all that their issuer revoked", async () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["2.5.29.27", "020101", /delta CRL/],
    ["2.5.29.28", "30038401ff", /indirect CRL/],
    ["2.5.29.28", "30038201ff", /only certificates of CAs/],
    ["2.5.29.28", "300483020640", /for some reasons/],
    ["2.5.29.28", "30038501ff", /attribute certificates/],
    ["1.2.3.4", "0500", /critical extension 1\.2\.3\.4/],
  ];
  for (const [id, value, message] of cases) {
    const crl = await makeCrl(CA, { extensions: [[id, true, value]] });
    assert.throws(() => readCrl(crl), message);
  }
  await assert.rejects(async () => readCrl(await makeCrl(CA, { nextUpdate: null })), /until when/);
  readCrl(await makeCrl(CA, { extensions: [["1.2.3.4", false, "0500"]] }));
});

Deno.test("readCrl() says of damaged bytes that they are damaged, and never reads them as none", async () => {
  const crl = await makeCrl(CA, { revoked: ["0a1b2c", "0d"] });
  for (let length = 0; length < crl.length; length++) {
    assert.throws(() => readCrl(crl.subarray(0, length)), Error, `${length}`);
  }
  // A changed byte may give another CRL, which the signature refuses.
  for (let at = 0; at < crl.length; at++) {
    for (const bit of [1, 0x80, 0xff]) {
      const other = crl.with(at, (crl[at] ?? 0) ^ bit);
      try {
        readCrl(other);
      } catch (error) {
        assert.match((error as Error).message, /^(is|has|does|lists) /);
      }
    }
  }
  assert.throws(() => readCrl(Uint8Array.from([...crl, 0])), /damaged/);
});

Deno.test("splitCrls() finds each CRL of a text, and no certificate", async () => {
  const [one, two] = [await makeCrl(CA), await makeCrl(CA, { revoked: ["01"] })];
  const text = `# a comment\n${crlPem(one)}\n${CA.pem}${crlPem(two)}`;
  assert.deepEqual(splitCrls(text), [one, two]);
  assert.deepEqual(splitCrls(CA.pem), []);
});

Deno.test("a certificate is revoked only by a CRL of its own issuer", async () => {
  const leaf = await makeCertificatePem("a", { issuer: CA, serial: "0a1b2c" });
  const der = new Uint8Array(leaf.certificate.rawData);
  const crl = readCrl(await makeCrl(CA, { revoked: ["0a1b2c"] }));
  assert.ok(isRevokedBy(crl, "0a:1b:2c", der));
  assert.equal(isRevokedBy(crl, "0a:1b", der), false);
  const other = readCrl(await makeCrl(await makeAuthority("Other CA"), { revoked: ["0a1b2c"] }));
  assert.equal(isRevokedBy(other, "0a:1b:2c", der), false);
});

Deno.test("a CRL has the serial number of a certificate as the runtime reads it", async () => {
  // Zeros in front, which DER forbids, and numbers that DER takes for negative ones.
  for (const serial of ["00000a1b", "0001", "00", "80", "00ff01", "ff01"]) {
    const leaf = await makeCertificatePem("a", { issuer: CA, serial: "7a7b7c7d" });
    const der = Buffer.from(leaf.certificate.rawData);
    const bytes = Buffer.from(serial.padStart(8, "0"), "hex");
    const crl = await makeCrl(CA, { revoked: ["7a7b7c7d"] });
    const change = (from: Uint8Array) => {
      const at = Buffer.from(from).indexOf("02047a7b7c7d", 0, "hex");
      assert.ok(at > 0);
      return Buffer.concat([from.subarray(0, at + 2), bytes, from.subarray(at + 6)]);
    };
    const certificate = new X509Certificate(change(der));
    const listed = readCrl(change(crl));
    assert.ok(isRevokedBy(listed, readFacts(certificate).serial, certificate.raw), serial);
  }
});
