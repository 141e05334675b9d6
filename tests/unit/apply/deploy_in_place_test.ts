/** Files that are written through what is there, since nothing can be renamed over them. */
import assert from "node:assert/strict";
import { lstatSync } from "node:fs";
import { deploy, type Deployment } from "../../../lib/apply/deploy.ts";
import { rollBack } from "../../../lib/apply/rollback.ts";
import type { Replaced } from "../../../lib/store/types.ts";
import type { FileStep } from "../../../lib/plan/target_types.ts";
import { type Directory, makeDirectory, modeOf } from "../../support/rig.ts";
import { localWriters } from "./plans.ts";

const WRITERS = localWriters();

function target(path: string, change: Partial<FileStep> = {}): FileStep {
  const drift = [{ kind: "content" }] as const;
  return { what: "cert", path, drift, mode: 0o640, createDirs: false, inPlace: true, ...change };
}

function run(
  targets: readonly FileStep[],
  change: Partial<Deployment> = {},
): Promise<readonly Replaced[]> {
  return deploy({
    targets,
    revocable: false,
    content: () => "new\n",
    beforeFirstRename: () => {},
    afterRename: () => {},
    ...change,
  }, WRITERS);
}

function identity(directory: Directory, name: string) {
  const { ino, mtimeMs, mode, size } = lstatSync(directory.at(name));
  return { ino, mtimeMs, mode, size };
}

Deno.test("the file stays the same one, and gets content, length and mode", async () => {
  using directory = makeDirectory();
  directory.write("web.crt", "a longer old text\n", 0o600);
  const { ino } = identity(directory, "web.crt");
  await run([target(directory.at("web.crt"))]);
  assert.equal(identity(directory, "web.crt").ino, ino);
  assert.equal(directory.read("web.crt"), "new\n");
  assert.equal(modeOf(directory.at("web.crt")), "640");
  assert.deepEqual(directory.tree(), ["web.crt"]);
});

Deno.test("if there is no file, or a link, the new file is renamed into place", async () => {
  using directory = makeDirectory();
  directory.write("other", "other\n");
  Deno.symlinkSync(directory.at("other"), directory.at("link.crt"));
  await run([target(directory.at("web.crt")), target(directory.at("link.crt"))]);
  assert.equal(directory.read("other"), "other\n");
  assert.equal(lstatSync(directory.at("link.crt")).isFile(), true);
  assert.deepEqual(directory.tree(), ["link.crt", "other", "web.crt"]);
});

Deno.test("what is restored is the same file, with content, time and mode of before", async () => {
  using directory = makeDirectory();
  directory.write("web.crt", "a longer old text\n", 0o600);
  Deno.utimeSync(directory.at("web.crt"), 1000, 2000);
  const before = identity(directory, "web.crt");
  const replaced = await run([target(directory.at("web.crt"))], { revocable: true });
  assert.equal(directory.read("web.crt"), "new\n");
  await rollBack(replaced, WRITERS);
  assert.deepEqual(identity(directory, "web.crt"), before);
  assert.equal(directory.read("web.crt"), "a longer old text\n");
  assert.deepEqual(directory.tree(), ["web.crt"]);
});
