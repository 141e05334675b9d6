/** An example value. */
export type Example =
  | string
  | number
  | boolean
  | readonly Example[]
  | { readonly [key: string]: Example };

/** The documentation of a key. Its type comes from the schema. */
export interface KeyDoc {
  /** One sentence. Values of the file are in backticks. */
  readonly means: string;
  /** The default as a value of the file. */
  readonly default?: string | number | boolean;
  /** The default in words, if no value expresses it. */
  readonly otherwise?: string;
  /** An example value of the file. */
  readonly example: Example;
}

/** The docs of all keys of a map. */
export type KeyDocs<T> = Readonly<Record<keyof T, KeyDoc>>;
