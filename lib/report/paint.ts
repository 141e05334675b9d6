/** Colour, where it is wanted: `paint(true)` colours, `paint(false)` leaves the text as it is. */
export interface Paint {
  bold(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
}

/** SGR sequences of ECMA-48. */
export function paint(colour: boolean): Paint {
  const wrap = (code: number) => (text: string) => colour ? `\x1b[${code}m${text}\x1b[0m` : text;
  return { bold: wrap(1), good: wrap(32), warn: wrap(33), bad: wrap(31) };
}

/** One thing, two things. */
export function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
