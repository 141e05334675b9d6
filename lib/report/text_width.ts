/** Text in columns of a terminal, where a character may take two of them, or none. */
import stringWidth from "string-width";

/** Columns that a text takes. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** A text that takes so many columns: filled up with spaces, or cut with a mark. */
export function fit(text: string, width: number, mark: string, side: "left" | "right"): string {
  const shown = widthOf(text) > width ? cut(text, width - widthOf(mark)) + mark : text;
  const space = " ".repeat(Math.max(0, width - widthOf(shown)));
  return side === "left" ? shown + space : space + shown;
}

/** What a person sees as one character is not cut apart (Unicode Annex 29). */
function cut(text: string, width: number): string {
  let shown = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (widthOf(shown + segment) > width) break;
    shown += segment;
  }
  return shown;
}
