/** The manual page in the two programs that show such pages. */
import { runQuietly } from "../../scripts/command.ts";
import { manVariables } from "../support/fetch_man.ts";
import { pathOfPart } from "../support/parts.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import { runVcm } from "../support/vcm.ts";
import { assert } from "./assert.ts";

const test = await testsNeeding("man");

const SECTIONS = [
  "NAME",
  "SYNOPSIS",
  "DESCRIPTION",
  "COMMANDS",
  "OPTIONS",
  "EXIT STATUS",
  "FILES",
  "ENVIRONMENT",
  "EXAMPLES",
  "SEE ALSO",
];

test("man shows the page with its sections and without a warning", async () => {
  await using page = await writePage();
  const part = await pathOfPart("man");
  const { code, stdout, stderr } = await new Deno.Command(`${part}/usr/bin/man`, {
    args: ["-C", `${part}/etc/manpath.config`, "--warnings", "-P", "cat", "-l", page.path],
    stdin: "null",
    clearEnv: true,
    env: { ...await manVariables(part), LC_ALL: "C.UTF-8", MANWIDTH: "80" },
  }).output();
  const [shown, warned] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.deepEqual([code, warned], [0, ""]);
  const lines = shown?.split("\n") ?? [];
  assert.deepEqual(
    lines.filter((line) => /^[A-Z]/.test(line) && !line.startsWith("VCM")),
    SECTIONS,
  );
  assert.ok(lines.includes("       vcm - keep this host's TLS certificates current"));
  assert.ok(lines.includes("       -c, --config FILE"));
  assert.ok(lines.includes("       75     Another run holds the lock."));
  assert.ok(lines.includes("       ~/.vault-token"));
  for (const line of lines) assert.ok(line.length <= 80, line);
});

test("mandoc warns of nothing in the page but that it has no date", async () => {
  await using page = await writePage();
  const mandoc = `${await pathOfPart("man")}/usr/bin/mandoc`;
  const found = await runQuietly([mandoc, "-T", "lint", "-W", "warning,stop", page.path])
    .catch((error) => error.message);
  assert.deepEqual(
    found.split("\n").filter((line: string) => line.startsWith("mandoc: ")),
    [`mandoc: ${page.path}:1:15: WARNING: missing date, using "": TH`],
  );
});

async function writePage(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempFile({ prefix: "vcm-", suffix: ".8" });
  const { code, stdout, stderr } = await runVcm(["man"]);
  assert.deepEqual([code, stderr], [0, ""]);
  await Deno.writeTextFile(path, stdout);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}
