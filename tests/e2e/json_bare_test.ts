/** `--json` where no file is read: standard output is one document that the schema has. */
import { type Command, COMMANDS } from "../../lib/command/commands.ts";
import type { Documents } from "../../lib/report/documents/documents.ts";
import { runVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";
import { documentOf } from "./document_of.ts";

Deno.test("with --json what needs no file is a document, too", async () => {
  const cases: readonly (readonly [string, number, keyof Documents])[] = [
    ["--version", 0, "version"],
    ["help", 0, "help"],
    ["run --help", 0, "help"],
    ["isue", 2, "error"],
    ["--froce", 2, "error"],
    ["--config", 2, "error"],
    ["", 2, "error"],
  ];
  for (const [line, expected, name] of cases) {
    const args = ["--json", ...line.split(" ").filter((word) => word !== "")];
    const result = await runVcm(args, { env: { VCM_CONFIG: "/none/vcm.yaml" } });
    assert.equal(result.code, expected, line);
    documentOf(name, line, result);
  }
});

Deno.test("vcm demo --json prints what it did, and tells its tour on standard error", async () => {
  const result = await runVcm(["demo", "--json", "--keep"]);
  assert.equal(result.code, 0, result.stderr);
  const { directory, commands, files } = documentOf("demo", "demo", result);
  try {
    assert.deepEqual(
      commands.map(({ command, status }: { command: string; status: number }) =>
        `${command} ${status}`
      ),
      ["plan 0", "run 0", "run 0", "plan 0", "run 0", "check 1", "run 0", "check 0"],
    );
    assert.deepEqual(commands[2], { command: "run", status: 0, expected: 0, requests: 0 });
    for (const { path, mode, size } of files) {
      const found = await Deno.stat(`${directory}/${path}`);
      assert.deepEqual([(found.mode ?? 0) & 0o7777, found.size], [mode, size], path);
    }
    assert.match(result.stderr, /^\n1\. One file describes what this host needs\./);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("vcm schema --output prints the schema that these documents are held to", async () => {
  const { code, stdout, stderr } = await runVcm(["schema", "--output"]);
  assert.deepEqual([code, stderr], [0, ""]);
  const file = new URL("../../docs/output.schema.json", import.meta.url);
  assert.equal(stdout, await Deno.readTextFile(file));
  const { $defs } = JSON.parse(stdout);
  for (const { name, options } of COMMANDS as readonly Command[]) {
    if (options.includes("json") && name !== "schema") assert.ok(name in $defs, name);
  }
});
