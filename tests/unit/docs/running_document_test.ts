/** docs/running.md is held to what `vcm install` writes; tests/e2e runs what it shows. */
import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import { cronText } from "../../../lib/tools/install/install.ts";
import { unitFacts } from "../../../lib/tools/install/unit_facts.ts";
import {
  intervalFor,
  INTERVALS,
  tightestRenewal,
} from "../../../lib/tools/install/run_interval.ts";
import { serviceUnit, timerUnit } from "../../../lib/tools/install/units_text.ts";
import { blocks, codeWords, readDocument, tableBelow } from "./documents.ts";

const RUNNING = readDocument("docs/running.md");
const BINARY = "/usr/local/bin/vcm";
const [SERVICE, TIMER] = blocks(RUNNING, "ini");

async function unitFor(text: string): Promise<string> {
  return serviceUnit(unitFacts(await parseConfig(text, "/etc/vcm/vcm.yaml"), BINARY), 252);
}

Deno.test("docs/running.md shows the units that vcm install writes for vcm.yaml.example", async () => {
  assert.equal(SERVICE, await unitFor(readDocument("vcm.yaml.example")));
  assert.equal(TIMER, timerUnit());
});

Deno.test("docs/running.md shows the line for cron that vcm install prints", () => {
  const [, line] = cronText({ binary: BINARY }, 17, true).split("\n");
  assert.ok(blocks(RUNNING, "text").includes(`${line}\n`), line);
});

Deno.test("docs/running.md says how often VCM runs for certificates of each lifetime", async () => {
  const rows = tableBelow(RUNNING, "### How often").map((cells) => cells.flatMap(codeWords));
  assert.ok(rows.length > 3);
  for (const [lifetime, interval = ""] of rows) {
    const text = `config: {vault: "https://v.test", pki: p, role: r}\n` +
      `certs:\n  - {name: a.test, ttl: ${lifetime}, deploy: [{cert: /srv/a.crt}]}\n`;
    const { certificates } = await parseConfig(text, "/etc/vcm/vcm.yaml");
    const tight = tightestRenewal(certificates, () => undefined);
    assert.equal(intervalFor(tight), INTERVALS.get(interval), lifetime);
  }
});
