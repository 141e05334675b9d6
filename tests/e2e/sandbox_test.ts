/** A plan is carried out with its own rights: whoever turns evil on either side gets no further. */
import { assert } from "./assert.ts";
import { runDeno } from "../../scripts/command.ts";
import { findDenort } from "../../scripts/denort.ts";
import { writePermissionSet } from "../../scripts/permission_set.ts";
import { ROOT } from "../../scripts/project.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { pairFor, startScene } from "./scene.ts";

const test = await testsNeeding("openbao", "machine");

/** What the runtime asks no permission for. Its loader reads what import() names. */
const ALWAYS = ["change the umask", "code of a file", "the working directory", "a signal"];

test("code that turned evil on either side gets at nothing but what SECURITY.md names", async () => {
  const directory = await Deno.makeTempDir();
  try {
    for (const name of ["bundles", "ssl", "store", "user"]) {
      await Deno.mkdir(`${directory}/${name}`);
    }
    // A request that is let through succeeds.
    await Deno.chmod(directory, 0o755);
    await Deno.chown(`${directory}/user`, 1000, 1000);
    await Deno.writeTextFile(`${directory}/secret`, "x", { mode: 0o600 });
    await Deno.symlink("/etc/shadow", `${directory}/link`);
    const { stdout, stderr } = await new Deno.Command(await compileEvil(directory), {
      args: [directory],
      clearEnv: true,
      env: { HOME: "/root" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert.ok(text.startsWith("{"), `${text}${new TextDecoder().decode(stderr)}`);
    const sides = JSON.parse(text) as Record<string, Record<string, string>>;
    const succeeded: Record<string, readonly string[]> = {};
    for (const [side, tried] of Object.entries(sides)) {
      const done = Object.keys(tried).filter((name) => isDone(tried[name] ?? ""));
      console.log(`${side}: ${Object.keys(tried).length} attempts, ${done.length} succeeded`);
      succeeded[side] = done;
      assert.ok(Object.keys(tried).length >= (side === "asked" ? 90 : 200));
    }
    assert.deepEqual(succeeded, {
      inFileWorker: [...ALWAYS, "a file that the plan names", "the store"],
      asked: [],
      inCommandWorker: [
        ...ALWAYS,
        "a program of the plan, with other arguments",
        "VCM itself",
        "ln",
        "ps",
        "kill",
      ],
      inMain: ALWAYS,
    });
    const left = [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
    assert.deepEqual(left, ["bundle", "bundles", "evil", "link", "secret", "ssl", "store", "user"]);
    assert.equal(await Deno.readTextFile(`${directory}/secret`), "x");
    assert.deepEqual([...Deno.readDirSync(`${directory}/user`)], []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

/** A file's code was run if it fails by itself. */
function isDone(came: string): boolean {
  return came === "done" || came === "ReferenceError";
}

/** Compiles it as the program itself is compiled. */
async function compileEvil(directory: string): Promise<string> {
  const evil = ["main", "file_worker", "command_worker"].map((name) => `tests/e2e/evil/${name}.ts`);
  const real = "lib/apply/commands/worker.ts";
  const bundle = `${directory}/bundle`;
  await runDeno(["bundle", "--platform", "browser", "--outdir", bundle, ...evil, real], {
    cwd: ROOT,
  });
  const denort = Deno.env.get("DENORT_BIN") ?? await findDenort();
  await runDeno([
    "compile",
    "--no-check",
    "--no-code-cache",
    "--no-lock",
    ...await writePermissionSet(`${bundle}/deno.json`),
    "--include",
    bundle,
    "-o",
    `${directory}/evil`,
    `${bundle}/tests/e2e/evil/main.js`,
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
    stdout.slice(stdout.indexOf("\nIn a run of this plan")),
    "\nIn a run of this plan, the worker that writes files has permission to\n" +
      block("read", [`${directory}/ssl`, store, "/sys/fs/selinux/enforce"]) +
      block("write", [...files, store]) +
      block("net", ["127.0.0.1"]) +
      "and the worker that runs programs has permission to\n" +
      block("read", programs) +
      block("run", programs),
  );
  const data = JSON.parse((await scene.vcm("plan", "--permissions", "--json")).stdout);
  assert.deepEqual(data.permissions.files.net, ["127.0.0.1"]);
  assert.equal((await scene.vcm("run")).code, 0);
});
