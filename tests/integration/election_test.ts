/** Real servers with Raft storage that restart, or lose their leader, in the middle of a run. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { type RaftCluster, startRaftCluster } from "../support/raft_cluster.ts";
import { setUpPki } from "../support/set_up_pki.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { waitUntil } from "../support/wait_until.ts";
import { assertWell, certificate, makeBench } from "./bench.ts";
import { countIssued } from "../support/issued.ts";

const test = await testsNeeding("openbao");

const COUNT = 100;
const IN_FLIGHT = 8;

/** Issues certificates in one run, and disturbs it after the first ones. Returns its seconds. */
async function runDisturbed(
  { nodes, token }: RaftCluster,
  disturb: () => Promise<void>,
): Promise<number> {
  using bench = makeBench();
  const names = Array.from({ length: COUNT }, (_, at) => `host-${at}.example.test`);
  const vault = nodes.map(({ address }) => `"${address}"`).join(", ");
  const settings = `vault: [${vault}]\npki: pki\nrole: web\nrenew: 10d\n`;
  bench.configure(settings, names.map((name) => certificate(bench.directory, name)).join(""));
  const start = Date.now();
  const running = bench.vcm(["run"], { VAULT_TOKEN: token });
  const stored = () =>
    readdirSync(bench.directory.at("store")).filter((name) => name.startsWith("host-")).length;
  await waitUntil("some are issued", 60, () => Promise.resolve(stored() >= 5 || undefined));
  assert.ok(stored() < COUNT, "it is too late to disturb the run");
  await disturb();
  const said = await running;
  const seconds = (Date.now() - start) / 1000;
  assertWell(said);
  return seconds;
}

test("a restart of 5 s in the middle of a run fails no certificate", async () => {
  await using cluster = await startRaftCluster(1);
  const [node] = cluster.nodes;
  assert.ok(node !== undefined);
  await setUpPki(cluster);
  const before = await countIssued(cluster);
  const seconds = await runDisturbed(cluster, async () => {
    await node.kill();
    await new Promise((resolve) => setTimeout(resolve, 5000));
    await node.start();
  });
  const wasted = await countIssued(cluster) - before - COUNT;
  console.log(`a restart of 5 s: a run of ${seconds.toFixed(1)} s, ${wasted} wasted`);
  assert.ok(seconds > 5);
  assert.ok(wasted >= 0 && wasted <= IN_FLIGHT, `${wasted} wasted`);
});

test("an election after the leader was killed in the middle of a run fails no certificate", async () => {
  await using cluster = await startRaftCluster(3);
  const [leader] = cluster.nodes;
  assert.ok(leader !== undefined);
  await setUpPki(cluster);
  const seconds = await runDisturbed(cluster, leader.kill);
  console.log(`an election: a run of ${seconds.toFixed(1)} s`);
});
