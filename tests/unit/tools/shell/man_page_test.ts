import assert from "node:assert/strict";
import { VERSION } from "../../../../lib/text/version.ts";
import project from "../../../../deno.json" with { type: "json" };
import { allOptions, type Command, COMMANDS } from "../../../../lib/command/commands.ts";
import {
  escapeRoff,
  FILES,
  macro,
  manPage,
  tagged,
  VARIABLES,
  VAULT_VARIABLES,
} from "../../../../lib/tools/shell/man_page.ts";
import { pureTest } from "../../../support/pure_test.ts";

const ODD: Command = {
  name: "odd",
  summary: "do 'this' and \\that",
  details: "It is.",
  takesNames: false,
  words: ["a", "b"],
  options: ["help"],
  examples: [["vcm odd a", "once"]],
};

/** Lines of one section. */
function section(page: string, name: string): string[] {
  const lines = page.split("\n");
  const from = lines.indexOf(`.SH ${name}`) + 1;
  assert.ok(from > 0, name);
  const to = lines.findIndex((line, index) => index >= from && line.startsWith(".SH "));
  return lines.slice(from, to < 0 ? undefined : to);
}

pureTest("manPage() has each command with its usage, summary, details and options", () => {
  assert.deepEqual(section(manPage([ODD]), "COMMANDS"), [
    ".TP",
    '.B "vcm odd a|b [OPTIONS]"',
    "Do \\(aqthis\\(aq and \\ethat. It is.",
    ".IP",
    "Options: \\-\\-help.",
  ]);
  const page = manPage(COMMANDS);
  for (const { name, details } of COMMANDS) {
    assert.ok(
      page.includes(`\n.B "vcm ${name} [`) || page.includes(`\n.B "vcm ${name} NAME [`) ||
        page.includes(`\n.B "vcm ${name} bash|`),
      name,
    );
    assert.ok(page.includes(` ${escapeRoff(details)}\n`), name);
  }
});

pureTest("manPage() has each option once, with the commands that accept it if not all do", () => {
  const lines = section(manPage(COMMANDS), "OPTIONS");
  assert.equal(lines.filter((line) => line === ".TP").length, allOptions().length);
  const text = lines.join("\n");
  assert.ok(text.includes(tagged("--dry-run", "").slice(0, 2).join("\n")));
  assert.ok(text.includes("Only show what would be done. Taken by: run, adopt, install.\n"));
  assert.ok(text.includes('.B "\\-h, \\-\\-help"\nShow this help.\n'));
});

pureTest("manPage() has each example", () => {
  const lines = section(manPage(COMMANDS), "EXAMPLES");
  for (const [example] of COMMANDS.flatMap((command: Command) => command.examples)) {
    assert.ok(lines.includes(macro("B", example)), example);
  }
});

pureTest("manPage() says with what commands end", () => {
  const lines = section(manPage(COMMANDS), "EXIT STATUS");
  const statuses = lines.flatMap((line) => /^\.B "(\d+)"$/.exec(line)?.[1] ?? []);
  assert.deepEqual(statuses, ["0", "1", "2", "75", "0", "1", "2", "3"]);
});

pureTest("manPage() names the version", () => {
  const [title] = manPage(COMMANDS).split("\n");
  assert.equal(title, `.TH "VCM" "8" "" "vcm ${VERSION}" "System Administration"`);
});

pureTest("each file of the manual page is described once", () => {
  assert.equal(new Set(FILES.map(([path]) => path)).size, FILES.length);
});

pureTest("the manual page names each variable that the binary may read", () => {
  const { allow: allowed } = project.permissions.vcm.env;
  const named = VARIABLES.flatMap(([names]) => names.split(", "));
  const plain = allowed.filter((name) => !name.endsWith("*") && name === name.toUpperCase());
  assert.deepEqual(named.filter((name) => !/^(?:VCM|VAULT)_/.test(name)).sort(), plain.sort());
});

Deno.test("the manual page names the variables of Vault that the sources read", async () => {
  const read = new Set<string>();
  const directory = new URL("../../../../lib/vault/access/", import.meta.url);
  const call = /(?:readVariable|readSwitch|readSeconds|readCount)\(\s*environment,\s*"(\w+)"/g;
  const found = /fromVariable\(\s*"(\w+)"/g;
  for await (const { name } of Deno.readDir(directory)) {
    const text = await Deno.readTextFile(new URL(name, directory));
    for (const [, variable = ""] of [...text.matchAll(call), ...text.matchAll(found)]) {
      read.add(variable);
    }
  }
  assert.ok(read.size > 10);
  assert.deepEqual([...read].filter((name) => !VAULT_VARIABLES.some((own) => own === name)), []);
});
