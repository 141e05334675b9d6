/** A run switches sets while they are looked at: a real race, with a process of its own. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { writeStoredSet } from "../../support/write_set.ts";
import { type Part, PARTS } from "../../../lib/certificate/types.ts";
import { createDemoCa } from "../../../lib/tools/demo/demo_ca.ts";
import { type StoreLook, StoreReader } from "../../../lib/store/read_set.ts";
import { makeSpec, makeTarget } from "../../support/fixtures.ts";
import { type Directory, makeDirectory } from "../../support/rig.ts";

const NAME = "web.example.test";
const LOOKS = 3000;

/** A whole set, of a CA of its own. */
async function makeSet(): Promise<Readonly<Record<Part, string>>> {
  const now = new Date();
  const { root, intermediate } = await createDemoCa(now);
  const leaf = await intermediate.issue({
    commonName: NAME,
    dnsSans: [NAME],
    ipSans: [],
    now,
    notAfter: new Date(now.getTime() + 86_400_000),
    keyFormat: "sec1",
  });
  return {
    cert: `${leaf.certificate}\n`,
    chain: `${intermediate.certificate}\n`,
    fullchain: `${leaf.certificate}\n${intermediate.certificate}\n`,
    privkey: `${leaf.privateKey}\n`,
    ca: `${root.certificate}\n`,
  };
}

/** Switches the set in `store` between those in `one` and `two`, in a process that is at work. */
async function startSwitching(directory: Directory): Promise<AsyncDisposable> {
  const script = fileURLToPath(new URL("switch_sets.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "-A",
      script,
      directory.at("store"),
      NAME,
      directory.at("one"),
      directory.at("two"),
    ],
    stdout: "piped",
  }).spawn();
  const output = child.stdout.getReader();
  const { value } = await output.read();
  assert.equal(new TextDecoder().decode(value), "switching\n");
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await output.cancel();
    },
  };
}

/** What is not whole about a look; of two whole sets, which one it is. */
function checkLook({ stored, texts }: StoreLook, sets: readonly Readonly<Record<Part, string>>[]) {
  const seen = sets.findIndex((set) =>
    PARTS.every((part) => texts[part].kind === "present" && texts[part].value === set[part])
  );
  const { leaf, key, chain, fullchain, ca } = stored;
  const fine = leaf.kind === "present" && leaf.value.kind === "certificate" &&
    key.kind === "present" && key.value === "match" &&
    [chain, fullchain, ca].every((fact) => fact.kind === "present" && fact.value === "usable");
  return fine ? `set ${seen}` : `set ${seen}, read as ${JSON.stringify(stored)}`;
}

Deno.test("a reader sees one whole set, however often a run switches it", async () => {
  using directory = makeDirectory();
  const sets = [await makeSet(), await makeSet()] as const;
  for (const [at, name] of ["one", "two"].entries()) {
    for (const part of PARTS) directory.write(`${name}/${part}.pem`, sets[at]?.[part] ?? "");
  }
  Deno.mkdirSync(directory.at("store"));
  await writeStoredSet(directory.at("store"), NAME, (what) => sets[0][what]);
  const targets = PARTS.map((what) => makeTarget({ what, path: `/ssl/${what}` }));
  const spec = makeSpec({ name: NAME, targets });
  const look = () => checkLook(new StoreReader(directory.at("store")).look(spec), sets);
  const seen = new Map<string, number>();
  await using _switching = await startSwitching(directory);
  for (let looks = 0; looks < LOOKS; looks++) {
    const found = look();
    seen.set(found, (seen.get(found) ?? 0) + 1);
  }
  assert.deepEqual([...seen.keys()].sort(), ["set 0", "set 1"]);
});
