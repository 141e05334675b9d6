import assert from "node:assert/strict";
import { buildChain } from "../../../lib/certificate/chain.ts";
import {
  type AlgorithmName,
  makeAuthority,
  makeCertificatePem,
} from "../../support/fixtures_pki.ts";
import { pureTest } from "../../support/pure_test.ts";

const NOW = new Date("2026-12-01T00:00:00Z");

/** The chain without its anchors. */
async function chainOf(leaf: string, authorities: readonly string[]): Promise<readonly string[]> {
  return (await buildChain(leaf, authorities, NOW)).intermediates;
}

/** A leaf below two intermediates and a root. */
async function makeLine() {
  const root = await makeAuthority("Root");
  const upper = await makeAuthority("Upper", { issuer: root });
  const lower = await makeAuthority("Lower", { issuer: upper });
  const leaf = await makeCertificatePem("leaf", { issuer: lower });
  return { root, upper, lower, leaf };
}

pureTest("buildChain() puts the leaf's issuer first and leaves the root out", async () => {
  const { root, upper, lower, leaf } = await makeLine();
  const [r, u, l] = [root.pem, upper.pem, lower.pem];
  const orders = [[l, u, r], [r, u, l], [u, r, l], [l, u], [u, l], [r, l, u, l, u, r], [u + l + r]];
  for (const order of orders) assert.deepEqual(await chainOf(leaf.pem, order), [l, u]);
});

pureTest("buildChain() ends each certificate with a newline and accepts CRLF", async () => {
  const { upper, lower, leaf } = await makeLine();
  const served = [lower, upper].map(({ pem }) => pem.trimEnd().replaceAll("\n", "\r\n"));
  assert.deepEqual(await chainOf(leaf.pem, served), [lower.pem, upper.pem]);
});

pureTest("buildChain() stops if the next issuer is not given", async () => {
  const { root, upper, lower, leaf } = await makeLine();
  assert.deepEqual(await chainOf(leaf.pem, [lower.pem]), [lower.pem]);
  assert.deepEqual(await chainOf(leaf.pem, [lower.pem, root.pem]), [lower.pem]);
  assert.deepEqual(await chainOf(lower.pem, [root.pem, upper.pem]), [upper.pem]);
});

pureTest("buildChain() is empty below a root", async () => {
  const { root, upper } = await makeLine();
  assert.deepEqual(await chainOf(upper.pem, [root.pem]), []);
  assert.deepEqual(await chainOf(root.pem, [root.pem]), []);
});

pureTest("buildChain() leaves out CA certificates that are not above the leaf", async () => {
  const { upper, lower, leaf } = await makeLine();
  const other = await makeAuthority("Other");
  assert.deepEqual(await chainOf(leaf.pem, [other.pem, upper.pem, lower.pem]), [
    lower.pem,
    upper.pem,
  ]);
});

pureTest("buildChain() refuses CA certificates none of which issued the leaf", async () => {
  const { root, upper, leaf } = await makeLine();
  const message = "the server sent CA certificates, but none of them issued it";
  await assert.rejects(() => buildChain(leaf.pem, [root.pem, upper.pem], NOW), { message });
});

pureTest(
  "buildChain() looks at signatures: a namesake with another key is passed over",
  async () => {
    const { upper, lower, leaf } = await makeLine();
    for (const algorithm of ["EC P-256", "EC P-384", "RSA"] as const) {
      const namesake = await makeAuthority("Lower", { issuer: upper, algorithm });
      const order = [namesake.pem, lower.pem, upper.pem];
      assert.deepEqual(await chainOf(leaf.pem, order), [lower.pem, upper.pem], algorithm);
    }
  },
);

pureTest("buildChain() refuses a CA certificate that cannot be decoded", async () => {
  const { leaf } = await makeLine();
  const damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const message = "contains a PEM certificate that cannot be decoded";
  await assert.rejects(() => buildChain(leaf.pem, [damaged], NOW), { message });
});

pureTest("buildChain() goes by way of a cross-signed root if that is given", async () => {
  const old = await makeAuthority("Old Root");
  const young = await makeAuthority("Young Root");
  const cross = await makeAuthority("Young Root", { issuer: old, keysOf: young });
  const lower = await makeAuthority("Lower", { issuer: young });
  const leaf = await makeCertificatePem("leaf", { issuer: lower });
  const chain = await chainOf(leaf.pem, [lower.pem, cross.pem, old.pem]);
  assert.deepEqual(chain, [lower.pem, cross.pem]);
});

