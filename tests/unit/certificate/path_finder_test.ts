/** Which path above a leaf is valid, in all shapes that chains and `ca.pem` take. */
import "reflect-metadata";
import assert from "node:assert/strict";
import { AuthorityKeyIdentifierExtension, X509CertificateGenerator } from "@peculiar/x509";
import { openCertificate } from "../../../lib/certificate/certificate.ts";
import { findInvalidPath, findValidPath } from "../../../lib/certificate/chain_paths.ts";
import { issuerKeyOf, PathFinder } from "../../../lib/certificate/path_finder.ts";
import { after, DAY, NOW } from "../../support/fixtures.ts";
import { type Made, makeAuthority, makeCertificatePem } from "../../support/fixtures_pki.ts";
import { pureTest } from "../../support/pure_test.ts";

const ENDED = { notAfter: after(-DAY) };
const TO_COME = { notBefore: after(DAY), notAfter: after(90 * DAY) };

const ROOT = await makeAuthority("Root");
const ROOT_ENDED = await makeAuthority("Root", { keysOf: ROOT, ...ENDED });
const OTHER_KEY = await makeAuthority("Root", { algorithm: "EC P-384" });
const CA = await makeAuthority("CA", { issuer: ROOT });
const CA_ENDED = await makeAuthority("CA", { issuer: ROOT, keysOf: CA, ...ENDED });
const CA_TO_COME = await makeAuthority("CA", { issuer: ROOT, keysOf: CA, ...TO_COME });
const LEAF = await makeCertificatePem("leaf", { issuer: CA });
const BELOW_ROOT = await makeCertificatePem("leaf", { issuer: ROOT });
const YOUNG = await makeAuthority("Young");
const CROSS = await makeAuthority("Young", { issuer: ROOT, keysOf: YOUNG });
const CROSS_ENDED = await makeAuthority("Young", { issuer: ROOT, keysOf: YOUNG, ...ENDED });
const YOUNG_ENDED = await makeAuthority("Young", { keysOf: YOUNG, ...ENDED });
const BELOW = await makeAuthority("Below", { issuer: YOUNG });
const CROSSED = await makeCertificatePem("leaf", { issuer: BELOW });
const UNRELATED_ENDED = await makeAuthority("Unrelated", ENDED);
const ALONE = await makeCertificatePem("alone");
const TWO = await makeAuthority("Two");
const ONE_BY_TWO = await makeAuthority("One", { issuer: TWO });
const TWO_BY_ONE = await makeAuthority("Two", { issuer: ONE_BY_TWO, keysOf: TWO });
const CIRCLED = await makeCertificatePem("leaf", { issuer: ONE_BY_TWO });

const pems = (made: readonly Made[]) => made.map(({ pem }) => pem).join("");

function pathsOf(leaf: Made, chain: readonly Made[], ca: readonly Made[] | undefined) {
  const x509 = openCertificate(leaf.pem);
  return new PathFinder(NOW).find(undefined, x509, pems(chain), ca && pems(ca)).paths;
}

const names = (path: readonly { readonly name: string }[] | undefined) =>
  path?.map(({ name }) => name).join(" ");

