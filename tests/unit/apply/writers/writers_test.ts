/** What root makes of a process of another user that says anything but that a file is written. */
import assert from "node:assert/strict";
import type { Commands } from "../../../../lib/apply/commands/commands.ts";
import { UserProcess } from "../../../../lib/apply/commands/user_process.ts";
import { deploy, HalfDeployedError, NotDeployedError } from "../../../../lib/apply/deploy.ts";
import { writeMetrics } from "../../../../lib/apply/metrics_file.ts";
import type { FileRequest } from "../../../../lib/apply/writers/writer.ts";
import { Writers } from "../../../../lib/apply/writers/writers.ts";
import { rejectionOf } from "../../../support/rig.ts";
import { target } from "../deployments.ts";

const ME = { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 };
const SAID = `the writer process did not do it, and gave no reason (as user ${ME.uid})`;
const YES = '{"kind":"done","value":true}';
const NO = ['{"kind":"done","value":false}', '{"kind":"done","value":"none"}', "1", "{}"];

/** Writers whose process answers one kind of request like this, and all others by yes. */
function writersThatAnswer(kind: FileRequest["do"], answer: string) {
  const script = `while read -r line; do case "$line" in *'"do":"${kind}"'*) echo '${answer}';; ` +
    `*'"do":"keep"'*) echo '{"kind":"done","value":"none"}';; *) echo '${YES}';; esac; done`;
  const program = { path: "/bin/sh", args: ["-c", script], env: {} };
  const process = new UserProcess(ME, program, 10_000);
  const commands = { write: (_: unknown, request: FileRequest) => process.carryOut(request) };
  return {
    writers: new Writers(commands as unknown as Commands),
    [Symbol.asyncDispose]: () => process.close(),
  };
}

function deployBy(writers: Writers) {
  const targets = [target("/none/web.crt", { by: ME }), target("/none/web.key", { by: ME })];
  const told: string[] = [];
  const deployed = deploy({
    targets,
    revocable: false,
    content: () => "x",
    beforeFirstRename: () => {},
    afterRename: ({ path }) => told.push(path),
  }, writers);
  return { deployed, told };
}

for (
  const [kind, expected, message] of [
    ["make", NotDeployedError, `Cannot write "/none/web.crt": ${SAID}`],
    ["replace", NotDeployedError, `Cannot replace "/none/web.crt": ${SAID}`],
    [
      "sync",
      HalfDeployedError,
      `Cannot sync "/none", so a crash may undo the new files in it: ` + SAID,
    ],
  ] as const
) {
  Deno.test(`an answer other than "done" to "${kind}" is a failure of the target`, async () => {
    for (const answer of NO) {
      await using by = writersThatAnswer(kind, answer);
      const { deployed, told } = deployBy(by.writers);
      const error = await rejectionOf(deployed);
      assert.deepEqual(told, [], answer);
      if (answer.includes("done")) {
        assert.ok(error instanceof expected);
        assert.equal(error.message, message);
      }
    }
  });
}

Deno.test("metrics that another user's process did not write are not called written", async () => {
  for (const kind of ["make", "replace", "sync"] as const) {
    await using by = writersThatAnswer(kind, NO[0] ?? "");
    const problem = await writeMetrics({ path: "/none/vcm.prom", by: ME }, "x", by.writers);
    assert.equal(problem, `Cannot write "metrics_file" "/none/vcm.prom": ${SAID}`);
  }
});

Deno.test("a process that says yes to all deploys", async () => {
  await using by = writersThatAnswer("make", YES);
  const { deployed, told } = deployBy(by.writers);
  await deployed;
  assert.deepEqual(told, ["/none/web.crt", "/none/web.key"]);
});
