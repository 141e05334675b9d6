import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import { parseArguments } from "../../../lib/command/parse_arguments.ts";
import { STEPS } from "../../long.ts";
import { RECIPES } from "../../long/servers/recipe_cases.ts";
import { environmentOf } from "../config/environment.ts";
import {
  anchors,
  blocks,
  codeWords,
  DOCUMENTS,
  readDocument,
  readSources,
  tableBelow,
} from "./documents.ts";

const DENO_JSON = JSON.parse(readDocument("deno.json"));

for (const path of DOCUMENTS) {
  // A recipe adds what is not there yet.
  const document = readDocument(path).replaceAll(/^```diff\n[^]*?^```$/gm, "");

  Deno.test(`each YAML of ${path} is a valid configuration`, async () => {
    const around = environmentOf({ variables: { HOSTNAME: "web1" } });
    for (const text of blocks(document, "yaml")) {
      // Recipes leave out what the reader's file has.
      const head = path.startsWith("docs/recipes") ? 'config: {pki: "p", role: "r"}\n' : "";
      await parseConfig(head + text, path, () => Promise.resolve(around));
    }
  });

  Deno.test(`each vcm command line in ${path} is one that vcm knows`, () => {
    const lines = codeWords(document).concat(blocks(document, "(?:sh|console|text)"))
      .flatMap((text) => text.split("\n"))
      .map((line) => /^(?:\$ )?vcm( .*)?$/.exec(line.trim())?.[0])
      .filter((line) => line !== undefined);
    for (const line of lines) {
      const [command = ""] = line.replace("$ ", "").split(/ +#| [|>] /);
      parseArguments(command.split(" ").slice(1));
    }
  });

  Deno.test(`each task in ${path} stands in deno.json`, () => {
    const named = [...document.matchAll(/(?:deno|deno@[\d.]+) task ([a-z]+)/g)];
    for (const [, task] of named) assert.ok(task && task in DENO_JSON.tasks, `task ${task}`);
  });

  Deno.test(`each link of ${path} leads to a file, and to a heading of it`, () => {
    const directory = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "";
    const links = document.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/\]\(([^)\s:]+)\)/g);
    for (const [, link = ""] of links) {
      const [file = "", heading] = link.split("#");
      const text = readDocument(file === "" ? path : `${directory}${file}`);
      if (heading !== undefined) assert.ok(anchors(text).has(heading), link);
      else assert.ok(text.length > 0, link);
    }
  });
}

Deno.test("README.md leads to each document for users", () => {
  const readme = readDocument("README.md");
  const missing = DOCUMENTS.filter((path) => /^docs\/[a-z-]+\.md$/.test(path))
    .filter((path) => !readme.includes(`](${path})`));
  assert.deepEqual(missing, []);
});

Deno.test("docs/recipes.md lists each recipe, and says which are tested", () => {
  const rows = tableBelow(readDocument("docs/recipes.md"), "# Recipes");
  const listed = new Map(rows.map(([link = "", , tested = ""]) => {
    return [/\((.*)\)/.exec(link)?.[1] ?? "", tested];
  }));
  const tried = RECIPES.map(({ document, heading }) => {
    return `${document.replace("docs/", "")}#${[...anchors(`# ${heading}`)][0]}`;
  });
  // tests/e2e/container_test.ts.
  const others = ["recipes/containers.md"];
  for (const [link, tested] of listed) {
    assert.equal(tested, [...tried, ...others].includes(link) ? "yes" : "no", link);
  }
  for (const link of tried) assert.ok(listed.has(link), link);
});

Deno.test("README.md is one screen", () => {
  const readme = readDocument("README.md");
  assert.ok(readme.split("\n").length <= 90);
  assert.ok(readme.split(/\s+/).length <= 700);
});

Deno.test("docs/permissions.md gives a reason for each permission of the binary, and no other", () => {
  const documented = tableBelow(readDocument("docs/permissions.md"), "# Permissions of the binary")
    .map(([flag]) => codeWords(flag ?? "")[0]);
  const { permissions, unstable } = DENO_JSON;
  const given = [...Object.keys(permissions.vcm), ...unstable];
  assert.deepEqual(documented.toSorted(), given.toSorted());
});

Deno.test("docs/development/dependencies.md names each dependency with its version", () => {
  const rows = tableBelow(readDocument("docs/development/dependencies.md"), "# Dependencies");
  const documented = rows.map(([first]) => first ?? "").join(" ");
  for (const target of Object.values<string>(DENO_JSON.imports)) {
    const [, name, version] = /^npm:(.+)@([\d.]+)$/.exec(target) ?? [];
    assert.ok(name && documented.includes(`\`${name}\``), `${target} is not documented`);
    if (name === "reflect-metadata") continue; // it comes with @peculiar/x509
    assert.ok(documented.includes(`\`${name}\` ${version}`), `${target}: another version`);
  }
});

Deno.test("docs/development/tests.md lists each long test, in the order in which they run", () => {
  const rows = tableBelow(readDocument("docs/development/tests.md"), "## Long tests");
  assert.deepEqual(rows.map(([name]) => name), STEPS.map(({ name }) => `\`${name}\``));
});

Deno.test("each message in docs/vault.md is one that the program says", async () => {
  const code = await readSources();
  const rows = tableBelow(readDocument("docs/vault.md"), "## Messages");
  assert.ok(rows.length > 30);
  // What the server itself says has its place in a test against the real one.
  const servers = /^\(400: |this role$|^(?:IP )?Subject|^key type|^role requires|^unable to/;
  for (const message of rows.flatMap(([first]) => codeWords(first ?? ""))) {
    if (servers.test(message)) continue;
    const words = message.replace('"update"', '"${capability}"');
    assert.ok(code.includes(words), `nothing says: ${message}`);
  }
});

Deno.test("docs/vault.md has a row for each hint that VCM adds to a refusal", () => {
  const source = readDocument("lib/vault/wire/answer.ts");
  const hints = /const HINTS[^]*?\n\];/.exec(source)?.[0] ?? "";
  const patterns = [...hints.matchAll(/\[\s*(?:\/\/.*\s*)?\/(.+)\/(i?),/g)]
    .map(([, pattern = "", flags]) => new RegExp(pattern, flags));
  assert.equal(patterns.length, hints.match(/\/i?,\s/g)?.length);
  assert.ok(patterns.length > 8);
  const messages = tableBelow(readDocument("docs/vault.md"), "## Messages")
    .flatMap(([first]) => codeWords(first ?? ""));
  for (const pattern of patterns) {
    // The server puts the name, address or serial number in the place of "…".
    const found = messages.some((message) => pattern.test(`${message} … not found`));
    assert.ok(found, `no row for ${pattern}`);
  }
});
