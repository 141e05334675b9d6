/** Why the fast parser could not read a text; apart from it, so that to explain does not load it. */

/** What made the text unreadable, with its zero-based place where the parser knew it. */
export interface YamlFault {
  readonly reason: string;
  readonly line?: number;
  readonly column?: number;
}

/** The reason given where the parser ran out of stack. */
export const TOO_DEEP = "nested too deeply";
