/** `main()` with `--json`, where it reads no file. */
import assert from "node:assert/strict";
import { VERSION } from "../../../lib/text/version.ts";
import { type Command, COMMANDS } from "../../../lib/command/commands.ts";
import { main } from "../../../lib/cli/main.ts";
import { OPTIONS } from "../../../lib/command/command_forms.ts";
import { fakeHost } from "../../support/fixtures_host.ts";
import { outputMistakes } from "../../support/output_validator.ts";
import { pureTest } from "../../support/pure_test.ts";

async function run(line: string) {
  const host = fakeHost();
  const status = await main(line.split(" "), host);
  return { status, stdout: host.stdout(), stderr: host.stderr() };
}

pureTest("--version --json prints the same versions as data", async () => {
  for (const line of ["--version --json", "check --json --version"]) {
    const { status, stdout, stderr } = await run(line);
    assert.deepEqual([status, stderr], [0, ""]);
    assert.deepEqual(outputMistakes("version", stdout), []);
    const version = VERSION;
    assert.deepEqual(JSON.parse(stdout), { layout: 1, version, deno: Deno.version.deno });
  }
});

pureTest("help --json prints the command table, or a command's entry", async () => {
  const all = COMMANDS.map(({ name }) => name);
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["help --json", all],
    ["--help --json", all],
    ["help validate --json", ["validate"]],
    ["plan -h --json", ["plan"]],
  ];
  for (const [line, expected] of cases) {
    const { status, stdout, stderr } = await run(line);
    assert.deepEqual([status, stderr], [0, ""], line);
    assert.deepEqual(outputMistakes("help", stdout), [], line);
    const { commands } = JSON.parse(stdout) as { commands: Command[] };
    assert.deepEqual(commands.map(({ name }) => name), expected, line);
  }
});

pureTest("help --json tells of options and examples", async () => {
  const { commands: [validate] } = JSON.parse((await run("help validate --json")).stdout);
  const { short, value, help } = OPTIONS.config;
  assert.deepEqual(validate.options[0], { name: "config", short, value, help });
  assert.deepEqual(validate.options[1], { name: "json", help: OPTIONS.json.help });
  assert.deepEqual(validate.examples, [
    { line: "vcm validate --config ./vcm.yaml", does: "before you roll it out" },
    { line: "vcm validate --config -", does: "a text on standard input, as for other commands" },
  ]);
});

const WRONG: readonly (readonly [string, number, string])[] = [
  ["--json isue", 2, 'Unknown command "isue"; did you mean "issue"?'],
  ["isue --json", 2, 'Unknown command "isue"; did you mean "issue"?'],
  ["plan --config --json", 2, 'Option "--config" needs a value'],
  ["check --json --quiet=1", 3, 'Option "--quiet" takes no value; got "1"'],
  ["plan --json=yes", 2, 'Option "--json" takes no value; got "yes"'],
  ["validate --json x", 2, '"vcm validate" takes no names; got "x"'],
  ["demo --json x", 2, '"vcm demo" takes no names; got "x"'],
  [
    "run --json --wait soon",
    2,
    'Option "--wait" takes a duration with a unit, such as "30s" or "5m"; got "soon"',
  ],
];

for (const [line, expected, message] of WRONG) {
  pureTest(`"vcm ${line}" prints its error as data, and as text on standard error`, async () => {
    const { status, stdout, stderr } = await run(line);
    assert.deepEqual(outputMistakes("error", stdout), []);
    assert.deepEqual(JSON.parse(stdout), { layout: 1, error: { message } });
    assert.equal(stderr.split("\n")[0], `error: ${message}`);
    assert.equal(status, expected);
  });
}
