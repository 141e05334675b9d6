/** The exit status is right though nobody can be told: standard error is a full disk, or closed. */
import { compiledVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";

/** Command lines that fail before anything is done, and their exit status. */
const LINES: readonly [string, number][] = [
  ["nosuch", 2],
  ["run --nosuch", 2],
  ["run --config /nowhere/vcm.yaml", 2],
  ["check --config /nowhere/vcm.yaml", 3],
];

for (const redirection of ["2>/dev/full", "2>&-"]) {
  for (const [line, status] of LINES) {
    Deno.test(`vcm ${line} ${redirection} ends with ${status}`, async () => {
      const { code, stdout } = await new Deno.Command("/bin/sh", {
        args: ["-c", `exec "$0" ${line} ${redirection}`, await compiledVcm()],
        stdin: "null",
        clearEnv: true,
        env: { PATH: "/usr/bin:/bin" },
      }).output();
      assert.deepEqual([code, new TextDecoder().decode(stdout)], [status, ""]);
    });
  }
}
