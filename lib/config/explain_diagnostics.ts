/**
 * Turns key diagnostics and syntax errors into diagnostics with file, line and column. Loaded only if
 * there is an error.
 */
import { type Diagnostic, formatKeyPath, type KeyDiagnostic, type KeyPath } from "./diagnostic.ts";
import { type Place, Positions } from "./positions.ts";
import type { YamlError } from "./yaml.ts";

/** One of the texts of a configuration. */
export interface SourceText {
  /** Absent for the main file. */
  readonly file?: string;
  readonly text: string;
}

/** A key in one of the texts. */
export interface Spot {
  readonly source: SourceText;
  readonly path: KeyPath;
}

/** A diagnostic whose text is known. */
export interface LocatedDiagnostic extends Pick<KeyDiagnostic, "message" | "atKey"> {
  readonly at: Spot;
  readonly other?: Spot | undefined;
  /** Other diagnostics at the same place are only consequences of this one. */
  readonly alone?: boolean;
}

/** Diagnostics of one text, in the order of their places. */
export function placeDiagnostics(text: string, found: readonly KeyDiagnostic[]): Diagnostic[] {
  const source = { text };
  const located = found.map(({ path, other, ...diagnostic }) => ({
    ...diagnostic,
    at: { source, path },
    other: other && { source, path: other },
  }));
  return placeInSources("", located).get(source) ?? [];
}

/** Diagnostics of several texts, by text. @param main The name of the main file. */
export function placeInSources(
  main: string,
  located: readonly LocatedDiagnostic[],
): ReadonlyMap<SourceText, Diagnostic[]> {
  const positions = new Map<SourceText, Positions>();
  const place = ({ source, path }: Spot, atKey?: boolean) => {
    const known = positions.get(source) ?? new Positions(source.text);
    positions.set(source, known);
    return known.place(path, atKey);
  };
  const placed = new Map<SourceText, { diagnostic: Diagnostic; alone: boolean }[]>();
  for (const { at, message, atKey, other, alone = false } of located) {
    const { source, path } = at;
    const clash = other === undefined
      ? ""
      : ` ${formatKeyPath(other.path)}${otherPlace(other, at, main, place(other)?.line)}`;
    const diagnostic = {
      ...(source.file !== undefined && { file: source.file }),
      ...place(at, atKey),
      key: formatKeyPath(path),
      message: `${message}${clash}`,
    };
    const ofSource = placed.get(source) ?? [];
    placed.set(source, ofSource);
    ofSource.push({ diagnostic, alone });
  }
  return new Map([...placed].map(([source, all]) => [source, inOrder(withoutSequels(all))]));
}

/** Leaves out the diagnostics at the place of one that must stand alone. */
function withoutSequels(
  all: readonly { readonly diagnostic: Diagnostic; readonly alone: boolean }[],
): Diagnostic[] {
  const mark = ({ line, column }: Diagnostic) => `${line}:${column}`;
  const taken = new Set(
    all.filter(({ alone, diagnostic }) => alone && diagnostic.line !== undefined)
      .map(({ diagnostic }) => mark(diagnostic)),
  );
  return all.filter(({ alone, diagnostic }) => alone || !taken.has(mark(diagnostic)))
    .map(({ diagnostic }) => diagnostic);
}

/** The place of the other key of a clash, as seen from the first. */
function otherPlace(other: Spot, at: Spot, main: string, line: number | undefined): string {
  const file = other.source === at.source ? undefined : other.source.file ?? main;
  if (file !== undefined) return ` (${line === undefined ? file : `${file}:${line}`})`;
  return line === undefined ? "" : ` (line ${line})`;
}

