/** Texts of all kinds, and good texts that were damaged. */
import fc from "fast-check";

/** What a parser may stumble over. */
const ODD = [
  ..."\t\0\n\r[]{}'\"#%|>?~@`\\-:,&*!",
  ...["\ufeff", "\u0085", "\u2028", "\u202e", "\ud800", "😀", "é", "\x1b[2J", "\x7f"],
  ...[": ", "- ", "*a", "&b ", "!t ", "!!binary ", "---\n", "...\n", "<<: ", "%YAML 1.2\n", "\r\n"],
  ...["null", "0o17", "0x1f", "1e999", "-0", "true", "yes", "2026-01-01", "__proto__", "toString"],
  ...["'\n", '"\n', "\\ud800", "[".repeat(60), "{a: ".repeat(40), "x".repeat(3_000)],
];

const codeUnit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));

/** Any text: of letters as people write them, of any code points, and of halves of those. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "grapheme-ascii" }),
  fc.string({ unit: "binary" }),
  fc.string({ unit: "binary-ascii" }),
  fc.string({ unit: codeUnit }),
  fc.string({ unit: fc.constantFrom(...ODD) }),
);

/** The same, of those that fit into UTF-8, as a file or the line brings them. */
export const wellFormedText: fc.Arbitrary<string> = anyText.map((text) => text.toWellFormed());

/** One line of text, as readers of one value get it. */
export const anyValue: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: anyText },
  fc.stringMatching(/^[a-z0-9.:*@/%,_ -]{0,20}$/),
);

/** A slip of whoever edits a text; places are taken modulo the length. */
interface Slip {
  readonly kind: "delete" | "repeat" | "swap" | "cut" | "insert" | "replace" | "indent" | "retype";
  readonly at: number;
  readonly length: number;
  readonly odd: string;
}

const slip: fc.Arbitrary<Slip> = fc.record({
  kind: fc.constantFrom(
    ...["delete", "repeat", "swap", "cut", "insert", "replace", "indent", "retype"] as const,
  ),
  at: fc.nat(100_000),
  length: fc.nat(40),
  odd: fc.oneof(fc.constantFrom(...ODD), fc.string({ maxLength: 4, unit: "binary" })),
});

/** Any of some texts after a few slips; `cut` is rare, as it leaves nothing to slip on. */
export function damaged(...good: readonly string[]): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...good), fc.array(slip, { minLength: 1, maxLength: 6 }))
    .map(([text, slips]) => slips.reduce(damage, text));
}

function damage(text: string, { kind, at: place, length, odd }: Slip): string {
  const at = place % (text.length + 1);
  const [before, after] = [text.slice(0, at), text.slice(at)];
  const lines = text.split("\n");
  const line = place % lines.length;
  switch (kind) {
    case "delete":
      return before + after.slice(length);
    case "repeat":
      return before + after.slice(0, length * 3) + after;
    case "swap":
      return after.slice(0, length) + before + after.slice(length);
    case "cut":
      return length < 8 ? before : text;
    case "insert":
      return before + odd + after;
    case "replace":
      return before + odd + after.slice(odd.length);
    case "indent":
      return lines.with(line, " ".repeat(length % 7) + (lines[line] ?? "").trimStart()).join("\n");
    case "retype":
      return lines.with(line, (lines[line] ?? "").replace(/: .*/, `: ${odd}`)).join("\n");
  }
}
