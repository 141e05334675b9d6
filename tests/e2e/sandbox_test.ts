/** A plan is carried out with its own rights: whoever turns evil on either side gets no further. */
import { assert } from "./assert.ts";
import { runDeno } from "../../scripts/command.ts";
import { findDenort } from "../../scripts/denort.ts";
import { permissionFlags } from "../../scripts/permission_flags.ts";
import { ROOT } from "../../scripts/project.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { pairFor, startScene } from "./scene.ts";

const test = await testsNeeding("openbao", "machine");

const NO_ROOM = {
  "another file to read": "NotCapable",
  "another host": "NotCapable",
  "another program": "NotCapable",
  "a variable": "NotCapable",
  "native code": "NotCapable",
  // It was run: the runtime's loader reads what import() names, whatever rights there are.
  "code of a file": "ReferenceError",
  "code of a host": "TypeError",
  "a file that the plan names": "done",
  "another file beside it": "NotCapable",
  "another file by node:fs": "NotCapable",
  "a link from a file that the plan names": "NotCapable",
  "a program that the plan names": "done",
};

test("code that turned evil in the binary gets at nothing that the plan does not name", async () => {
  const directory = await Deno.makeTempDir();
  try {
    for (const name of ["ssl", "store"]) await Deno.mkdir(`${directory}/${name}`);
    await Deno.writeTextFile(`${directory}/secret`, "x");
    const { stdout } = await new Deno.Command(await compileEvil(directory), {
      args: [directory],
      clearEnv: true,
      env: { HOME: "/root" },
    }).output();
    assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), {
      inWorker: NO_ROOM,
      inMain: {
        "a file to read": "NotCapable",
        "a file to write": "NotCapable",
        "the store": "NotCapable",
        "a host": "NotCapable",
        "a program": "NotCapable",
        "a variable": "NotCapable",
        "a thread with more rights": "NotCapable",
      },
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

/** Compiles it as the program itself is compiled. */
async function compileEvil(directory: string): Promise<string> {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const evil = ["tests/e2e/evil/main.ts", "tests/e2e/evil/worker.ts"];
  const bundle = `${directory}/bundle`;
  await runDeno(["bundle", "--platform", "browser", "--outdir", bundle, ...evil], { cwd: ROOT });
  const denort = Deno.env.get("DENORT_BIN") ?? await findDenort();
  await runDeno([
    "compile",
    "--no-check",
    "--no-code-cache",
    "--no-config",
    "--no-lock",
    ...permissionFlags(tasks.vcm),
    "--include",
    bundle,
    "-o",
    `${directory}/evil`,
    `${bundle}/main.js`,
  ], { cwd: ROOT, env: denort === undefined ? {} : { DENORT_BIN: denort } });
  return `${directory}/evil`;
}

test("plan --permissions tells what run keeps, and no more than that", async () => {
  await using scene = await startScene();
  await scene.configure(
    pairFor(scene, "a.e2e.test", '{name: x, command: ["/bin/true"]}'),
  );
  const { stdout } = await scene.vcm("plan", "--permissions");
  const { directory } = scene;
  const file = (name: string) =>
    [`.${name}.vcm-new`, `.${name}.vcm-old`, `..${name}.vcm-old.vcm-new`, name].map((name) =>
      `${directory}/ssl/${name}`
    );
  const files = ["a.e2e.test.crt", "a.e2e.test.key"].flatMap(file);
  const block = (kind: string, lines: readonly string[]) =>
    [...lines].sort().map((line, at) => `  ${(at === 0 ? kind : "").padEnd(7)}${line}\n`).join("");
  const programs = ["/bin/true", "/usr/bin/kill", "/bin/kill", "/usr/bin/ps", "/bin/ps"];
  const store = `${directory}/store`;
  assert.equal(
    stdout.slice(stdout.indexOf("\nA run of this plan")),
    "\nA run of this plan has permission to\n" +
      block("read", [`${directory}/ssl`, store, "/sys/fs/selinux/enforce", ...programs]) +
      block("write", [...files, store]) +
      block("net", ["127.0.0.1"]) +
      block("run", programs),
  );
  const data = JSON.parse((await scene.vcm("plan", "--permissions", "--json")).stdout);
  assert.deepEqual(data.permissions.net, ["127.0.0.1"]);
  assert.equal((await scene.vcm("run")).code, 0);
});
