/** What a program prints, however much, and whatever it leaves running; and its surroundings. */
import assert from "node:assert/strict";
import { programPaths, runCommand } from "../../../lib/host/run_command.ts";
import { waitUntil } from "../../support/wait_until.ts";
import { withMoreTime } from "../../support/busy_machine.ts";

const SH = ["/bin/sh"];
const KEPT = 65_536;
const LIMIT = 20_000;

Deno.test("runCommand() reads all that a program prints, and keeps the beginning", async () => {
  // More than a pipe holds: a program whose output nobody reads would never end.
  const script = "echo first; head -c 3000000 /dev/zero | tr '\\0' x; echo last; exit 3";
  const { code, stdout, stderr } = await runCommand(SH, ["-c", script], LIMIT);
  assert.equal(code, 3);
  assert.equal(stderr, "");
  assert.ok(stdout.startsWith("first\nxxx"), stdout.slice(0, 20));
  // One chunk may reach over the limit.
  assert.ok(stdout.length >= KEPT && stdout.length <= 2 * KEPT, `${stdout.length} characters`);
  assert.equal(stdout.includes("last"), false);
});

Deno.test("runCommand() bounds each output by itself", async () => {
  const script = "head -c 500000 /dev/zero | tr '\\0' e >&2; echo whole";
  const { code, stdout, stderr } = await runCommand(SH, ["-c", script], LIMIT);
  assert.deepEqual([code, stdout], [0, "whole\n"]);
  assert.ok(stderr.length >= KEPT && stderr.length <= 2 * KEPT, `${stderr.length} characters`);
});

Deno.test("runCommand() puts letters together that came in pieces", async () => {
  const script = "printf 'gr\\303'; sleep 0.1; printf '\\274n'; printf '\\377'";
  const { stdout } = await runCommand(SH, ["-c", script], LIMIT);
  assert.equal(stdout, "grün\ufffd");
});

Deno.test("runCommand() is not held up by a daemon that keeps the pipes open", async () => {
  const { code, stdout } = await runCommand(SH, ["-c", "sleep 600 & echo $!"], LIMIT);
  try {
    // Up to the limit it would be 124.
    assert.equal(code, 0);
    assert.match(stdout, /^\d+\n$/);
    // It is a daemon: it goes on when the program that started it has ended.
    Deno.kill(Number(stdout), "SIGCONT");
  } finally {
    Deno.kill(Number(stdout), "SIGKILL");
  }
});

Deno.test("runCommand() gives what a program had printed when its time was over", async () => {
  const script = "echo to stderr >&2; echo to stdout; exec sleep 600";
  const result = await withMoreTime(500, async (limit) => {
    const result = await runCommand(SH, ["-c", script], limit);
    return result.stdout === "" ? undefined : result;
  });
  assert.deepEqual(result, {
    code: 124,
    stdout: "to stdout\n",
    stderr: "to stderr\n",
    outlived: false,
  });
});

Deno.test("runCommand() ends a program that ignores SIGTERM, 5 s later", async () => {
  const script = 'trap "" TERM; echo $$; while :; do sleep 0.1; done';
  const { code, stdout, grace } = await withMoreTime(300, async (limit) => {
    const start = performance.now();
    const result = await runCommand(SH, ["-c", script], limit);
    const grace = performance.now() - start - limit;
    return result.stdout === "" ? undefined : { ...result, grace };
  });
  assert.equal(code, 124);
  assert.ok(grace > 4_900, `${Math.round(grace)} ms`);
  await waitUntil("the program has gone", 60, () => {
    try {
      Deno.kill(Number(stdout), "SIGCONT");
      return Promise.resolve(undefined);
    } catch (error) {
      assert.ok(error instanceof Deno.errors.NotFound, String(error));
      return Promise.resolve(true);
    }
  });
});

Deno.test("runCommand() tells a program that ended by itself from one that was ended", async () => {
  // What a shell says of a program that a signal ended.
  for (const [script, expected] of [["exit 124", 124], ["exit 7", 7], ["kill -TERM $$", 143]]) {
    const { code } = await runCommand(SH, ["-c", String(script)], LIMIT);
    assert.equal(code, expected, String(script));
  }
});

Deno.test("runCommand() adds variables, and can replace its own", async () => {
  const env = { VCM_CERTS: "a\nb", VCM_FILES: "", TZ: "Europe/Vienna" };
  const { stdout } = await runCommand(["/usr/bin/env"], ["-0"], LIMIT, env);
  const seen = Object.fromEntries(
    stdout.split("\0").filter((line) => line !== "").map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  assert.deepEqual(seen, {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    LC_ALL: "C",
    TZ: "Europe/Vienna",
    VCM_CERTS: "a\nb",
    VCM_FILES: "",
  });
});

Deno.test("runCommand() gives a program nothing to read", async () => {
  const { code, stdout } = await runCommand(["/bin/cat", "/usr/bin/cat"], [], LIMIT);
  assert.deepEqual([code, stdout], [0, ""]);
});

Deno.test("programPaths() looks names up in the system's directories, and does not change paths", () => {
  assert.deepEqual(programPaths("nginx"), [
    "/usr/local/sbin/nginx",
    "/usr/local/bin/nginx",
    "/usr/sbin/nginx",
    "/usr/bin/nginx",
    "/sbin/nginx",
    "/bin/nginx",
  ]);
  assert.deepEqual(programPaths("/opt/app/reload"), ["/opt/app/reload"]);
});
