/**
 * From findings and syntax errors to problems with places, in plain words. Loaded only for mistakes.
 * It shares no code with what is loaded at start, and is handed what it needs of it: each part that
 * both share would be one more file to load on every run.
 */
import type { Finding, KeyPath } from "./key_path.ts";
import { type Place, Positions } from "./positions.ts";
import type { Problem } from "./problem.ts";
import { syntaxWords } from "./syntax_words.ts";
import type { YamlFault } from "./yaml.ts";

/** Writes a path as people read it. */
export type FormatPath = (path: KeyPath) => string;

/** Findings with their lines and columns, in the order of their places. */
export function placeFindings(
  text: string,
  findings: readonly Finding[],
  format: FormatPath,
): Problem[] {
  const positions = new Positions(text);
  return inOrder(findings.map(({ path, message, atKey, other }) => {
    const problem = { ...positions.place(path, atKey), key: format(path), message };
    if (other === undefined) return problem;
    const line = positions.place(other)?.line;
    const place = line === undefined ? "" : ` (line ${line})`;
    return { ...problem, message: `${message} ${format(other)}${place}` };
  }));
}

/** Why a text is no YAML: all that the slow parser finds or, failing that, what stopped the fast one. */
export function explainSyntax(text: string, fault: YamlFault, format: FormatPath): Problem[] {
  const control = controlCharacter(text);
  if (control !== undefined) return [control];
  if (fault.tooDeep) return [{ key: "", message: syntaxWords("", fault.reason) }];
  const positions = new Positions(text);
  const problems: Problem[] = [
    ...positions.duplicateKeys().map(({ path, firstLine, ...place }) => ({
      ...place,
      key: format(path),
      message: `duplicate key; the first one is on line ${firstLine}`,
    })),
    ...positions.danglingAliases().map((place) => ({
      ...place,
      key: "",
      message: `no line above has the anchor of this alias; if it is text, put it in quotes`,
    })),
    ...positions.errors().filter(({ code }) => code !== "DUPLICATE_KEY").map(
      ({ code, message, ...place }) => ({ ...place, key: "", message: syntaxWords(code, message) }),
    ),
  ];
  if (problems.length > 0) return onePerLine(inOrder(problems.map(orTab(text))));
  return [{ ...placeOf(text, fault), key: "", message: syntaxWords("", fault.reason) }];
}

/** Where the fast parser stopped, which may be behind the text: it puts a line end there. */
function placeOf(text: string, { line = 0, column = 0 }: YamlFault): Place {
  const lines = text.split(/\r\n|\r|\n/);
  return line < lines.length
    ? { line: line + 1, column: column + 1 }
    : { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** Sorted by place. What an anchor repeats in many places is one mistake, at its own place. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  const single = problems.filter(({ line, column, message }) => {
    const mark = `${line}:${column} ${message}`;
    return line === undefined || !seen.has(mark) && seen.add(mark);
  });
  return single.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

/** One slip makes the parser stumble several times over the same line; a duplicate key is no slip. */
function onePerLine(problems: readonly Problem[]): Problem[] {
  return problems.filter(({ line, key }, index) =>
    key !== "" || index === 0 || line !== problems[index - 1]?.line
  );
}

/** Whatever the parser makes of a tab in an indentation, the tab is the mistake. */
function orTab(text: string): (problem: Problem) => Problem {
  const lines = text.split(/\r\n|\r|\n/);
  return (problem) => {
    const indent = /^ *\t/.exec(lines[(problem.line ?? 0) - 1] ?? "")?.[0];
    if (indent === undefined) return problem;
    const message = syntaxWords("TAB_AS_INDENT", "");
    return { ...problem, column: indent.length, key: "", message };
  };
}

/** A character that YAML does not allow at all; neither parser says where it is. */
function controlCharacter(text: string): Problem | undefined {
  // deno-lint-ignore no-control-regex -- control characters are what it looks for
  const index = text.search(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/);
  if (index === -1) return undefined;
  const lines = text.slice(0, index).split(/\r\n|\r|\n/);
  const code = text.charCodeAt(index).toString(16).toUpperCase().padStart(4, "0");
  const column = (lines.at(-1)?.length ?? 0) + 1;
  const message = `control character U+${code}; take it out, or write it as an escape in quotes`;
  return { line: lines.length, column, key: "", message };
}
