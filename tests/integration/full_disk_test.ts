/** A disk that is full, a real one in memory: the old set and the old files stay, whole. */
import assert from "node:assert/strict";
import { testsNeeding } from "../support/tests_needing.ts";
import type { Directory } from "../support/rig.ts";
import { assertWell, certificate, makeBench, NAME } from "./bench.ts";
import { settings, withServer } from "./server.ts";
import { countIssued } from "../support/issued.ts";

// Mounts need what a machine of its own needs: root, and namespaces.
const test = await testsNeeding("openbao", "machine");

/** Mounts a small disk over a directory while the test runs. */
async function withSmallDisk(path: string, size: string, run: () => Promise<void>): Promise<void> {
  await command("mount", "-t", "tmpfs", "-o", `size=${size},mode=700`, "vcm-test", path);
  try {
    await run();
  } finally {
    await command("umount", path);
  }
}

async function command(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Fills the disk below a directory to its last block. */
function fill(directory: Directory, name: string): void {
  const block = new Uint8Array(4096);
  using file = Deno.openSync(directory.at(name), { create: true, write: true });
  try {
    while (true) file.writeSync(block);
  } catch (error) {
    assert.match((error as Error).message, /No space left/);
  }
}

test("a full disk leaves store and targets unchanged, and the next run recovers", () =>
  withServer({}, async ({ bao }) => {
    const env = { VAULT_TOKEN: bao.token };
    for (const full of ["store", "ssl"]) {
      using bench = makeBench();
      const { directory } = bench;
      Deno.mkdirSync(directory.at("store"), { recursive: true });
      await withSmallDisk(directory.at(full), "64k", async () => {
        bench.configure(settings(bao), certificate(directory));
        assertWell(await bench.vcm(["run"], env));
        const files = directory.tree().filter((name) => /\.(pem|crt|key)$/.test(name));
        const before = files.map((name) => directory.read(name));
        bench.configure(
          settings(bao),
          certificate(directory, NAME, 'dns_sans: ["api.example.test"]'),
        );
        fill(directory, `${full}/filler`);
        const tree = directory.tree();

        const issued = await countIssued(bao);
        const { status, out } = await bench.vcm(["run"], env);
        assert.equal(status, 1);
        // None is asked for that could not be kept.
        assert.equal(await countIssued(bao), full === "store" ? issued : issued + 1);
        assert.match(out, /no space left on device/);
        assert.deepEqual(directory.tree().filter((name) => !name.includes(".pending")), tree);
        // With a full disk for targets, the new set is in the store, and the old files are deployed.
        const kept = (name: string) => full === "store" || name.startsWith("ssl/");
        for (const [at, name] of files.entries()) {
          if (kept(name)) assert.equal(directory.read(name), before[at], name);
        }

        Deno.removeSync(directory.at(`${full}/filler`));
        assertWell(await bench.vcm(["run"], env));
        assert.equal(
          directory.read(`ssl/${NAME}.key`),
          directory.read(`store/${NAME}/privkey.pem`),
        );
        assert.notEqual(
          directory.read(`ssl/${NAME}.key`),
          before[files.indexOf(`ssl/${NAME}.key`)],
        );
      });
    }
  }));
