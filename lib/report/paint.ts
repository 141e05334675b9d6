/** Colors a text; `paint(false)` returns it unchanged. */
export interface Paint {
  bold(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
}

/** SGR sequences of ECMA-48. */
export function paint(color: boolean): Paint {
  const wrap = (code: number) => (text: string) => color ? `\x1b[${code}m${text}\x1b[0m` : text;
  return { bold: wrap(1), good: wrap(32), warn: wrap(33), bad: wrap(31) };
}

/** A number with its noun: "1 file", "2 files". */
export function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}

/** How many certificates and trust entries there are: "2 certificates and 1 trust entry". */
export function countEntries(states: readonly { readonly trust?: unknown }[]): string {
  const trust = states.filter((state) => state.trust !== undefined).length;
  const certificates = count(states.length - trust, "certificate");
  if (trust === 0) return certificates;
  const entries = trust === 1 ? "1 trust entry" : `${trust} trust entries`;
  return trust === states.length ? entries : `${certificates} and ${entries}`;
}

/** The names, or the first three of many. */
export function listNames(names: readonly string[]): string {
  return names.length > 4
    ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`
    : names.join(", ");
}