/** Why a text is not YAML: all that the slow parser finds or, if it finds nothing, the error of the one before. */
export function explainSyntax(text: string, error: YamlError): Diagnostic[] {
  const control = controlCharacter(text);
  if (control !== undefined) return [control];
  const stopped = { ...placeOf(text, error), key: "", message: syntaxWords("", error.reason) };
  if (error.tooDeep) return [stopped];
  const positions = new Positions(text);
  const diagnostics: Diagnostic[] = [
    ...positions.duplicateKeys().map(({ path, firstLine, ...place }) => ({
      ...place,
      key: formatKeyPath(path),
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
  return diagnostics.length > 0 ? onePerLine(inOrder(diagnostics.map(orTab(text)))) : [stopped];
}

/** Where the whole parser stopped. That may be after the end of the text, because it adds a line end. */
function placeOf(text: string, { line = 0, column = 0 }: YamlError): Place {
  return line < linesOf(text).length ? { line: line + 1, column: column + 1 } : endOf(text);
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

function endOf(text: string): Place {
  const lines = linesOf(text);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** Sorts by place. An error that aliases repeat in many places is shown once, at its own place. */
function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  const single = diagnostics.filter(({ line, column, message }) => {
    const mark = `${line}:${column} ${message}`;
    return line === undefined || !seen.has(mark) && seen.add(mark);
  });
  return single.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

/** The parser often reports one error several times on a line; duplicate keys are separate errors. */
function onePerLine(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.filter(({ line, key }, index) =>
    key !== "" || index === 0 || line !== diagnostics[index - 1]?.line
  );
}

/** If the indentation of the line contains a tab, the tab is the error, whatever the parser reports. */
function orTab(text: string): (diagnostic: Diagnostic) => Diagnostic {
  const lines = linesOf(text);
  return (diagnostic) => {
    const indent = /^ *\t/.exec(lines[(diagnostic.line ?? 0) - 1] ?? "")?.[0];
    if (indent === undefined) return diagnostic;
    const message = syntaxWords("TAB_AS_INDENT", "");
    return { ...diagnostic, column: indent.length, key: "", message };
  };
}

/** A character that YAML does not allow; neither parser tells its place. */
function controlCharacter(text: string): Diagnostic | undefined {
  // deno-lint-ignore no-control-regex -- control characters are what it looks for
  const index = text.search(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/);
  if (index === -1) return undefined;
  const code = text.charCodeAt(index).toString(16).toUpperCase().padStart(4, "0");
  const message = `control character U+${code}; remove it, or write it as an escape in quotes`;
  return { ...endOf(text.slice(0, index)), key: "", message };
}

/**
 * Messages by the code of the `yaml` package. The parsers' own messages may quote the source, and with
 * it a secret.
 */
const BY_CODE: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "tab character in the indentation; use spaces",
  MULTIPLE_DOCS: `a second document begins here; keep one and remove the "---" line`,
  BAD_INDENT: "the indentation does not fit the lines above",
  BAD_SCALAR_START: "a value cannot begin with this character; put the value in quotes",
  BAD_DQ_ESCAPE: `"\\" begins an unknown escape; use '…' instead of "…", or write "\\\\"`,
  BAD_ALIAS: "the name of the anchor or alias is not valid; if it is text, put it in quotes",
  BAD_DIRECTIVE: "a directive (a line that begins with %) is not supported; remove it",
  BAD_COLLECTION_TYPE: "this tag (!…) does not fit its value; remove it",
  TAG_RESOLVE_FAILED: "unknown tag (!…); remove it or, if it is text, put it in quotes",
  BLOCK_AS_IMPLICIT_KEY:
    `": " inside a value; if it is text, put it in quotes; otherwise fix the indentation`,
  MULTILINE_IMPLICIT_KEY: `expected "key: value", with a space after ":"`,
  NON_STRING_KEY: "a key must be text",
  MISSING_CHAR: `something is missing here, such as ":", "," or a space`,
};

/** Messages by the parser's message, for ambiguous codes and for the `js-yaml` package. */
const BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [/closing .quote/, "a quote is not closed"],
  [/quoted scalar$/, "a quote is not closed"],
  [/(?:end with a|within a flow)/, `a "[" or "{" is not closed`],
  [/^Implicit map keys need/, `expected ":" and a value after this key`],
  [/must be at most 1024/, `expected ":" after this key`],
  [/^Missing space after :/, `expected a space after ":"`],
  [/^Comments must be separated/, `expected a space before "#"; if it is text, put it in quotes`],
  [/^Sequence item without -/, `expected "- " before this entry of the list`],
  [/tab char/, "tab character in the indentation; use spaces"],
  [/^nesting exceeded maxDepth/, "is nested too deeply"],
  [
    /^merge keys exceeded/,
    `"<<" adds more than 200,000 keys to this file; use "defaults", or fewer "<<"`,
  ],
  [/^abnormal merge sequence/, `"<<" takes at most 100 maps in one list`],
  [/cannot merge/, `"<<" above takes a map or a list of maps`],
  [/tag/, "unknown tag (!…); remove it or, if it is text, put it in quotes"],
];

/** The message for an error of either parser. */
function syntaxWords(code: string, message: string): string {
  const hit = code === "" || code === "MISSING_CHAR" || code === "BAD_INDENT" ||
      code === "KEY_OVER_1024_CHARS"
    ? BY_MESSAGE.find(([pattern]) => pattern.test(message))
    : undefined;
  return hit?.[1] ?? BY_CODE[code] ??
    "is not valid YAML from here on; put values with special characters in quotes";
}
