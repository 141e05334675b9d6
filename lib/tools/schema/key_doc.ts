/** What a value of the file may look like. */
export type Example =
  | string
  | number
  | boolean
  | readonly Example[]
  | { readonly [key: string]: Example };

/** What a person should know of a key. Its type is not in here: the schema has it. */
export interface KeyDoc {
  /** One sentence; what stands in the file is between backticks. */
  readonly means: string;
  /** What holds where the key is not given, as the file could say it. */
  readonly default?: string | number | boolean;
  /** The same in words, where no value says it for all. */
  readonly otherwise?: string;
  /** A value as the file could have it. */
  readonly example: Example;
}
