/** A path or a name, quoted for a shell if necessary. */
export function shellWord(path: string): string {
  return /^[A-Za-z0-9_\/.:@%+=-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
