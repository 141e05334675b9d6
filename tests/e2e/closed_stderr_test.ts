/** What happens if an output is a full disk, or closed. Nobody can be told if that is standard error. */
import { makeDirectory } from "../support/rig.ts";
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

for (const line of ["--help", "schema", "validate", "check --json"]) {
  Deno.test(`vcm ${line} says where it could not write`, async () => {
    using directory = makeDirectory();
    directory.write("vcm.yaml", "config: {pki: pki, role: web}\ncerts: []\n");
    const { code, stderr } = await new Deno.Command("/bin/sh", {
      args: ["-c", `exec "$0" ${line} >/dev/full`, await compiledVcm()],
      stdin: "null",
      clearEnv: true,
      env: { PATH: "/usr/bin:/bin", VCM_CONFIG: directory.at("vcm.yaml") },
    }).output();
    const said = "Cannot write to standard output: no space left on device; send it elsewhere";
    assert.equal(new TextDecoder().decode(stderr), `error: ${said}\n`);
    assert.equal(code, line.startsWith("check") ? 3 : 1);
  });
}
