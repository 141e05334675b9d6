/** Files that are written through what is there, since nothing can be renamed over them. */
import assert from "node:assert/strict";
import { lstatSync } from "node:fs";
import { deploy, type Deployment, putBack } from "../../../lib/apply/deploy.ts";
import { Hands } from "../../../lib/apply/writers/writers.ts";
import type { Replaced } from "../../../lib/store/types.ts";
import type { TargetStep } from "../../../lib/plan/types.ts";
import { type Folder, makeFolder, modeOf } from "../../support/rig.ts";

const HANDS = new Hands();

function target(path: string, change: Partial<TargetStep> = {}): TargetStep {
  const drift = [{ kind: "content" }] as const;
  return { what: "cert", path, drift, mode: 0o640, createDirs: false, inPlace: true, ...change };
}

function run(
  targets: readonly TargetStep[],
  change: Partial<Deployment> = {},
): Promise<readonly Replaced[]> {
  return deploy({
    targets,
    revocable: false,
    content: () => "new\n",
    beforeFirstRename: () => {},
    afterRename: () => {},
    ...change,
  }, HANDS);
}

function identity(folder: Folder, name: string) {
  const { ino, mtimeMs, mode, size } = lstatSync(folder.at(name));
  return { ino, mtimeMs, mode, size };
}

Deno.test("the file stays the same one, and gets content, length and mode", async () => {
  using folder = makeFolder();
  folder.write("web.crt", "a longer old text\n", 0o600);
  const { ino } = identity(folder, "web.crt");
  await run([target(folder.at("web.crt"))]);
  assert.equal(identity(folder, "web.crt").ino, ino);
  assert.equal(folder.read("web.crt"), "new\n");
  assert.equal(modeOf(folder.at("web.crt")), "640");
  assert.deepEqual(folder.tree(), ["web.crt"]);
});

Deno.test("where there is no file, or a link, it is put there as any other", async () => {
  using folder = makeFolder();
  folder.write("other", "other\n");
  Deno.symlinkSync(folder.at("other"), folder.at("link.crt"));
  await run([target(folder.at("web.crt")), target(folder.at("link.crt"))]);
  assert.equal(folder.read("other"), "other\n");
  assert.equal(lstatSync(folder.at("link.crt")).isFile(), true);
  assert.deepEqual(folder.tree(), ["link.crt", "other", "web.crt"]);
});

Deno.test("what is put back is the same file, with content, time and mode of before", async () => {
  using folder = makeFolder();
  folder.write("web.crt", "a longer old text\n", 0o600);
  Deno.utimeSync(folder.at("web.crt"), 1000, 2000);
  const before = identity(folder, "web.crt");
  const replaced = await run([target(folder.at("web.crt"))], { revocable: true });
  assert.equal(folder.read("web.crt"), "new\n");
  await putBack(replaced, HANDS);
  assert.deepEqual(identity(folder, "web.crt"), before);
  assert.equal(folder.read("web.crt"), "a longer old text\n");
  assert.deepEqual(folder.tree(), ["web.crt"]);
});
