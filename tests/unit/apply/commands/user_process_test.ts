/** What root makes of the answers of a process that another user may have taken over. */
import assert from "node:assert/strict";
import { errorCode } from "../../../../lib/text/plain_cause.ts";
import { UserProcess } from "../../../../lib/apply/commands/user_process.ts";
import { makeDirectory, rejectionOf } from "../../../support/rig.ts";

const ME = { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 };
const AS_ME = ` (as user ${ME.uid})`;
const REQUEST = { do: "keep", path: "/none", inPlace: false } as const;

/** A process that runs a script, and reads its requests or not. */
function writerBy(script: string, limit = 10_000): UserProcess {
  return new UserProcess(ME, { path: "/bin/sh", args: ["-c", script], env: {} }, limit);
}

/** The error of a request, once the process is ended. */
async function failure(script: string, limit?: number): Promise<string> {
  const writer = writerBy(script, limit);
  const { message } = await rejectionOf(writer.carryOut(REQUEST));
  // Once it is broken it says the same without another try.
  await rejectionOf(writer.carryOut(REQUEST));
  await writer.close();
  assert.ok(message.endsWith(AS_ME), message);
  return message.slice(0, -AS_ME.length);
}

Deno.test("an answer is yes, no, a file's inode or the code of an error, and nothing else", async () => {
  const answers: [string, unknown][] = [
    [`{"kind":"done","value":true}`, true],
    [`{"kind":"done","value":false}`, false],
    [`{"kind":"done","value":"true"}`, false],
    [`{"kind":"done","value":"none"}`, "none"],
    [`{"kind":"done","value":"65024:12:3"}`, "65024:12:3"],
    [`{"kind":"done","value":"65024:12:3 /etc/shadow"}`, false],
    [`{"kind":"failed","code":"ENOSPC"}`, `no space left on device${AS_ME}`],
    [
      `{"kind":"failed","code":"EPERM","call":"chown 1:2"}`,
      `chown 1:2: operation not permitted${AS_ME}`,
    ],
    [`{"kind":"failed","code":"EPERM","call":"chown x"}`, `operation not permitted${AS_ME}`],
    [`{"kind":"failed","code":"run rm -rf /"}`, `unknown error${AS_ME}`],
    [`{"kind":"failed","code":"toString"}`, `unknown error${AS_ME}`],
    [`{"kind":"failed","code":{}}`, `unknown error${AS_ME}`],
    ["null", `unknown error${AS_ME}`],
    ["all is well", `unknown error${AS_ME}`],
  ];
  for (const [answer, expected] of answers) {
    const writer = writerBy(`read request; echo '${answer}'`);
    const got = await writer.carryOut(REQUEST).catch((error) => error.message);
    await writer.close();
    assert.equal(got, expected, answer);
  }
});

Deno.test("an error keeps the code that the process reported", async () => {
  for (
    const [code, expected] of [["EBUSY", "EBUSY"], ["EOTHERFILE", "EOTHERFILE"], ["?", undefined]]
  ) {
    const writer = writerBy(`read request; echo '{"kind":"failed","code":"${code}"}'`);
    const error = await rejectionOf(writer.carryOut(REQUEST));
    await writer.close();
    assert.equal(errorCode(error), expected);
  }
});

Deno.test("a process that does not answer is ended in time", async () => {
  assert.equal(
    await failure("exec sleep 100", 200),
    "the writer process did not answer within 0.2 s",
  );
});

Deno.test("a process that ends is reported as ended", async () => {
  const message = "the writer process ended without an answer; " +
    "every user must be able to read and run the program";
  assert.equal(await failure("exit 0"), message);
  assert.equal(await failure("exec 0<&-; exit 1"), message);
});

Deno.test("a process that a signal ends is reported with the signal", async () => {
  assert.equal(await failure("kill -9 $$"), "the writer process was ended by SIGKILL");
});

Deno.test("an answer without an end is not read to it", async () => {
  assert.equal(await failure("exec cat /dev/zero"), "a line is too long");
});

Deno.test("a process that does not end is ended", async () => {
  using directory = makeDirectory();
  const pid = directory.at("pid");
  const answer = `echo $$ > ${pid}; read request; echo '{"kind":"done","value":true}'`;
  const writer = writerBy(`${answer}; exec sleep 600`);
  assert.equal(await writer.carryOut(REQUEST), true);
  await writer.close();
  assert.throws(() => Deno.kill(Number(directory.read("pid")), "SIGCONT"), Deno.errors.NotFound);
});

Deno.test({
  name: "VCM does not wait for a process whose pipes another process keeps open",
  // What keeps them is a process that nobody here started.
  sanitizeResources: false,
  sanitizeOps: false,
  fn: async () => {
    const script =
      `sleep 600 & echo $! > "$0.pid"; read request; echo '{"kind":"done","value":true}'`;
    using directory = makeDirectory();
    const program = { path: "/bin/sh", args: ["-c", script, directory.at("it")], env: {} };
    const writer = new UserProcess(ME, program, 10_000);
    assert.equal(await writer.carryOut(REQUEST), true);
    await writer.close();
    // It still runs.
    Deno.kill(Number(directory.read("it.pid")), "SIGKILL");
  },
});

Deno.test("the process has an empty environment, its own session and its requests", async () => {
  const script = `read request; test "$(env | grep -v '^PWD=\\|^_=\\|^SHLVL=')" = "" || exit 1
test "$(ps -o sid= -p $$ | tr -d ' ')" = $$ || exit 1
test "$PWD" = / || exit 1
echo '{"kind":"done","value":true}'`;
  const writer = writerBy(script.replaceAll("env |", "/usr/bin/env |"));
  assert.equal(await writer.carryOut(REQUEST), true);
  await writer.close();
});
