/** Words as one argument each for a shell, whatever is in them; systemd reads most of them alike. */
export function shellWords(...words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}
