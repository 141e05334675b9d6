/** SECURITY.md lists the core that writes as root. These tests hold the list, its size and its imports. */
import assert from "node:assert/strict";
import { codeWords, readDocument, sourcesBelow, tableBelow } from "./documents.ts";

const HEADING = "## The core that writes as root";
const CORE = tableBelow(readDocument("SECURITY.md"), HEADING)
  .flatMap(([path = ""]) => codeWords(path));

/** Lines of all listed files. A person can read this much in one evening. */
const BUDGET = 2_200;

/** Modules whose files the core may use. */
const BELOW = ["lib/host/", "lib/store/", "lib/text/"];

/** The only value besides: the list of a set's files (`PARTS`) is in a file of types. */
const EXCEPTIONS = new Set(["lib/certificate/types.ts"]);

/** Write outside the core and the modules below it; SECURITY.md names them. */
const OTHER_WRITERS = [/^lib\/apply\/reserved_file\.ts$/, /^lib\/tools\//];

const WRITES = new RegExp(
  "\\b(?:fs|Deno)\\.(?:write(?:File|TextFile)?|rename|unlink|remove|mkdir|mkdtemp|makeTemp(?:File|Dir)|rm|rmdir" +
    "|[fl]?chmod|[fl]?chown|link|symlink|f?truncate|[fl]?utimes?|copyFile|cp|create)(?:Sync)?\\(",
);

Deno.test("SECURITY.md lists files that exist, each once", () => {
  assert.ok(CORE.length >= 18, `only ${CORE.length} files are listed`);
  assert.deepEqual(CORE, [...new Set(CORE)]);
  for (const path of CORE) assert.notEqual(readDocument(path), "", path);
});

Deno.test("the core is small enough to audit", () => {
  const lines = CORE.reduce((sum, path) => sum + readDocument(path).split("\n").length - 1, 0);
  assert.ok(lines <= BUDGET, `${lines} lines, and ${BUDGET} are allowed`);
});

Deno.test("the core imports only itself, modules below it, types and the runtime", () => {
  for (const path of CORE) {
    for (const target of importsOf(path)) {
      const isAllowed = CORE.includes(target) || EXCEPTIONS.has(target) ||
        target.startsWith("node:") || BELOW.some((directory) => target.startsWith(directory));
      assert.ok(isAllowed, `${path} imports ${target}`);
    }
  }
});

Deno.test("no other file of the engine calls the runtime's write functions", async () => {
  const writing = [...await sourcesBelow("lib"), "main.ts"]
    .filter((path) => WRITES.test(readDocument(path)))
    .filter((path) => !OTHER_WRITERS.some((known) => known.test(path)));
  assert.ok(writing.length > 10, `only ${writing.length} files that write are found`);
  for (const path of writing) {
    assert.ok(CORE.includes(path) || BELOW.some((directory) => path.startsWith(directory)), path);
  }
});

/** What a file imports at start or lazily; imports of types are left out. */
function importsOf(path: string): string[] {
  const code = readDocument(path);
  const atStart = [...code.matchAll(/^(?:import|export)\b(?! type\b)[^;]*?from "([^"]+)";$/gm)];
  const lazily = [...code.matchAll(/\bimport\("([^"]+)"\)/g)];
  const bare = [...code.matchAll(/^import "([^"]+)";$/gm)];
  return [...atStart, ...lazily, ...bare].map(([, target = ""]) =>
    target.startsWith(".") ? new URL(target, `file:///${path}`).pathname.slice(1) : target
  );
}
