// The proof that containers in a machine work: a test of VCM that restarts one can rely on them.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Machine, startMachine } from "../support/machine.ts";
import { exists } from "../support/part.ts";
import { installPodman, PODMAN, startContainer } from "../support/podman.ts";
import { makeDirectory } from "../support/rig.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { waitUntil } from "../support/wait_until.ts";

const test = await testsNeeding("machine", "podman");

/** A container's script that writes down its starts and each HUP. */
const script = (directory: string) =>
  `trap 'echo HUP >>${directory}/log' HUP
trap 'exit 0' TERM
echo started >>${directory}/log
while :; do sleep 0.1; done`;

const logHas = (directory: string, text: string) =>
  waitUntil(
    `the container has written ${JSON.stringify(text)}`,
    60,
    async () => await Deno.readTextFile(`${directory}/log`) === text || undefined,
  );

/** Runs podman in the environment that VCM gives it. */
async function podman(machine: Machine, ...args: string[]): Promise<string> {
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", TZ: "UTC" };
  const { code, stdout, stderr } = await machine.exec([PODMAN, ...args], { env });
  deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return stdout;
}

/** How many processes, of this machine's namespaces or others, have a text in their arguments. */
async function processesWith(text: string): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const argv = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (argv.includes(text)) count++;
  }
  return count;
}

test("a container in a machine is looked at, restarted and sent a signal", async () => {
  using temporary = makeDirectory();
  const directory = temporary.path;
  {
    await using machine = await startMachine();
    await installPodman(machine, directory);
    await startContainer(machine, directory, "web", script(directory));
    await logHas(directory, "started\n");
    const startedAt = () =>
      podman(machine, "container", "inspect", "--format", "{{.State.StartedAt}}", "web");
    const first = await startedAt();
    match(first, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000 UTC\n$/);
    equal(await startedAt(), first);

    equal(await podman(machine, "restart", "--time", "1", "web"), "web\n");
    await logHas(directory, "started\nstarted\n");
    const second = await startedAt();
    ok(second > first, `${second} is later than ${first}`);

    equal(await podman(machine, "kill", "--signal", "HUP", "web"), "web\n");
    await logHas(directory, "started\nstarted\nHUP\n");
    equal(await startedAt(), second);
  }
});

test("nothing of a container outlives its machine, and the next can have one of its name", async () => {
  using temporary = makeDirectory();
  const directory = temporary.path;
  const name = directory.slice(directory.lastIndexOf("/") + 1);
  const onHost = await exists(PODMAN);
  for (const log of ["started\n", "started\nstarted\n"]) {
    {
      await using machine = await startMachine();
      await installPodman(machine, directory);
      await startContainer(machine, directory, name, script(directory));
      await logHas(directory, log);
      ok(await processesWith(name) >= 2, "the container and what watches it are running");
      equal(await exists(PODMAN), onHost);
    }
    equal(await processesWith(name), 0);
    ok(!(await Deno.readTextFile("/proc/self/mountinfo")).includes(directory));
  }
});
