import assert from "node:assert/strict";
import { writePermissionSet } from "../../../scripts/permission_set.ts";
import project from "../../../deno.json" with { type: "json" };
import { makeDirectory } from "../../support/rig.ts";

Deno.test("the program is compiled with the permission set of deno.json and nothing else of it", async () => {
  using directory = makeDirectory();
  const flags = await writePermissionSet(directory.at("deno.json"));
  assert.ok(flags.includes("--no-prompt"));
  const { permissions, unstable } = project;
  assert.deepEqual(JSON.parse(directory.read("deno.json")), { permissions, unstable });
});

// To run any program is one of them, and it has to be: the file names commands of its own.
Deno.test("the permission set gives no right wholesale that could be used to get others", () => {
  const { env, sys, ffi, import: imported } = project.permissions.vcm;
  assert.ok(env.allow.length > 0 && !(env.allow as string[]).includes("*"));
  assert.deepEqual(sys, ["uid", "hostname"]);
  assert.deepEqual([ffi, imported], [{ deny: true }, { deny: true }]);
  assert.ok(!("all" in project.permissions.vcm));
});
