/** The syntax of HAProxy configurations: text to words. Pure. */

export interface HaproxyLine {
  readonly words: readonly string[];
  readonly line: number;
}

/** Sections are ignored: the words that matter occur only in one kind of section. */
export function parseHaproxy(text: string): HaproxyLine[] {
  return text.split("\n")
    .map((line, index) => ({ words: wordsOf(line), line: index + 1 }))
    .filter(({ words }) => words.length > 0);
}

/**
 * Quotes and backslashes as in a shell. Outside of them "#" starts a comment (configuration.txt,
 * 2.2).
 */
function wordsOf(line: string): string[] {
  const piece = /\\.|"(?:\\.|[^"\\])*"?|'[^']*'?|[^\s#"'\\]/.source;
  const words: string[] = [];
  for (const [word] of line.matchAll(new RegExp(`#.*|(?:${piece})+`, "g"))) {
    if (word.startsWith("#")) break;
    words.push(word.replace(new RegExp(piece, "g"), unquoted));
  }
  return words;
}

function unquoted(piece: string): string {
  if (piece.startsWith("'")) return piece.replace(/^'|'$/g, "");
  if (piece.startsWith('"')) return piece.replace(/^"|"$/g, "").replace(/\\(.)/g, "$1");
  return piece.startsWith("\\") ? piece.slice(1) : piece;
}

export interface CrtListLine {
  readonly value: string;
  readonly names: readonly string[];
  readonly line: number;
}

/** `FILE [options] name …`. A name with a leading "!" is excluded. */
export function parseCrtList(text: string): CrtListLine[] {
  return text.split("\n").flatMap((line, index) => {
    const [, value, rest = ""] = /^\s*([^\s#[]+)(.*)$/.exec(line) ?? [];
    if (value === undefined) return [];
    const names = withoutOptions(rest).replace(/\s#.*/, " ").split(/\s+/)
      .filter((name) => /^[^!]/.test(name));
    return [{ value, names, line: index + 1 }];
  });
}

/** Removes bracketed options. An unclosed bracket is part of a name. */
function withoutOptions(text: string): string {
  const left: string[] = [];
  let at = 0;
  for (let begin = text.indexOf("["); begin >= 0; begin = text.indexOf("[", at)) {
    const end = text.indexOf("]", begin);
    if (end < 0) break;
    left.push(text.slice(at, begin));
    at = end + 1;
  }
  return [...left, text.slice(at)].join(" ");
}