pureTest("a path that is valid is found, whatever else has ended", () => {
  const cases: [string, Made, readonly Made[], readonly Made[] | undefined, string][] = [
    ["a plain chain", LEAF, [CA], [ROOT], "CA Root"],
    ["a root alone", BELOW_ROOT, [], [ROOT], "Root"],
    ["an ended root of other certificates", LEAF, [CA], [UNRELATED_ENDED, ROOT], "CA Root"],
    ["a root and what it was before, in any order", LEAF, [CA], [ROOT_ENDED, ROOT], "CA Root"],
    [
      "an ended root in the chain, the new one in ca.pem",
      LEAF,
      [CA, ROOT_ENDED],
      [ROOT],
      "CA Root",
    ],
    ["a chain with its root", LEAF, [CA, ROOT], [ROOT], "CA Root"],
    ["no ca.pem, the root in the chain", LEAF, [CA, ROOT], undefined, "CA Root"],
    ["no ca.pem, and no root", LEAF, [CA], undefined, "CA"],
    ["the server leaves roots out", LEAF, [CA], [CA], "CA"],
    ["the old root of two has ended", CROSSED, [BELOW, CROSS], [ROOT_ENDED, YOUNG], "Below Young"],
    [
      "the new root of two has ended",
      CROSSED,
      [BELOW, CROSS],
      [ROOT, YOUNG_ENDED],
      "Below Young Root",
    ],
    [
      "an ended cross-signed CA beside its root",
      CROSSED,
      [BELOW, CROSS_ENDED],
      [YOUNG],
      "Below Young",
    ],
    ["a renewed and an ended intermediate", LEAF, [CA_ENDED, CA], [ROOT], "CA Root"],
  ];
  for (const [what, leaf, chain, ca, expected] of cases) {
    assert.equal(names(findValidPath(pathsOf(leaf, chain, ca), NOW)), expected, what);
  }
});

pureTest("if no path is valid, the one that lasted longest is found", () => {
  const cases: [string, Made, readonly Made[], readonly Made[] | undefined, string][] = [
    ["an ended root", LEAF, [CA], [ROOT_ENDED], "CA Root"],
    ["an ended root that issued the leaf", BELOW_ROOT, [], [ROOT_ENDED], "Root"],
    ["an ended intermediate", LEAF, [CA_ENDED], [ROOT], "CA Root"],
    ["both", LEAF, [CA_ENDED], [ROOT_ENDED], "CA Root"],
    ["an intermediate that is not valid yet", LEAF, [CA_TO_COME], [ROOT], "CA Root"],
    ["an intermediate beside the ended root in ca.pem", LEAF, [CA], [CA, ROOT_ENDED], "CA Root"],
    ["a root of that name with another key", LEAF, [CA], [ROOT_ENDED, OTHER_KEY], "CA Root"],
    ["no ca.pem, an ended root in the chain", LEAF, [CA, ROOT_ENDED], undefined, "CA Root"],
    ["no ca.pem, an ended intermediate", LEAF, [CA_ENDED], undefined, "CA"],
    ["both roots have ended", CROSSED, [BELOW, CROSS], [ROOT_ENDED, YOUNG_ENDED], "Below Young"],
    [
      "a valid cross-signed CA below an ended root",
      CROSSED,
      [BELOW, CROSS],
      [ROOT_ENDED],
      "Below Young Root",
    ],
    ["an ended CA that the server's chain ends with", LEAF, [CA_ENDED], [CA_ENDED], "CA"],
  ];
  for (const [what, leaf, chain, ca, expected] of cases) {
    const paths = pathsOf(leaf, chain, ca);
    assert.equal(findValidPath(paths, NOW), undefined, what);
    assert.equal(names(findInvalidPath(paths, NOW)), expected, what);
  }
});

pureTest("CAs that signed each other lead to an end, and a leaf that signed itself to none", () => {
  const circle = pathsOf(CIRCLED, [ONE_BY_TWO, TWO_BY_ONE], [TWO_BY_ONE]);
  assert.equal(names(findValidPath(circle, NOW)), "One Two");
  for (const [chain, ca] of [[[], []], [[ALONE], [ALONE]], [[], [ALONE]]]) {
    const alone = pathsOf(ALONE, chain ?? [], ca);
    assert.equal(findValidPath(alone, NOW), undefined);
    assert.equal(findInvalidPath(alone, NOW), undefined);
  }
});

pureTest("what ends at this moment has ended, and what begins has begun", () => {
  const paths = pathsOf(LEAF, [CA], [ROOT]);
  const { notBefore, notAfter } = ROOT.certificate;
  assert.notEqual(findValidPath(paths, notBefore), undefined);
  assert.equal(findValidPath(paths, notAfter), undefined);
  assert.equal(names(findInvalidPath(paths, notAfter)), "CA Root");
});

