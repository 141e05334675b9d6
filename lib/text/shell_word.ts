/** A path or a name as a person can paste it into a shell. */
export function shellWord(path: string): string {
  return /^[A-Za-z0-9_\/.:@%+=-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
