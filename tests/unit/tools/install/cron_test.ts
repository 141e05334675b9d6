import assert from "node:assert/strict";
import { makeInstallRig } from "./rig.ts";
import { outputMistakes } from "../../../support/output_validator.ts";

Deno.test("vcm install prints a line for cron if there is no systemd", async () => {
  using rig = makeInstallRig();
  const without = { hasSystemd: () => false };
  const { status, out } = await rig.vcm("install", {}, without);
  assert.equal(status, 0);
  assert.equal(
    out,
    `systemd does not manage this host. For cron, put this into /etc/cron.d/vcm:

# The minute comes from the host name, to spread the load of a fleet.
35 * * * *  root  ulimit -c 0; exec /usr/local/bin/vcm run --quiet --config FOLDER/vcm.yaml
`,
  );
  rig.directory.write("environment", "VAULT_TOKEN=x\n");
  const printed = (await rig.vcm("install --json", {}, without)).out;
  assert.deepEqual(outputMistakes("install", printed), []);
  const json = JSON.parse(printed);
  assert.match(
    json.cron.text,
    / {2}root {2}ulimit -c 0; set -a; \. \/etc\/vcm\/environment; exec \/usr/,
  );
  assert.deepEqual([json.cron.path, json.files, rig.calls], ["/etc/cron.d/vcm", [], []]);
  // Who asks no question counts on it.
  assert.equal((await rig.vcm("install --yes", {}, without)).status, 1);
});