// Two roots that signed each other (Vault's root rotation) lead in a circle, and each of the two
// is repeated until the chain is as long as the pool.
pureTest(
  "buildChain() holds each certificate once, also if two roots cross-signed",
  async () => {
    const [one, two] = [await makeAuthority("One"), await makeAuthority("Two")];
    const oneByTwo = await makeAuthority("One", { issuer: two, keysOf: one });
    const twoByOne = await makeAuthority("Two", { issuer: one, keysOf: two });
    const lower = await makeAuthority("Lower", { issuer: two });
    const leaf = await makeCertificatePem("leaf", { issuer: lower });
    const pool = [lower, twoByOne, oneByTwo, one, two, lower].map(({ pem }) => pem);
    const chain = await chainOf(leaf.pem, pool);
    assert.equal(chain[0], lower.pem);
    assert.deepEqual(chain, [...new Set(chain)]);
  },
);

const KINDS: readonly AlgorithmName[] = ["EC P-256", "EC P-384", "RSA", "Ed25519"];
for (const algorithm of KINDS) {
  pureTest(`buildChain() follows signatures of ${algorithm}`, () => followsSignatures(algorithm));
}

// Node:crypto's verify(), in Deno 2.7.11, throws for P-521 ("Unsupported EC curve") and says no
// to RSA-PSS (Vault's use_pss) and to any but the usual pair of curve and hash, such as the P-384
// with SHA-256 that `openssl req` makes.
const UNVERIFIED: readonly AlgorithmName[] = ["EC P-384 with SHA-256", "EC P-521", "RSA-PSS"];
for (const algorithm of UNVERIFIED) {
  pureTest(`buildChain() follows signatures of ${algorithm}`, () => followsSignatures(algorithm));
}

async function followsSignatures(algorithm: AlgorithmName): Promise<void> {
  const root = await makeAuthority("Root", { algorithm });
  const upper = await makeAuthority("Upper", { algorithm, issuer: root });
  const lower = await makeAuthority("Lower", { issuer: upper });
  const leaf = await makeCertificatePem("leaf", { issuer: lower });
  const pool = [root.pem, upper.pem, lower.pem];
  const names = new Map([[root.pem, "root"], [upper.pem, "upper"], [lower.pem, "lower"]]);
  const chain = async (pem: string) => (await chainOf(pem, pool)).map((pem) => names.get(pem));
  assert.deepEqual(await chain(leaf.pem), ["lower", "upper"]);
  assert.deepEqual(await chain(lower.pem), ["upper"]);
}

pureTest("buildChain() refuses an answer without any CA certificate", async () => {
  const { upper } = await makeLine();
  for (const none of [[], ["", "no PEM"]]) {
    await assert.rejects(() => buildChain(upper.pem, none, NOW), {
      message: "the server sent no CA certificate with it",
    });
  }
});

pureTest("buildChain() refuses a namesake of the issuer that did not sign the leaf", async () => {
  for (const algorithm of [...KINDS, ...UNVERIFIED]) {
    const [real, impostor] = [
      await makeAuthority("Root", { algorithm }),
      await makeAuthority("Root", { algorithm }),
    ];
    const leaf = await makeCertificatePem("leaf", { issuer: real });
    await assert.rejects(() => buildChain(leaf.pem, [impostor.pem], NOW), {
      message: "the server sent CA certificates, but none of them issued it",
    }, algorithm);
    assert.deepEqual((await buildChain(leaf.pem, [impostor.pem, real.pem], NOW)).anchors, [
      real.pem,
    ]);
  }
});

pureTest(
  "buildChain() anchors the chain at the root that it ends at, and at no other",
  async () => {
    const { root, upper, lower, leaf } = await makeLine();
    const other = await makeAuthority("Other");
    const pems = [other, root, upper, lower].map(({ pem }) => pem);
    assert.deepEqual((await buildChain(leaf.pem, pems, NOW)).anchors, [root.pem]);
    assert.deepEqual((await buildChain(upper.pem, pems, NOW)).anchors, [root.pem]);
  },
);

pureTest(
  "buildChain() anchors at the authority nearest to the root if no root came along",
  async () => {
    const { upper, lower, leaf } = await makeLine();
    assert.deepEqual((await buildChain(leaf.pem, [lower.pem, upper.pem], NOW)).anchors, [
      upper.pem,
    ]);
    assert.deepEqual((await buildChain(leaf.pem, [lower.pem], NOW)).anchors, [lower.pem]);
  },
);
