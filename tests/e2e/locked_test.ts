import { testsNeeding } from "../support/tests_needing.ts";
import { compiledVcm } from "../support/vcm.ts";
import { waitUntil } from "../support/wait_until.ts";
import { assert } from "./assert.ts";
import { pairAlone, type Scene, startScene } from "./scene.ts";

const test = await testsNeeding("openbao", "machine");

/** A run in the machine that holds the lock for as long as its server does not answer. */
interface SlowRun {
  /** How it is called. */
  readonly line: string;
  /** Takes its server away, and waits for its end. */
  end(): Promise<void>;
}

async function startSlowRun({ directory, machine, bao }: Scene): Promise<SlowRun> {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const text = await Deno.readTextFile(`${directory}/vcm.yaml`);
  const address = `http://127.0.0.1:${server.addr.port}`;
  await Deno.writeTextFile(`${directory}/slow.yaml`, text.replace(bao.address, address), {
    mode: 0o600,
  });
  const argv = [await compiledVcm(), "run", "--config", `${directory}/slow.yaml`] as const;
  const run = machine.exec(argv, { env: { VAULT_MAX_RETRIES: "0" } });
  const connection = await Promise.race([server.accept(), run]);
  if ("stderr" in connection) {
    server.close();
    assert.fail(`It ended before it asked its server: ${connection.stderr}`);
  }
  return {
    line: argv.join(" "),
    end: async () => {
      server.close();
      connection.close();
      assert.equal((await run).code, 1, "its server went away");
    },
  };
}

test("a second run while the first holds the lock ends with 75, and says who holds it", async () => {
  await using scene = await startScene();
  await scene.configure(pairAlone(scene, "a.e2e.test"));
  const first = await startSlowRun(scene);
  const before = await scene.snapshot();
  const run = await scene.vcm("run");
  assert.deepEqual([run.code, run.stdout], [75, ""]);
  const { groups } = /: process (?<pid>\d+), "(?<line>.*)", since (?<since>[^;]*);/
    .exec(run.stderr) ?? {};
  assert.equal(groups?.line, first.line, run.stderr);
  assert.match(groups?.since ?? "", /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
  assert.equal(
    run.stderr,
    `error: Another run of vcm holds the lock "${scene.directory}/store/.lock": process ` +
      `${groups?.pid}, "${first.line}", since ${groups?.since}; try again when that run has ended, ` +
      'or wait for it with "--wait 30s"\n',
  );
  assert.equal((await scene.vcm("check")).code, 2, "looking needs no lock");
  assert.deepEqual(await scene.snapshot(), before);
  await first.end();
});

test("with --wait a second run does its work when the first has ended", async () => {
  await using scene = await startScene();
  const { directory, machine } = scene;
  await scene.configure(pairAlone(scene, "a.e2e.test"));
  const first = await startSlowRun(scene);
  const line = [await compiledVcm(), "run", "--wait", "1m", "--config", `${directory}/vcm.yaml`];
  const second = machine.exec(["sh", "-c", `exec "$@" 2>${directory}/said`, "sh", ...line]);
  const said = () => Deno.readTextFile(`${directory}/said`);
  await waitUntil(
    "the second run waits",
    60,
    async () => (await said()).includes("\n") || undefined,
  );
  await first.end();
  assert.equal((await second).code, 0);
  assert.ok(
    (await said()).startsWith(`Waiting up to 1m for the lock "${directory}/store/.lock", held by `),
  );
  await Deno.stat(`${directory}/ssl/a.e2e.test.key`);
});

// As where one of two runs is in a container: the kernel has no number for its process.
test("a process of another namespace that holds the lock is not named", async () => {
  await using scene = await startScene();
  await scene.configure(pairAlone(scene, "a.e2e.test"));
  await Deno.mkdir(`${scene.directory}/store`, { mode: 0o700 });
  using lock = await Deno.open(`${scene.directory}/store/.lock`, { create: true, write: true });
  await lock.lock(true);
  const held = `error: Another run of vcm holds the lock "${scene.directory}/store/.lock"; `;
  const run = await scene.vcm("run");
  assert.deepEqual([run.code, run.stderr], [
    75,
    `${held}try again when that run has ended, or wait for it with "--wait 30s"\n`,
  ]);
  const waited = await scene.vcm("run", "--quiet", "--wait", "1s");
  assert.deepEqual([waited.code, waited.stderr], [75, `${held}VCM waited 1s for it\n`]);
});
