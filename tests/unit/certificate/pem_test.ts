import assert from "node:assert/strict";
import { splitCertificates, withNewline } from "../../../lib/certificate/pem.ts";
import { pureTest } from "../../support/pure_test.ts";

const block = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;

pureTest("withNewline() ends a text with one newline, whatever it ended with", () => {
  for (const end of ["", "\n", "\n\n", "\r\n", " \n", "\t"]) {
    assert.equal(
      withNewline(`${block("AAAA").trimEnd()}${end}`),
      block("AAAA"),
      JSON.stringify(end),
    );
  }
});

pureTest("withNewline() makes CRLF one newline, and cuts white space at both ends only", () => {
  assert.equal(withNewline("\r\n a\r\nb c\r\n"), "a\nb c\n");
});

pureTest("splitCertificates() finds each certificate in any text around it", () => {
  const key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
  const text = `# a\n${block("AAAA")}${key}text ${block("BBBB")}`;
  assert.deepEqual(splitCertificates(text), [block("AAAA"), block("BBBB")]);
});

pureTest("splitCertificates() parts certificates that share a line, with CRLF too", () => {
  const glued = `${block("AAAA").trimEnd()}${block("BBBB").trimEnd()}`;
  assert.deepEqual(splitCertificates(glued), [block("AAAA"), block("BBBB")]);
  assert.deepEqual(splitCertificates(block("AAAA\nBBBB").replaceAll("\n", "\r\n")), [
    block("AAAA\nBBBB"),
  ]);
});

pureTest("splitCertificates() finds none in other PEM, in cut PEM and in no text", () => {
  const texts = [
    "",
    "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
    block("AAAA").slice(0, 40),
  ];
  for (const text of texts) assert.deepEqual(splitCertificates(text), [], text);
});

pureTest("splitCertificates() needs no quadratic time if many begin and none ends", () => {
  const begun = "-----BEGIN CERTIFICATE-----\n".repeat(500_000);
  assert.deepEqual(splitCertificates(begun), []);
  assert.equal(splitCertificates(begun + block("AAAA")).length, 1);
});
