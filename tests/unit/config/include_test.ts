import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnosticsIn, parseWith } from "./environment.ts";
import { assertDiagnostics } from "./diagnostics.ts";

const MAIN = "config: {pki: p, role: r}\ninclude: conf.d/*.yaml\n";

pureTest(
  "certificates of included files come after the main file's, in the files' order",
  async () => {
    const config = await parseWith(`${MAIN}certs: [{name: z}]\n`, {
      files: {
        "conf.d/a.yaml": "x-own: &own {role: other}\ncerts: [{name: y, <<: *own}]\n",
        "conf.d/b.yaml": "certs: [{name: x}, {name: w, ttl: 5d}]\n",
      },
    });
    assert.deepEqual(
      config.certificates.map(({ name, role, ttl }) => [name, role, ttl]),
      [["z", "r", undefined], ["y", "other", undefined], ["x", "r", undefined], [
        "w",
        "r",
        432_000,
      ]],
    );
    assert.equal(config.file, "f");
  },
);

pureTest("a file that includes others need have no certificates", async () => {
  assert.deepEqual((await parseWith(MAIN, {})).certificates, []);
  await assertDiagnosticsIn("config: {pki: p}\n", {}, "f:1:1 certs: is missing");
});

pureTest("all diagnostics of all files are shown at once, each in its file", async () => {
  await assertDiagnosticsIn(
    `${MAIN}certs:\n  - name: a\n    renew: 5x\n`,
    {
      files: {
        "conf.d/1.yaml": "certs:\n  - name: b\n    ttl: 14x\n    deploy: [{mod: 1, cert: /b}]\n",
        "conf.d/2.yaml": "certs:\n  - name: c\n  - nam: d\n",
        "conf.d/3.yaml": "certs:\n  - name: [\n",
        "conf.d/4.yaml": "# certs: []\n",
      },
    },
    'f:5:12 certs[0].renew: expected a duration such as "14d", or a share above 0% and below 100% such as "33%", got "5x"',
    'conf.d/1.yaml:3:10 certs[0].ttl: expected a duration such as "14d", got "14x"',
    'conf.d/1.yaml:4:15 certs[0].deploy[0].mod: unknown key; did you mean "mode"?',
    "conf.d/2.yaml:3:5 certs[1].name: is missing",
    'conf.d/2.yaml:3:5 certs[1].nam: unknown key; did you mean "name"?',
    'conf.d/3.yaml:3:1: a "[" or "{" is not closed',
    'conf.d/4.yaml:1:1: is empty; add at least "certs", a list of certificates',
  );
});

pureTest("what clashes across files names both files and lines", async () => {
  await assertDiagnosticsIn(
    `${MAIN}certs:\n  - name: a\n    deploy: [{cert: /a}]\n    service: [{name: s, timeout: 5s}]\n`,
    {
      files: {
        "1.yaml": "certs:\n  - {name: b, deploy: [{chain: /a}]}\n  - name: c\n  - name: c\n",
        "2.yaml": "certs:\n  - name: a\n  - name: c\n    service: [{name: s, timeout: 6s}]\n",
      },
    },
    '1.yaml:2:32 certs[0].deploy[0].chain: "/a" is already used by certs[0].deploy[0].cert (f:5)',
    '1.yaml:4:11 certs[2].name: "c" is already used by certs[1].name (line 3)',
    '2.yaml:2:11 certs[0].name: "a" is already used by certs[0].name (f:4)',
    '2.yaml:3:11 certs[1].name: "c" is already used by certs[1].name (1.yaml:3)',
    "2.yaml:4:34 certs[1].service[0].timeout: differs from certs[0].service[0].timeout (f:6)",
  );
});

pureTest("a rule that an included file breaks is shown there", async () => {
  await assertDiagnosticsIn(
    "config: {role: r}\ninclude: a\ncerts: [{name: a, pki: p}]\n",
    { files: { a: "certs:\n  - {name: b, pki: p}\n  - name: c\n" } },
    "a:3:5 certs[1].pki: is missing; set it here or, for all certificates, as config.pki",
  );
  // What could not be read is not missing.
  await assertDiagnosticsIn(
    "config: {role: r}\ninclude: a\ncerts: [{name: a, pki: p}]\n",
    { files: { a: "certs:\n  - {name: b, pki: []}\n" } },
    "a:2:15 certs[0].pki: expected one value, got a list",
  );
});

pureTest(
  "an included file has certificates only, and the error for other keys names the main file",
  async () => {
    await assertDiagnosticsIn(
      MAIN,
      {
        files: {
          a: "config: {pki: p}\ninclude: b\ndefaults: {}\nx-free: 1\ncerts: []\ncert: []\n",
          b: "x-free: 1\n",
          c: "- a\n",
        },
      },
      'a:1:1 config: is allowed only in the main file, "f"',
      'a:2:1 include: is allowed only in the main file, "f"',
      'a:3:1 defaults: is allowed only in the main file, "f"',
      'a:6:1 cert: unknown key; did you mean "certs"?',
      "b:1:1 certs: is missing",
      'c:1:1: expected a map with the key "certs", got a list',
    );
  },
);

pureTest(
  "the error for an unusable include points at its pattern, or at the included file",
  async () => {
    const further = [
      { kind: "invalid", pattern: 1, message: '"b" does not exist' },
      { kind: "refused", diagnostics: [{ file: "c", key: "", message: "is a directory" }] },
    ] as const;
    await assertDiagnosticsIn(
      "include:\n  - a\n  - b\n  - c\n",
      { files: { a: "certs: 1\n" }, further },
      'f:3:5 include[1]: "b" does not exist',
      'a:1:8 certs: expected a list whose entries begin with "- ", got text',
      "c: is a directory",
    );
    await assertDiagnosticsIn(
      "include: b\n",
      { further: [{ kind: "invalid", pattern: 0, message: '"b" does not exist' }] },
      'f:1:10 include: "b" does not exist',
    );
  },
);

pureTest("include says what is wrong with it", async () => {
  const include = (text: string) => `config: {pki: p, role: r}\ninclude: ${text}\n`;
  await assertDiagnostics(include(""), "f:2:1 include: has no value");
  await assertDiagnostics(include("[]"), "f:2:1 include: must have at least one entry");
  await assertDiagnostics(include("{a: b}"), "f:2:1 include: expected one value, got a map");
  for (const text of ["conf.d/", "..", "."]) {
    await assertDiagnostics(
      include(text),
      `f:2:10 include: expected a file or a pattern such as "conf.d/*.yaml", got "${text}"`,
    );
  }
  for (const text of ["*/a.yaml", "conf.d/**"]) {
    await assertDiagnostics(
      include(`"${text}"`),
      `f:2:10 include: expected a single "*" in the last part only, as in "conf.d/*.yaml", ` +
        `got "${text}"`,
    );
  }
  await assertDiagnostics(
    include('["[a-f]*.yaml", a.yaml, "{a,b}*"]'),
    `f:2:11 include[0]: expected no wildcard other than "*", got "[a-f]*.yaml"`,
    `f:2:34 include[2]: expected no wildcard other than "*", got "{a,b}*"`,
  );
});

pureTest("without an environment there are no files to include", async () => {
  assert.deepEqual((await parseConfig(MAIN, "f")).certificates, []);
});
