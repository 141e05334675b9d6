/** Directives, the form that the configurations of nginx and Apache have in common. */

export interface Directive {
  /** Apache's in lower case. */
  readonly name: string;
  readonly args: readonly string[];
  /** `FILE:LINE` */
  readonly at: string;
  readonly block?: readonly Directive[];
}

/** How one program's files are read. */
export interface Dialect {
  /** Throws Error, with the line, where the text cannot be understood. */
  readonly parse: (text: string, file: string) => Directive[];
  /** Whether a directive includes files, and whether it has to find them. */
  readonly includes: (name: string) => "must" | "may" | undefined;
  /** Directory that relative paths begin at. */
  readonly base: (directives: readonly Directive[]) => string;
}

/** All below some directives, blocks opened, but for those of some names. */
export function flatten(directives: readonly Directive[], closed: readonly string[]): Directive[] {
  return directives.flatMap((directive) =>
    directive.block === undefined || closed.includes(directive.name)
      ? [directive]
      : [directive, ...flatten(directive.block, closed)]
  );
}
