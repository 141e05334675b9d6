/** No format control character of a name, a path or a file's text reaches a terminal or a log. */
import assert from "node:assert/strict";
import { main } from "../../../lib/cli/main.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { makeSite } from "../../support/fixtures_site.ts";

const HOSTILE = ["\u202e", "\u2066", "\u200b", "\ufeff", "\xad", "\u{e0041}"];

const COMMANDS = [
  "validate",
  "plan --all",
  "status",
  "check --all",
  "check --json",
  "plan --json",
  "names",
  "run",
  "run --log-format json",
  "run --json",
  "issue NAME",
  "prune --yes NAME",
  "issue NAME-unknown",
];

Deno.test({
  name: "format control characters are escaped in all that is shown and logged",
  permissions: { read: true, write: true, sys: ["uid"], env: ["LOG_TOKENS", "LOG_STREAM"] },
  fn: async (t) => {
    for (const [index, mark] of HOSTILE.entries()) {
      const name = `My ${mark}cod.service`;
      const shown = [...mark.split("")].map((unit) =>
        `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
      ).join("");
      await using site = await makeSite(`config:
  pki: pki
  role: web
  cert_store: FOLDER/store
  log_file: FOLDER/vcm.log
certs:
  - name: "${name}"
    deploy:
      - cert: "FOLDER/a${mark}b.crt"
`);
      for (const line of COMMANDS) {
        await t.step(`${index} ${line}`, async () => {
          const host = fakeHost({ env: { VCM_CONFIG: site.config } });
          await main(line.split(" ").map((word) => word.replace("NAME", name)), host);
          const all = host.stdout() + host.stderr() + [...host.appended.values()].join("");
          assert.equal(all.includes(mark), false, all);
          if (line !== "validate" && line !== "run --log-format json") {
            assert.ok(all.includes(`My ${shown}cod.service`), all);
          }
          if (!line.includes("--json")) return;
          const { certificates: [first] } = JSON.parse(host.stdout());
          assert.equal(first.name, name);
        });
      }
      await t.step(`${index} a wrong key and a wrong value`, async () => {
        await site.configure(`"a${mark}b": 1\ncerts: [{name: "/${mark}"}]\n`);
        const host = fakeHost({ env: { VCM_CONFIG: site.config } });
        assert.equal(await main(["validate"], host), 2);
        assert.equal(host.stderr().includes(mark), false, host.stderr());
        assert.ok(host.stderr().includes(`got "/${shown}"`), host.stderr());
      });
    }
  },
});
