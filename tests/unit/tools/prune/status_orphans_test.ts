/** `vcm status` and the sets in the store that the configuration does not name. */
import assert from "node:assert/strict";
import { outputMistakes } from "../../../support/output_validator.ts";
import { benchTest as test } from "./bench.ts";

const HINT = "(another file may own them; to archive them: vcm prune NAME)";

test("vcm status ends with the sets that the file does not name", async ({ vcm, directory }) => {
  const last = async (line = "status") => (await vcm(line)).out.trimEnd().split("\n").at(-1);
  assert.equal(
    await last(),
    `2 sets in the store are not in this configuration: *.other.test, old.test ${HINT}`,
  );
  // Neither is a set: VCM's own files, what holds neither certificate nor key, a dangling link.
  directory.write("store/lost+found/x", "");
  directory.write("store/notes.pem", "");
  directory.write("store/archive/gone.test/0a/cert.pem", "");
  directory.write("store/.new-staged.test/cert.pem", "");
  Deno.symlinkSync("/nowhere", directory.at("store/link"));
  Deno.removeSync(directory.at("store/*.other.test"), { recursive: true });
  // In the middle of a switch it has another name.
  Deno.renameSync(directory.at("store/old.test"), directory.at("store/.old-old.test"));
  assert.equal(
    await last("status --ascii"),
    `1 set in the store is not in this configuration: old.test ${HINT}`,
  );
  assert.match((await vcm("prune --yes old.test")).out, /^old\.test: archived in /);
  assert.doesNotMatch((await vcm("status")).out, /not in this configuration/);
});

test("vcm status lists at most ten of them, and none if it is about other names", async (bench) => {
  const { vcm, directory } = bench;
  for (let number = 10; number < 30; number++) {
    directory.write(`store/more-${number}.test/privkey.pem`, "");
  }
  const { out } = await vcm("status");
  assert.match(
    out,
    /\n22 sets in the store are not in this configuration: \*\.other\.test, more-10\.test, .*more-18\.test and 12 more \(another/,
  );
  assert.doesNotMatch((await vcm("status a.test")).out, /not in this configuration/);
  for (const command of ["check", "plan"]) {
    assert.doesNotMatch((await vcm(command)).out, /not in this configuration/, command);
  }
});

test("vcm status --json has all of them, and none of them if it cannot tell", async (bench) => {
  const { vcm, directory } = bench;
  const orphans = async (line: string) => {
    const { out } = await vcm(line);
    assert.deepEqual(outputMistakes("status", out), []);
    return JSON.parse(out).orphans;
  };
  assert.deepEqual(await orphans("status --json"), ["*.other.test", "old.test"]);
  assert.equal(await orphans("status --json a.test"), undefined);
  Deno.removeSync(directory.at("store"), { recursive: true });
  assert.deepEqual(await orphans("status --json"), []);
  directory.write("store", "");
  assert.equal(await orphans("status --json"), undefined);
});
