import assert from "node:assert/strict";
import { CommandError, runCommand } from "../../../lib/host/run_command.ts";
import { makeDirectory } from "../../support/rig.ts";
import { waitUntil } from "../../support/wait_until.ts";
import { withMoreTime } from "../../support/busy_machine.ts";

Deno.test("runCommand() gives a program nothing of this environment but a path", async () => {
  Deno.env.set("VAULT_TOKEN", "s.secret");
  try {
    const { stdout } = await runCommand(["/usr/bin/env"], [], 10_000);
    const names = stdout.trim().split("\n").map((line) => line.split("=")[0]);
    assert.deepEqual(names.sort(), ["LC_ALL", "PATH", "TZ"]);
  } finally {
    Deno.env.delete("VAULT_TOKEN");
  }
});

Deno.test("runCommand() starts a program in /, wherever VCM was called", async () => {
  assert.equal((await runCommand(["/bin/pwd"], [], 10_000)).stdout, "/\n");
});

Deno.test("runCommand() passes arguments as they are, without a shell", async () => {
  const args = ["%s|", "$HOME", "a b", "*", ";id", ""];
  const { stdout, code } = await runCommand(["/usr/bin/printf"], args, 10_000);
  assert.deepEqual([stdout, code], ["$HOME|a b|*|;id||", 0]);
});

Deno.test("runCommand() uses the first path that exists", async () => {
  const { code } = await runCommand(["/no/such/program", "/bin/false", "/bin/true"], [], 10_000);
  assert.equal(code, 1);
  await assert.rejects(
    runCommand(["/no/such/program", "/nor/this"], [], 10_000),
    new CommandError('Cannot run "program": not on this host'),
  );
});

Deno.test("runCommand() says that a file cannot be run", async () => {
  await assert.rejects(
    runCommand(["/etc/passwd"], [], 10_000),
    (error) =>
      error instanceof CommandError && error.message.startsWith('Cannot run "/etc/passwd": '),
  );
});

Deno.test("runCommand() ends a program that takes too long, and says 124", async () => {
  const { code } = await runCommand(["/bin/sleep"], ["60"], 50);
  assert.equal(code, 124);
});

Deno.test("runCommand() does not call a script missing whose interpreter is", async () => {
  using directory = makeDirectory();
  // As an editor of another system leaves it: the interpreter's name ends in a carriage return.
  directory.write("reload", "#!/bin/sh\r\nexit 0\r\n", 0o700);
  await assert.rejects(
    runCommand([directory.at("reload")], [], 10_000),
    (error) =>
      error instanceof CommandError &&
      error.message !== `Cannot run "${directory.at("reload")}": not on this host`,
  );
});

Deno.test("runCommand() ends with a program what it has started, when its time is over", async () => {
  const script = 'sleep 600 & echo "$!"; wait';
  const { code, stdout } = await withMoreTime(300, async (limit) => {
    const result = await runCommand(["/bin/sh"], ["-c", script], limit);
    return result.stdout === "" ? undefined : result;
  });
  assert.equal(code, 124);
  const child = Number(stdout);
  assert.ok(child > 1);
  await waitUntil("the child has ended", 60, () => {
    const text = readIfThere(`/proc/${child}/stat`);
    return Promise.resolve(text === undefined || / Z /.test(text) || undefined);
  });
});

function readIfThere(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
