/** The system's own words for what went wrong, without the call and the number that runtimes add. */
export function plainCause(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .replace(/ \(os error \d+\).*$/s, "")
    .replace(/^(?:E[A-Z]+: )/, "")
    .replace(/, [a-z]+(?: '.*)?$/s, "")
    .replace(/^./, (letter) => letter.toLowerCase());
}
