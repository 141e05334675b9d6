/**
 * From findings and syntax errors to problems with places, in plain words. Loaded only for mistakes.
 * It shares no code with what is loaded at start, and is handed what it needs of it: each part that
 * both share would be one more file to load on every run.
 */
import type { Finding, KeyPath } from "./key_path.ts";
import { type Place, Positions } from "./positions.ts";
import type { Problem } from "./diagnostic.ts";
import type { Located, Source, Spot } from "./sources.ts";
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
  const source: Source = { text, certs: [], findings, unset: [] };
  const located = findings.map(({ path, other, ...finding }): Located => ({
    ...finding,
    at: { source, path },
    ...(other !== undefined && { other: { source, path: other } }),
  }));
  return placeInSources("", located, format).get(source) ?? [];
}

/** The same for several texts: those of each. @param main The name of the file that names none. */
export function placeInSources(
  main: string,
  findings: readonly Located[],
  format: FormatPath,
): ReadonlyMap<Source, Problem[]> {
  const known = new Map<Source, Positions>();
  const place = ({ source, path }: Spot, atKey?: boolean) => {
    const positions = known.get(source) ?? new Positions(source.text);
    known.set(source, positions);
    return positions.place(path, atKey);
  };
  const problems = new Map<Source, { problem: Problem; alone: boolean }[]>();
  for (const { at, message, atKey, other, alone = false } of findings) {
    const { source, path } = at;
    const { file } = source;
    const clash = other === undefined
      ? ""
      : ` ${format(other.path)}${otherPlace(other, at, main, place(other)?.line)}`;
    const problem = {
      ...(file !== undefined && { file }),
      ...place(at, atKey),
      key: format(path),
      message: `${message}${clash}`,
    };
    const found = problems.get(source) ?? [];
    problems.set(source, found);
    found.push({ problem, alone });
  }
  return new Map([...problems].map(([source, found]) => [source, inOrder(withoutSequels(found))]));
}

/** Leaves out what stands at the place of a problem that is to stand alone. */
function withoutSequels(
  found: readonly { readonly problem: Problem; readonly alone: boolean }[],
): Problem[] {
  const mark = ({ line, column }: Problem) => `${line}:${column}`;
  const taken = new Set(
    found.filter(({ alone, problem }) => alone && problem.line !== undefined)
      .map(({ problem }) => mark(problem)),
  );
  return found.filter(({ alone, problem }) => alone || !taken.has(mark(problem)))
    .map(({ problem }) => problem);
}

/** Where the other half of a clash is, as seen from the first. */
function otherPlace(other: Spot, at: Spot, main: string, line: number | undefined): string {
  const file = other.source === at.source ? undefined : other.source.file ?? main;
  if (file !== undefined) return ` (${line === undefined ? file : `${file}:${line}`})`;
  return line === undefined ? "" : ` (line ${line})`;
}

/** Why a text is no YAML: all that the slow parser finds or, failing that, what stopped the fast one. */
export function explainSyntax(text: string, fault: YamlFault, format: FormatPath): Problem[] {
  const control = controlCharacter(text);
  if (control !== undefined) return [control];
  if (fault.tooDeep) {
    return [{ ...placeOf(text, fault), key: "", message: syntaxWords("", fault.reason) }];
  }
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
      message: `the anchor of this alias is not defined above; if it is text, put it in quotes`,
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
  const message = `control character U+${code}; remove it, or write it as an escape in quotes`;
  return { line: lines.length, column, key: "", message };
}
