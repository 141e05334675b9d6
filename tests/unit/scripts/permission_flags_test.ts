import { deepEqual, ok, throws } from "node:assert/strict";
import { permissionFlags } from "../../../scripts/permission_flags.ts";
import { ROOT } from "../../../scripts/project.ts";

Deno.test("permissionFlags() returns the words between run and main.ts", () => {
  const task = "deno run --no-prompt --allow-net  --allow-sys=uid,gid main.ts demo";
  deepEqual(permissionFlags(task), ["--no-prompt", "--allow-net", "--allow-sys=uid,gid"]);
  deepEqual(permissionFlags("deno run main.ts"), []);
});

Deno.test("permissionFlags() refuses a task of another form", () => {
  throws(() => permissionFlags("deno check main.ts"), /Cannot find "run … main.ts"/);
  throws(() => permissionFlags("main.ts run"), /Cannot find "run … main.ts"/);
});

// To run any program is one of them, and it has to be: the file names commands of its own.
Deno.test("the task vcm gives no right wholesale that could be used to get others", async () => {
  const flags = permissionFlags(JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`)).tasks.vcm);
  ok(flags.includes("--no-prompt"));
  ok(flags.includes("--deny-ffi"));
  ok(flags.includes("--deny-import"));
  const wholesale = [
    "-A",
    "--allow-all",
    "--allow-env",
    "--allow-sys",
    "--allow-ffi",
  ];
  deepEqual(flags.filter((flag) => wholesale.includes(flag)), []);
});
