/** docs/troubleshooting.md is held to the code: each message in it is one that the program says. */
import assert from "node:assert/strict";
import { codeWords, readDocument, readSources, tableBelow } from "./documents.ts";

const DOCUMENT = readDocument("docs/troubleshooting.md");

Deno.test("each message in docs/troubleshooting.md is one that the program says", async () => {
  const code = await readSources();
  const messages = messagesOf("docs/troubleshooting.md", headings(DOCUMENT));
  assert.ok(messages.length > 40);
  for (const message of messages) {
    assert.match(code, patternOf(message), `nothing says: ${message}`);
  }
});

Deno.test("docs/troubleshooting.md repeats no message of docs/vault.md", () => {
  const known = messagesOf("docs/vault.md", ["## Messages"]);
  const repeated = messagesOf("docs/troubleshooting.md", headings(DOCUMENT))
    .filter((message) => known.some((words) => message.includes(words)));
  assert.deepEqual(repeated, []);
});

function headings(document: string): string[] {
  return document.split("\n").filter((line) => line.startsWith("## "));
}

function messagesOf(path: string, headings: readonly string[]): string[] {
  return headings.flatMap((heading) => tableBelow(readDocument(path), heading))
    .flatMap(([first]) => codeWords(first ?? ""));
}

/** A message as one text of the code has it, with something put in wherever `…` stands. */
function patternOf(message: string): RegExp {
  const parts = message.split("…").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(parts.join("\\$\\{[^]{1,160}?\\}"));
}