pureTest("a ca.pem without certificates is a problem, a missing one is not", () => {
  const leaf = openCertificate(LEAF.pem);
  const find = (ca: string | undefined) => new PathFinder(NOW).find(undefined, leaf, CA.pem, ca);
  assert.equal(find(undefined).caProblem, undefined);
  assert.equal(find(ROOT.pem + CA_ENDED.pem.slice(0, 90)).caProblem, undefined);
  for (const ca of ["", "no PEM", ROOT.pem.slice(0, 200)]) {
    const { paths, caProblem } = find(ca);
    assert.match(caProblem ?? "", /contains no PEM certificate that can be decoded$/);
    assert.notEqual(findValidPath(paths, NOW), undefined);
  }
});

pureTest(
  "a set recalls what another one knows, as far as that is valid as long as its leaf",
  () => {
    const leaf = openCertificate(LEAF.pem);
    const end = ROOT.certificate.notAfter;
    for (const order of [[ROOT_ENDED, ROOT], [ROOT, ROOT_ENDED]]) {
      const finder = new PathFinder(NOW);
      const known = order.map(({ pem }) => finder.find("key", leaf, CA.pem, pem).paths);
      for (const paths of known) assert.equal(names(findValidPath(paths, NOW)), "CA Root");
      assert.equal(finder.recall("key", end), known[0]);
      assert.equal(finder.recall("key", new Date(end.getTime() + 1000)), undefined);
      assert.equal(finder.recall("other", end), undefined);
    }
    const finder = new PathFinder(NOW);
    finder.find("key", leaf, CA.pem, ROOT_ENDED.pem);
    assert.equal(finder.recall("key", after(-2 * DAY)), undefined);
  },
);

pureTest("a set without a root says nothing of another one's", () => {
  const leaf = openCertificate(LEAF.pem);
  for (const ca of [undefined, "", "no PEM", CA.pem]) {
    const finder = new PathFinder(NOW);
    assert.notEqual(findValidPath(finder.find("key", leaf, CA.pem, ca).paths, NOW), undefined);
    assert.equal(finder.recall("key", NOW), undefined);
    const { paths } = finder.find("key", leaf, CA.pem, ROOT_ENDED.pem);
    assert.equal(findValidPath(paths, NOW), undefined);
  }
});

pureTest("a certificate tells by its issuer's key whose it is", async () => {
  const issuedBy = async (authority: Made) => {
    const keys = await crypto.subtle.generateKey(authority.algorithm, true, ["sign", "verify"]);
    const certificate = await X509CertificateGenerator.create({
      subject: "CN=leaf",
      issuer: authority.certificate.subject,
      publicKey: (keys as CryptoKeyPair).publicKey,
      signingKey: authority.keys.privateKey,
      signingAlgorithm: authority.algorithm,
      extensions: [await AuthorityKeyIdentifierExtension.create(authority.keys.publicKey)],
    });
    return issuerKeyOf(openCertificate(certificate.toString("pem")));
  };
  const key = await issuedBy(ROOT);
  assert.match(key ?? "", /^CN=Root\n30168014[0-9a-f]{40}$/);
  assert.equal(await issuedBy(ROOT_ENDED), key);
  assert.notEqual(await issuedBy(await makeAuthority("Root")), key);
});

pureTest("a certificate without a key identifier of its issuer has no issuer key", () => {
  assert.equal(issuerKeyOf(openCertificate(LEAF.pem)), undefined);
});

pureTest("of very many CAs that share a name only the first are proved", () => {
  // A set of an earlier version may hold them, and each look would prove each against all others.
  const many = [CA, ...Array.from({ length: 300 }, () => ROOT_ENDED), ...Array(300).fill(CA_ENDED)];
  const [paths] = pathsOf(LEAF, many, [ROOT]);
  assert.ok((paths?.links.length ?? 0) <= 64);
  assert.equal(names(findValidPath(pathsOf(LEAF, many, [ROOT]), NOW)), "CA Root");
});
