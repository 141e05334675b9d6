/** What a file may ask for beside its own text. Whoever may touch the machine gives it. */
import type { InvalidValue } from "./mistake.ts";
import type { Problem } from "./diagnostic.ts";

export interface Environment {
  /** The value of `${NAME}`: `undefined` where it is not set, a mistake where it cannot be told. */
  variable(name: string): string | InvalidValue | undefined;
  /** What patterns of `include` lead to, in their order. */
  include(patterns: readonly string[]): readonly Included[];
}

export type Included =
  | { readonly kind: "text"; readonly file: string; readonly text: string }
  /** A file that may not be used; each problem names it. */
  | { readonly kind: "refused"; readonly problems: readonly Problem[] }
  /** A pattern that is wrong itself, by its number. */
  | { readonly kind: "mistake"; readonly pattern: number; readonly message: string };

/** Where there is nothing. */
export const NOTHING_AROUND: Environment = {
  variable: () => undefined,
  include: () => [],
};
