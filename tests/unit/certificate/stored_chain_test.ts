import assert from "node:assert/strict";
import { buildChain } from "../../../lib/certificate/chain.ts";
import { openCertificate } from "../../../lib/certificate/certificate.ts";
import { ChainChecker } from "../../../lib/certificate/stored_chain.ts";
import { type Made, makeAuthority, makeCertificatePem } from "../../support/fixtures_pki.ts";
import { pureTest } from "../../support/pure_test.ts";

const [ROOT, OTHER] = [await makeAuthority("Root"), await makeAuthority("Other")];
const UPPER = await makeAuthority("Upper", { issuer: ROOT });
const LOWER = await makeAuthority("Lower", { issuer: UPPER });
const LEAF = await makeCertificatePem("leaf", { issuer: LOWER });
const BELOW_ROOT = await makeCertificatePem("leaf", { issuer: ROOT });

const NOW = new Date("2026-12-01T00:00:00Z");

const pems = (...made: readonly Made[]) => made.map(({ pem }) => pem).join("");

function problemOf(
  leaf: Made,
  chain: string,
  ca: string | undefined,
  checker = new ChainChecker(NOW),
) {
  return checker.check(openCertificate(leaf.pem), chain, () => ca).problem;
}

pureTest("a chain that leads from the leaf to what is in ca.pem is whole", () => {
  const cases: [Made, readonly Made[], readonly Made[]][] = [
    [LEAF, [LOWER, UPPER], [ROOT]],
    [LEAF, [LOWER, UPPER], [OTHER, ROOT]],
    // Where the server leaves the root out.
    [LEAF, [LOWER, UPPER], [UPPER]],
    [LEAF, [LOWER], [LOWER]],
    // With the root, and with repetitions, as other tools write it.
    [LEAF, [LOWER, UPPER, ROOT], [ROOT]],
    [LEAF, [LOWER, LOWER, UPPER], [ROOT]],
    [BELOW_ROOT, [], [ROOT]],
    [BELOW_ROOT, [ROOT], [ROOT]],
  ];
  for (const [leaf, chain, ca] of cases) {
    assert.equal(problemOf(leaf, pems(...chain), pems(...ca)), undefined);
  }
});

pureTest("the problem of a chain is reported, from the leaf upwards", () => {
  const cases: [Made, readonly Made[], string][] = [
    [LEAF, [], 'lacks the certificate of "Lower", which issued it'],
    [LEAF, [LOWER], 'lacks the certificate of "Upper", which issued "Lower"'],
    [
      LEAF,
      [UPPER, LOWER],
      'has the certificate of "Upper" in place of "Lower", which issued it',
    ],
    [
      LEAF,
      [LOWER, OTHER],
      'has the certificate of "Other" in place of "Upper", which issued "Lower"',
    ],
    [LEAF, [LOWER, UPPER, ROOT, OTHER], 'has the certificate of "Other" above the root "Root"'],
    [
      BELOW_ROOT,
      [OTHER],
      'has the certificate of "Other" in place of "Root", which issued it',
    ],
  ];
  for (const [leaf, chain, problem] of cases) {
    assert.equal(problemOf(leaf, pems(...chain), ROOT.pem), problem);
  }
  assert.equal(
    problemOf(LEAF, pems(LOWER, UPPER, ROOT), OTHER.pem),
    'ends with "Root", which is not in ca.pem',
  );
});

pureTest("a damaged chain is a problem", () => {
  const cut = UPPER.pem.slice(0, 100);
  const damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  assert.equal(
    problemOf(LEAF, LOWER.pem + cut, ROOT.pem),
    "contains a PEM certificate that is cut off",
  );
  assert.equal(
    problemOf(LEAF, LOWER.pem + damaged, ROOT.pem),
    "contains a PEM certificate that cannot be decoded",
  );
});

pureTest("the top is not checked if no authority is known", () => {
  for (const ca of [undefined, "", "no PEM"]) {
    for (const chain of ["", LOWER.pem, pems(LOWER, UPPER)]) {
      assert.equal(problemOf(LEAF, chain, ca), undefined);
    }
    assert.notEqual(problemOf(LEAF, UPPER.pem, ca), undefined);
  }
});

pureTest("ca.pem is read once for a chain, and again as long as it was found wanting", () => {
  const checker = new ChainChecker(NOW);
  const chain = pems(LOWER, UPPER);
  assert.notEqual(problemOf(LEAF, chain, OTHER.pem, checker), undefined);
  assert.equal(problemOf(LEAF, chain, ROOT.pem, checker), undefined);
  const again = checker.check(openCertificate(LEAF.pem), chain, () => assert.fail("read again"));
  assert.equal(again.problem, undefined);
});

