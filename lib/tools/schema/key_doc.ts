/** An example value. */
export type Example =
  | string
  | number
  | boolean
  | readonly Example[]
  | { readonly [key: string]: Example };

/** The documentation of a key. Its type and its default come from the declaration. */
export interface KeyDoc {
  /** One sentence. Values of the file are in backticks. */
  readonly means: string;
  /** What holds if the key is left out, if it has no default. */
  readonly otherwise?: string;
  /** An example value of the file. */
  readonly example: Example;
}

/** The docs of all keys of a map. */
export type KeyDocs<T> = Readonly<Record<keyof T, KeyDoc>>;
