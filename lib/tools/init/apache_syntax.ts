/** The syntax of Apache configurations: text to directives. Pure. */
import { MAX_LEVELS, TOO_DEEP } from "./server_scan.ts";
import type { Directive } from "./directives.ts";

interface Section {
  readonly name: string;
  readonly line: number;
  readonly block: Directive[];
}

/** Throws Error with the line if the text is not a configuration of Apache. */
export function parseApache(text: string, file: string): Directive[] {
  const root: Section = { name: "", line: 0, block: [] };
  const open = [root];
  for (const { text: line, number } of logicalLines(text)) {
    const at = `${file}:${number}`;
    const inner = open.at(-1) ?? root;
    const tag = readTag(line);
    if (tag?.isEnd) {
      if (tag.name !== inner.name) {
        throw new Error(`line ${number}: "</" does not close the section that is open`);
      }
      open.pop();
    } else if (tag !== undefined) {
      if (open.length > MAX_LEVELS) throw new Error(`line ${number}: ${TOO_DEEP}`);
      const section = { name: tag.name, line: number, block: [] };
      inner.block.push({ name: section.name, args: wordsOf(tag.rest), at, block: section.block });
      open.push(section);
    } else {
      const [first = "", ...args] = wordsOf(line);
      inner.block.push({ name: first.toLowerCase(), args, at });
    }
  }
  const left = open.at(-1);
  if (left !== root && left !== undefined) {
    throw new Error(`line ${left.line}: the section is not closed`);
  }
  return root.block;
}

interface Tag {
  readonly isEnd: boolean;
  /** In lower case. */
  readonly name: string;
  readonly rest: string;
}

/** `<name rest>` or `</name>`. One regular expression for it could take quadratic time. */
function readTag(line: string): Tag | undefined {
  if (!line.startsWith("<")) return undefined;
  const isEnd = line[1] === "/";
  const whole = line.slice(isEnd ? 2 : 1, line.endsWith(">") ? -1 : undefined).trim();
  const end = whole.search(/[\s>]/);
  if (whole === "" || end === 0) return undefined;
  const name = (end < 0 ? whole : whole.slice(0, end)).toLowerCase();
  return { isEnd, name, rest: end < 0 ? "" : whole.slice(end).trim() };
}

/** A backslash at the end joins a line with the next one. Comments have their own lines. */
function* logicalLines(text: string): Generator<{ text: string; number: number }> {
  let [joined, begun] = ["", 0];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.replace(/\r$/, "");
    if (joined === "") begun = index + 1;
    if (line.endsWith("\\")) {
      joined += line.slice(0, -1);
      continue;
    }
    const whole = (joined + line).trim();
    joined = "";
    if (whole !== "" && !whole.startsWith("#")) yield { text: whole, number: begun };
  }
}

/** Words between blanks. Quoted words may contain blanks (ap_getword_conf). */
function wordsOf(line: string): string[] {
  const words = line.matchAll(/"((?:\\.|[^"\\])*)"?|'((?:\\.|[^'\\])*)'?|(\S+)/gs);
  return [...words].map(([, double, single, plain]) =>
    double?.replace(/\\(["\\])/g, "$1") ?? single?.replace(/\\(['\\])/g, "$1") ?? plain ?? ""
  );
}
