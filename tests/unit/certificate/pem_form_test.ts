import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { matchKey } from "../../../lib/certificate/keys.ts";
import { decodePem, encodePem } from "../../../lib/certificate/pem.ts";
import { cleanForm, formProblem, keyBlock } from "../../../lib/certificate/pem_form.ts";
import { combine } from "../../../lib/certificate/plain_content.ts";
import { pureTest } from "../../support/pure_test.ts";
import { makeSelfSigned } from "../../support/self_signed.ts";

const { certificate: PEM, key: KEY } = await makeSelfSigned("web.example.test");
const LINES = PEM.split("\n");

pureTest("formProblem() names the line that a program refuses, or reads differently", () => {
  const inside = (line: string) => LINES.toSpliced(3, 0, line).join("\n");
  const problems: readonly (readonly [string, string | undefined])[] = [
    [PEM, undefined],
    ["", undefined],
    ["only a comment\n", undefined],
    [PEM.trimEnd() + PEM, `line ${LINES.length - 1} has more than the begin or the end of a block`],
    [inside(""), "line 4 is blank, inside a block"],
    [inside("AAAA"), "line 5 follows a shorter line of its block"],
    [inside("A: b"), "line 4 is not Base64 of at most 64 characters"],
    [PEM + LINES[0], "its last block is cut off"],
    [PEM + PEM.replaceAll(" CERT", " TRUSTED CERT"), 'begins a block "TRUSTED CERTIFICATE"'],
    [PEM + KEY, 'begins a block "PRIVATE KEY"'],
    [`${LINES[0]}\n${PEM}`, "line 2 begins a block inside another one"],
    [`${LINES.at(-2)}\n${PEM}`, "line 1 ends a block that did not begin"],
    [`${PEM}\0`, "contains NUL bytes"],
  ];
  for (const [text, problem] of problems) {
    const found = formProblem("fullchain", text);
    assert.ok(found === problem || (problem && found?.endsWith(problem)), `${found}: ${problem}`);
  }
  assert.equal(formProblem("privkey", PEM + KEY), undefined);
});

pureTest("cleanForm() changes nothing that is clean, and its answer is clean", () => {
  const text = `foo ${PEM.trimEnd()}${PEM.replaceAll("\n", " ")}`;
  const clean = cleanForm("chain", text);
  assert.equal(clean, PEM + PEM);
  assert.equal(cleanForm("chain", clean), clean);
  assert.equal(formProblem("chain", clean), undefined);
  assert.equal(cleanForm("privkey", `${PEM.trimEnd()}${KEY};`), KEY);
});

pureTest("cleanForm() has none for a block that is not whole, and invents none", () => {
  const body = LINES[3] ?? "";
  const damaged = ["", "x", PEM.replace(body, body.slice(4)), PEM.replace(body, `${body};`)];
  for (const text of [...damaged, PEM.slice(0, -30), PEM + LINES[0]]) {
    assert.equal(cleanForm("fullchain", text), undefined, text);
  }
});

pureTest("neither takes quadratic time", () => {
  const begun = "-----BEGIN CERTIFICATE-----\n".repeat(200_000);
  for (const text of [begun, begun.replaceAll("\n", "A"), `${begun}${PEM}`]) {
    assert.notEqual(formProblem("ca", text), undefined);
    assert.equal(cleanForm("ca", text), undefined);
  }
});

pureTest("keyBlock() takes the first private key, as programs do", () => {
  const other = encodePem(new Uint8Array([0x30, 1, 0]), "RSA PRIVATE KEY");
  assert.equal(keyBlock(`\ufeff# text\r\n${PEM}${other}${KEY}`), other);
});

pureTest("matchKey() calls a key unparsable in which a byte of its frame is wrong", () => {
  const x509 = new X509Certificate(PEM);
  const own = decodePem(KEY);
  const sec1 = createPrivateKey(KEY).export({ type: "sec1", format: "der" });
  // Where the private and the public half begin.
  const forms = [["PRIVATE KEY", own, 36, 74], ["EC PRIVATE KEY", sec1, 7, 57]] as const;
  for (const [label, der, first, second] of forms) {
    const flip = (at: number) =>
      encodePem(der.map((byte, place) => place === at ? byte ^ 0x55 : byte), label);
    for (let at = 0; at < second; at++) {
      if (at >= first && at < first + 32) continue;
      if (matchKey(x509, flip(at)) !== "match") continue;
      assert.doesNotThrow(() => createPrivateKey(flip(at)), `${label}: byte ${at}`);
    }
    assert.equal(matchKey(x509, encodePem(der, label)), "match");
  }
});

pureTest("combine() leaves no byte order mark in the middle of a file", () => {
  assert.equal(combine("cert-first", `\ufeff${PEM}`, `\ufeff${KEY.trimEnd()}`), PEM + KEY);
});
