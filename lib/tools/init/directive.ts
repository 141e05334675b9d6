/** Directives: the common form of the configurations of nginx and Apache. */

export interface Directive {
  /** In lower case for Apache. */
  readonly name: string;
  readonly args: readonly string[];
  /** `FILE:LINE` */
  readonly at: string;
  readonly block?: readonly Directive[];
}

/** How to read the files of one program. */
export interface Dialect {
  /** Throws Error with the line if the text cannot be parsed. */
  readonly parse: (text: string, file: string) => Directive[];
  /** Whether a directive includes files, and whether they must exist. */
  readonly includes: (name: string) => "must" | "may" | undefined;
  /** The base directory of relative paths. */
  readonly base: (directives: readonly Directive[]) => string;
}

/** All nested directives, except those in blocks with the names in `closed`. */
export function flatten(directives: readonly Directive[], closed: readonly string[]): Directive[] {
  return directives.flatMap((directive) =>
    directive.block === undefined || closed.includes(directive.name)
      ? [directive]
      : [directive, ...flatten(directive.block, closed)]
  );
}
