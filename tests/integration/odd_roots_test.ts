/** Roots whose key this build cannot check, made by OpenSSL, with a made-up server and a real OpenBao. */
import assert from "node:assert/strict";
import { startGiving } from "../support/faulty_proxy.ts";
import { startOpenBao } from "../support/openbao.ts";
import { opensslTest } from "../support/openssl.ts";
import {
  makeOpensslChain,
  openssl,
  OPENSSL_ALGORITHMS,
  type OpensslChain,
} from "../support/openssl_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { assertWell, type Bench, certificate, makeBench, NAME } from "./bench.ts";
import { settings } from "./server.ts";

const test = await testsNeeding("openbao");

const ENV = { VAULT_TOKEN: "unchecked" };
const SETTINGS = "pki: pki\nrole: web\nrenew: 10d\n";

type Algorithm = keyof typeof OPENSSL_ALGORITHMS;

/** The certificates of a stored part, by their place in the chain. */
function stored({ directory }: Bench, part: string, chain: OpensslChain): (string | undefined)[] {
  const names = new Map(Object.entries(chain).map(([name, pem]) => [pem.trim(), name]));
  const text = directory.read(`store/${NAME}/${part}.pem`);
  return (text.match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----/g) ?? [])
    .map((pem) => names.get(pem));
}

/** Issues and deploys, and asserts that the run after it has nothing to do. */
async function assertStored(
  bench: Bench,
  algorithm: Algorithm,
  chain: OpensslChain,
  env: Readonly<Record<string, string>>,
  intermediates: readonly string[],
): Promise<void> {
  const first = await bench.vcm(["issue", "--force"], env);
  assertWell(first);
  assert.deepEqual(stored(bench, "ca", chain), ["root"]);
  assert.deepEqual(stored(bench, "chain", chain).toSorted(), intermediates.toSorted());
  const warnings = first.err.match(/this build cannot verify \S.*/g) ?? [];
  assert.equal(warnings.length, 1, first.err);
  assert.ok(warnings[0]?.startsWith(`this build cannot verify ${algorithm}, so it was accepted`));
  assert.match((await bench.vcm(["run"], env)).out, /^Done: 0 issued, 2 files deployed/m);
  assert.equal((await bench.vcm(["run"], env)).out, "Nothing to do: 1 certificate in order\n");
  assert.equal((await bench.vcm(["check"], env)).status, 0);
  // OpenSSL 3.0 signs with SHA-3, and does not verify that.
  if (algorithm.startsWith("the algorithm")) return;
  const at = (part: string) => bench.directory.at(`store/${NAME}/${part}.pem`);
  await openssl("verify", "-CAfile", at("ca"), "-untrusted", at("chain"), at("cert"));
}

/** In each order of a server, with and without a certificate of the same root by another one. */
const ORDERS: readonly (readonly (keyof OpensslChain)[])[] = [
  ["lower", "root"],
  ["root", "lower"],
  ["lower", "cross", "root"],
  ["lower", "root", "cross"],
  ["cross", "root", "lower"],
];

for (const algorithm of Object.keys(OPENSSL_ALGORITHMS) as Algorithm[]) {
  opensslTest(`a root with ${algorithm} is in ca.pem, in whichever order it comes`, async () => {
    for (const order of ORDERS) {
      using bench = makeBench();
      const chain = await makeOpensslChain(bench.directory, algorithm, NAME);
      const data = {
        certificate: chain.leaf,
        private_key: chain.key,
        issuing_ca: chain.lower,
        ca_chain: order.map((name) => chain[name]),
      };
      await using front = startGiving(data);
      bench.configure(`vault: "${front.address}"\n${SETTINGS}`, certificate(bench.directory));
      const intermediates = order.filter((name) => name !== "root");
      await assertStored(bench, algorithm, chain, ENV, intermediates);
    }
  });
}

test("OpenBao below a P-224 root: automatic chains, and manual_chain in each order", async () => {
  await using bao = await startOpenBao();
  using bench = makeBench();
  const post = async (path: string, body: unknown) => {
    const { status, body: answer } = await bao.api("POST", path, body);
    assert.ok(status < 300, `${path}: ${JSON.stringify(answer)}`);
    return answer.data ?? {};
  };
  const made = await makeOpensslChain(bench.directory, "P-224", NAME);
  await post("sys/mounts/pki", { type: "pki", config: { max_lease_ttl: "87600h" } });
  await post("pki/roles/web", { allow_any_name: true, max_ttl: "2160h", key_type: "ec" });
  const lowerKey = bench.directory.read("chain-lower.key");
  const importOne = async (pem: string) => {
    const { imported_issuers: [id] = [] } = await post("pki/issuers/import/bundle", {
      pem_bundle: pem,
    }) as { imported_issuers?: string[] };
    assert.ok(id, pem);
    return id;
  };
  const lower = await importOne(made.lower + lowerKey);
  await post("pki/config/issuers", { default: lower });
  const root = await importOne(made.root);
  const env = { VAULT_TOKEN: bao.token };
  const server = settings(bao, "ttl: 30d");
  bench.configure(server, certificate(bench.directory));
  await assertStored(bench, "P-224", made, env, ["lower"]);
  const cross = await importOne(made.cross);
  await assertStored(bench, "P-224", made, env, ["lower", "cross"]);
  const chains = [
    [[lower, root], ["lower"]],
    [[lower, cross, root], ["lower", "cross"]],
    [[lower, root, cross], ["lower", "cross"]],
  ] as const;
  for (const [manual_chain, intermediates] of chains) {
    await post(`pki/issuer/${lower}`, { manual_chain });
    await assertStored(bench, "P-224", made, env, intermediates);
  }
});
