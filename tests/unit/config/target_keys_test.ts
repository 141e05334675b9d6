/** Keys of targets. */
import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import type { TargetSpec } from "../../../lib/config/types.ts";
import { defined } from "../../support/defined.ts";
import { pureTest } from "../../support/pure_test.ts";

/** The targets of one certificate. */
async function targets(
  lines: string,
  config = "{pki: p, role: r}",
): Promise<readonly TargetSpec[]> {
  const text = `config: ${config}\ncerts:\n  - name: web\n    deploy:\n${lines}`;
  const { certificates } = defined(await parseConfig(text, "vcm.yaml"));
  assert.equal(certificates.length, 1);
  return certificates[0]?.targets ?? [];
}

pureTest("parseConfig() reads a mode as octal however it is written", async () => {
  for (const text of [`"0640"`, "0640", "640", "0o640", `'640'`, "00640"]) {
    assert.equal((await targets(`      - {cert: /a, mode: ${text}}\n`))[0]?.mode, 0o640, text);
  }
  assert.equal((await targets("      - {cert: /a, mode: 7777}\n"))[0]?.mode, 0o7777);
  assert.equal((await targets("      - {cert: /a, mode: 0}\n"))[0]?.mode, 0);
});

pureTest("parseConfig() makes both forms of a target one, also mixed", async () => {
  const lines = `
      - fullchain: /a//b/./c.pem
        owner: 33
      - source: fullchain
        dest: /d
        group: "CORP\\\\web admins"
        create_dirs: true
      - create_dirs: false
        privkey: /e
`;
  assert.deepEqual(await targets(lines), [
    { what: "fullchain", path: "/a/b/c.pem", owner: "33", createDirs: false },
    { what: "fullchain", path: "/d", group: "CORP\\web admins", createDirs: true },
    { what: "privkey", path: "/e", createDirs: false },
  ]);
});

pureTest("parseConfig() accepts overwrite of a target", async () => {
  const both = await targets(
    "      - {cert: /a, overwrite: true}\n      - {cert: /b, overwrite: false}\n",
  );
  assert.deepEqual(both.map(({ overwrite }) => overwrite), [true, undefined]);
});

pureTest("parseConfig() accepts in_place of a target", async () => {
  const both = await targets(
    "      - {cert: /a, in_place: true}\n      - {cert: /b, in_place: false}\n",
  );
  assert.deepEqual(both.map(({ inPlace }) => inPlace), [true, undefined]);
});

pureTest("parseConfig() uses create_dirs of config if a target has none", async () => {
  const config = "{pki: p, role: r, create_dirs: true}";
  const made = await targets(
    "      - {cert: /a}\n      - {cert: /b, create_dirs: false}\n",
    config,
  );
  assert.deepEqual(made.map(({ createDirs }) => createDirs), [true, false]);
});
