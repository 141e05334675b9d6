/** What a file may use beside its own text. Code that may access the host provides it. */
import type { Diagnostic } from "./diagnostic.ts";
import type { InvalidValue } from "./invalid_value.ts";

export interface Environment {
  /** The value of `${NAME}`; `undefined` if it is not set, an error if it cannot be determined. */
  variable(name: string): string | InvalidValue | undefined;
  /** The files that the patterns of `include` match, in order. */
  include(patterns: readonly string[]): readonly Included[];
}

export type Included =
  | { readonly kind: "text"; readonly file: string; readonly text: string }
  /** A file that may not be used; each diagnostic names it. */
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] }
  /** A pattern that is invalid or matches nothing, by its index. */
  | { readonly kind: "invalid"; readonly pattern: number; readonly message: string };

export const EMPTY_ENVIRONMENT: Environment = {
  variable: () => undefined,
  include: () => [],
};
