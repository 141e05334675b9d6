/** A service of many certificates, which are deployed at one time. */
import assert from "node:assert/strict";
import { failures } from "../plans.ts";
import { type Bench, commandStep, makeBench } from "./bench.ts";

const NAMES = Array.from({ length: 12 }, (_, at) => `web${at}.example.test`);

/** Lets no file be put at the first target of a certificate: the rename fails, after the record. */
function block({ directory }: Bench, name: string): void {
  Deno.removeSync(directory.at(`ssl/${name}.crt`));
  directory.write(`ssl/${name}.crt/in-the-way`, "x");
}

/** Deploys all, with services that fail, so that their pending actions stay. */
async function run(bench: Bench, blocked: readonly string[]) {
  const steps = NAMES.map((name) => bench.deploy(name, ["web"]))
    .map((step) => ({ ...step, revocable: false }));
  for (const name of blocked) block(bench, name);
  const events = await bench.run(...steps, commandStep("web", NAMES, bench.logs("act", "exit 1")));
  return failures(events).filter(([kind, step]) => kind === "failed" && step === "deploy");
}

Deno.test("a pending action stays for the certificates that were deployed beside one that was not", async () => {
  for (const blocked of [NAMES[0], NAMES[5], NAMES.at(-1)]) {
    using bench = makeBench();
    const failed = await run(bench, [blocked ?? ""]);
    assert.deepEqual(failed.map(([, , subject]) => subject), [blocked]);
    const record = bench.directory.read("store/.pending/web");
    for (const name of NAMES) {
      if (name !== blocked) assert.match(record, new RegExp(`^certificate: ${name}$`, "m"));
    }
  }
});

Deno.test("no pending action stays, and none is carried out, if no certificate could be deployed", async () => {
  using bench = makeBench();
  assert.equal((await run(bench, NAMES)).length, NAMES.length);
  assert.deepEqual(bench.directory.tree().filter((path) => path.startsWith("store/.pending/")), [
    "store/.pending/",
  ]);
  assert.deepEqual(bench.log(), []);
});
