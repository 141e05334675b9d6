/** Chains of CAs that have several issuers, or keys that this build cannot verify. */
import assert from "node:assert/strict";
import { openCertificate } from "../../../lib/certificate/certificate.ts";
import { buildChain } from "../../../lib/certificate/chain.ts";
import { PathFinder } from "../../../lib/certificate/path_finder.ts";
import { ChainChecker, isSelfSigned } from "../../../lib/certificate/stored_chain.ts";
import { type Made, makeAuthority, makeCertificatePem } from "../../support/fixtures_pki.ts";
import { pureTest } from "../../support/pure_test.ts";
import { LEAF, LOWER, RSA_8192_CROSS, RSA_8192_ROOT } from "../../support/rsa_8192.ts";
import { assertQuick } from "../../support/busy_machine.ts";

const NOW = new Date("2026-12-01T00:00:00Z");
const ENDED = { notAfter: new Date("2026-11-30T00:00:00Z") };
const LATER = { notBefore: new Date("2026-12-02T00:00:00Z") };

const [OLD, YOUNG] = [await makeAuthority("Old"), await makeAuthority("Young")];
const A = await makeAuthority("CA", { issuer: OLD });
const B = await makeAuthority("CA", { issuer: YOUNG, keysOf: A });
const BELOW_BOTH = await makeCertificatePem("leaf", { issuer: A });

async function build(leaf: Made, ...authorities: readonly Made[]) {
  const chain = await buildChain(leaf.pem, authorities.map(({ pem }) => pem), NOW);
  const made = (pems: readonly string[]) =>
    pems.map((pem) => authorities.find((one) => one.pem === pem));
  return { ...chain, chain: made(chain.intermediates), ca: made(chain.anchors) };
}

pureTest("each certificate on a path is in the chain, in the order of the server", async () => {
  const orders = [[A, B, OLD, YOUNG], [B, A, YOUNG, OLD], [A, B], [OLD, B, YOUNG, A]];
  for (const order of orders) {
    const { chain } = await build(BELOW_BOTH, ...order);
    assert.deepEqual(chain, order.filter((one) => one === A || one === B));
  }
  const { ca } = await build(BELOW_BOTH, B, A, OLD, YOUNG);
  assert.deepEqual(ca, [YOUNG], "the root of the first path, for clients that try only that");
});

pureTest("two issuers far above, and three of one, are all in the chain", async () => {
  const low = await makeAuthority("Low", { issuer: A });
  const leaf = await makeCertificatePem("leaf", { issuer: low });
  assert.deepEqual((await build(leaf, low, A, B, OLD, YOUNG)).chain, [low, A, B]);
  const third = await makeAuthority("CA", { issuer: await makeAuthority("Third"), keysOf: A });
  assert.deepEqual((await build(leaf, third, low, A, B)).chain, [low, third, A, B]);
});

pureTest("a root of the same name that cross-signed the next one is told apart", async () => {
  const [before, after] = [await makeAuthority("Root"), await makeAuthority("Root")];
  const cross = await makeAuthority("Root", { issuer: before, keysOf: after });
  const leaf = await makeCertificatePem("leaf", { issuer: after });
  const { chain, ca } = await build(leaf, before, cross, after);
  assert.deepEqual([chain, ca], [[cross], [after]]);
  const signed = [before, cross, after].map(({ pem }) => isSelfSigned(openCertificate(pem)));
  assert.deepEqual(signed, [true, false, true]);
});

for (const [what, bad] of [["has ended", ENDED], ["is not valid yet", LATER]] as const) {
  pureTest(`a path that ${what} is left out as long as another is valid`, async () => {
    const brief = await makeAuthority("CA", { issuer: YOUNG, keysOf: A, ...bad });
    assert.deepEqual((await build(BELOW_BOTH, brief, A, OLD, YOUNG)).chain, [A]);
    // Its root has ended, and with it the path.
    const root = await makeAuthority("Young", { keysOf: YOUNG, ...bad });
    const { chain, ca } = await build(BELOW_BOTH, B, A, root, OLD);
    assert.deepEqual([chain, ca], [[A], [OLD]]);
    // None is valid: none is dropped.
    const other = await makeAuthority("CA", { issuer: OLD, keysOf: A, ...bad });
    assert.deepEqual((await build(BELOW_BOTH, brief, other, OLD, YOUNG)).chain, [brief, other]);
  });
}

pureTest("a path that clients refuse is left out as long as another is not", async () => {
  const weak = await makeAuthority("Weak", { algorithm: "RSA 1024" });
  const cross = await makeAuthority("CA", { issuer: weak, keysOf: A });
  const { chain, weakness } = await build(BELOW_BOTH, cross, A, OLD, weak);
  assert.deepEqual([chain, weakness], [[A], undefined]);
  assert.equal((await build(BELOW_BOTH, cross, weak)).weakness?.kind, "weak");
});

pureTest("many CAs that all signed each other take no long time", async () => {
  const roots = await Promise.all([..."ABCDE"].map((name) => makeAuthority(name)));
  const cross = await Promise.all(
    roots.flatMap((one) =>
      roots.filter((other) => other !== one).map((issuer) =>
        makeAuthority(one.certificate.subject.slice(3), { issuer, keysOf: one })
      )
    ),
  );
  const leaf = await makeCertificatePem("leaf", { issuer: roots[0] as Made });
  await assertQuick(10_000, async () => {
    const { intermediates, cycle } = await build(leaf, ...cross, ...roots);
    assert.equal(cycle, undefined);
    // Those of the leaf's own issuer lead on; one below it would lead back.
    assert.equal(new Set(intermediates).size, intermediates.length);
  });
});

pureTest("a root with an RSA key that this build cannot verify is in ca.pem", async () => {
  for (const pool of [[RSA_8192_ROOT, LOWER], [LOWER, RSA_8192_ROOT]]) {
    const { intermediates, anchors, unverified } = await buildChain(LEAF, pool, NOW);
    assert.deepEqual([intermediates, anchors], [[LOWER], [RSA_8192_ROOT]]);
    assert.deepEqual(unverified, ["RSA-8192"]);
  }
  const direct = await buildChain(LOWER, [RSA_8192_ROOT], NOW);
  assert.deepEqual([direct.intermediates, direct.anchors], [[], [RSA_8192_ROOT]]);
  const both = await buildChain(LEAF, [LOWER, RSA_8192_CROSS, RSA_8192_ROOT], NOW);
  assert.deepEqual(both.intermediates, [LOWER, RSA_8192_CROSS]);
  assert.deepEqual([both.anchors, both.unverified], [[RSA_8192_ROOT], ["RSA-8192"]]);
  // A namesake with another key, which this build can verify, is passed over.
  const namesake = await makeAuthority("RSA-8192 Root");
  const { anchors } = await buildChain(LEAF, [namesake.pem, LOWER, RSA_8192_ROOT], NOW);
  assert.deepEqual(anchors, [RSA_8192_ROOT]);
});

pureTest("a stored set below such a root is whole", () => {
  const leaf = openCertificate(LEAF);
  for (const chain of [LOWER, LOWER + RSA_8192_CROSS]) {
    const { problem } = new ChainChecker(NOW).check(leaf, chain, () => RSA_8192_ROOT);
    assert.equal(problem, undefined);
    const { paths } = new PathFinder(NOW).find(undefined, leaf, chain, RSA_8192_ROOT);
    assert.deepEqual(
      paths[0]?.links.map(({ isRoot }) => isRoot),
      [...chain === LOWER ? [false] : [false, false], true],
    );
  }
});