pureTest("the certificate of a chain that ends first is found, a root aside", async () => {
  const soon = new Date("2026-12-02T00:00:00Z");
  const upper = await makeAuthority("Upper", { issuer: ROOT, notAfter: soon });
  const lower = await makeAuthority("Lower", { issuer: upper });
  const root = await makeAuthority("Root", { keysOf: ROOT, notAfter: new Date("2026-11-30") });
  const leaf = openCertificate((await makeCertificatePem("leaf", { issuer: lower })).pem);
  const { end } = new ChainChecker(NOW).check(leaf, pems(lower, upper, root), () => ROOT.pem);
  assert.deepEqual(end, { name: "Upper", notAfter: soon });
  assert.deepEqual(new ChainChecker(NOW).check(leaf, "", () => undefined), { end: undefined });
});

/** Lines of CAs, and what servers may give of them. */
async function pools(): Promise<[string, Made, readonly Made[]][]> {
  const young = await makeAuthority("Young Root");
  const cross = await makeAuthority("Young Root", { issuer: ROOT, keysOf: young });
  const below = await makeAuthority("Below", { issuer: young });
  const crossed = await makeCertificatePem("leaf", { issuer: below });
  const [one, two] = [await makeAuthority("One"), await makeAuthority("Two")];
  const oneByTwo = await makeAuthority("One", { issuer: two, keysOf: one });
  const twoByOne = await makeAuthority("Two", { issuer: one, keysOf: two });
  const circle = await makeAuthority("Circle", { issuer: two });
  const circled = await makeCertificatePem("leaf", { issuer: circle });
  const namesake = await makeAuthority("Lower", { issuer: UPPER, algorithm: "EC P-384" });
  return [
    ["a plain line", LEAF, [LOWER, UPPER, ROOT]],
    ["without its root", LEAF, [LOWER, UPPER]],
    ["only the issuer", LEAF, [LOWER]],
    ["the issuer and the root, without what is between", LEAF, [LOWER, ROOT]],
    ["a root alone", BELOW_ROOT, [ROOT]],
    ["another CA beside it", LEAF, [OTHER, LOWER, UPPER, ROOT]],
    ["a namesake with another key", LEAF, [namesake, LOWER, UPPER, ROOT]],
    ["a cross-signed root", crossed, [below, cross, ROOT]],
    ["a cross-signed root and itself", crossed, [below, young, cross, ROOT]],
    ["a cross-signed root without the old one", crossed, [below, cross]],
    ["a circle with roots", circled, [circle, twoByOne, oneByTwo, one, two]],
    ["a circle without roots", circled, [circle, twoByOne, oneByTwo]],
  ];
}

pureTest("whatever buildChain() gives is whole, in whatever order it came", async () => {
  for (const [what, leaf, pool] of await pools()) {
    for (const order of [pool, pool.toReversed(), [...pool, ...pool]]) {
      const { intermediates, anchors } = await buildChain(
        leaf.pem,
        order.map(({ pem }) => pem),
        NOW,
      );
      assert.equal(problemOf(leaf, intermediates.join(""), anchors.join("")), undefined, what);
    }
  }
});

const SOON = new Date("2026-12-05T00:00:00Z");

pureTest("the path that lasts longest tells when a chain ends", async () => {
  const young = await makeAuthority("Young Root");
  const below = await makeAuthority("Below", { issuer: young });
  const leaf = openCertificate((await makeCertificatePem("leaf", { issuer: below })).pem);
  const endOf = (chain: readonly Made[], ...ca: readonly Made[]) =>
    new ChainChecker(NOW).check(leaf, pems(...chain), () => pems(...ca)).end;
  const cross = await makeAuthority("Young Root", { issuer: ROOT, keysOf: young, notAfter: SOON });
  const longest = endOf([below, cross], young)?.notAfter.toISOString();
  assert.equal(longest, "2027-01-30T00:00:00.000Z");
  assert.deepEqual(endOf([below, cross], ROOT), { name: "Young Root", notAfter: SOON });
  // The intermediate was signed twice.
  const brief = await makeAuthority("Below", { issuer: OTHER, keysOf: below, notAfter: SOON });
  for (const chain of [[below, brief], [brief, below]]) {
    assert.equal(endOf(chain, young)?.notAfter.toISOString(), "2027-01-30T00:00:00.000Z");
  }
});
