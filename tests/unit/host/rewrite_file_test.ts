import assert from "node:assert/strict";
import { rewriteFile } from "../../../lib/host/rewrite_file.ts";
import { makeDirectory, modeOf } from "../../support/rig.ts";

const LEFT: Record<string, (path: string, elsewhere: string) => void> = {
  "nothing": () => undefined,
  "a file": (path) => Deno.writeTextFileSync(path, "old, and longer", { mode: 0o644 }),
  "a link to a file": (path, elsewhere) => Deno.symlinkSync(elsewhere, path),
  "a link to nothing": (path, elsewhere) => Deno.symlinkSync(`${elsewhere}.no`, path),
};

for (const [what, leave] of Object.entries(LEFT)) {
  Deno.test(`rewriteFile() writes a new file in place of what was left: ${what}`, async () => {
    using directory = makeDirectory();
    directory.write("elsewhere", "foreign");
    const path = directory.at("file");
    leave(path, directory.at("elsewhere"));
    await rewriteFile(path, "new", { mode: 0o600 });
    assert.equal(Deno.lstatSync(path).isFile, true);
    assert.equal(directory.read("file"), "new");
    assert.equal(modeOf(path), "600");
    assert.equal(directory.read("elsewhere"), "foreign");
    assert.deepEqual(directory.tree().sort(), ["elsewhere", "file"]);
  });
}

Deno.test("rewriteFile() removes no directory", async () => {
  using directory = makeDirectory();
  directory.write("file/inside", "foreign");
  await assert.rejects(rewriteFile(directory.at("file"), "new", { mode: 0o600 }));
  assert.equal(directory.read("file/inside"), "foreign");
});

Deno.test("rewriteFile() reports why a file cannot be created", async () => {
  using directory = makeDirectory();
  const attempt = rewriteFile(directory.at("no/file"), "new", { mode: 0o600 });
  await assert.rejects(attempt, { code: "ENOENT" });
});
