/** Text as roff with the macros of man(7), which both groff and mandoc read. */

/** Characters that roff takes for something else, or that a terminal would show as a typographer's. */
const SPECIAL: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  '"': "\\(dq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

/** The text, to stand for itself anywhere in a line and in an argument of a macro. */
export function escapeRoff(text: string): string {
  const escaped = text.replace(/[\\'"`^~-]/g, (character) => SPECIAL[character] ?? character);
  // A line that begins with a dot would be a request.
  return escaped.startsWith(".") ? `\\&${escaped}` : escaped;
}

/** A call of a macro; each argument is text. */
export function macro(name: string, ...args: readonly string[]): string {
  return [`.${name}`, ...args.map((arg) => `"${escapeRoff(arg)}"`)].join(" ");
}

/** A paragraph that hangs below its first line, which is bold: an option, a file. */
export function tagged(tag: string, text: string): string[] {
  return [".TP", macro("B", tag), escapeRoff(text)];
}
