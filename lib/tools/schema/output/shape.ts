/**
 * JSON Schemas that are tied to types: a shape that lacks a key, has one too many, requires what may
 * be absent or knows not all words of its type does not compile.
 */
import type { JsonSchema } from "../scalar_forms.ts";

interface Untied {
  readonly schema: JsonSchema;
  /** The named schemas that it refers to. */
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** The schema of what values of a type are printed as. */
export interface Shape<T> extends Untied {
  /** Never there; for the compiler, to which a shape of `"a"` then is none of `"a" | "b"`. */
  readonly exactly?: (value: T) => T;
}

interface UntiedKey {
  /** One sentence. */
  readonly means: string;
  readonly given: "always" | "maybe";
  readonly shape: Untied;
}

interface Key<T, Given extends UntiedKey["given"]> extends UntiedKey {
  readonly given: Given;
  readonly shape: Shape<T>;
}

/** A key for each one of a type: `always` for those that are required, else `maybe`. */
export type Keys<T> = {
  readonly [K in keyof T]-?: Key<
    Exclude<T[K], undefined>,
    Partial<Pick<T, K>> extends Pick<T, K> ? "maybe" : "always"
  >;
};

/** The type that a shape is of. */
type Of<S> = S extends Shape<infer T> ? T : never;

export const TEXT: Shape<string> = plain({ type: "string" });
export const FLAG: Shape<boolean> = plain({ type: "boolean" });
export const TIME: Shape<Date> = plain({ type: "string", format: "date-time" });
export const NUMBER: Shape<number> = plain({ type: "number" });
/** A whole number that is not negative. */
export const COUNT: Shape<number> = plain({ type: "integer", minimum: 0 });
/** Permission bits. */
export const MODE: Shape<number> = plain({ type: "integer", minimum: 0, maximum: 0o7777 });
export const TEXTS: Shape<readonly string[]> = list(TEXT);

/** One of a closed set. */
export function words<const W extends readonly string[]>(words: W): Shape<W[number]> {
  return plain(words.length === 1 ? { const: words[0] } : { enum: words });
}

/** This value and no other. */
export function only<const V extends number>(value: V): Shape<V> {
  return plain({ const: value });
}

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return { schema: { type: "array", items: item.schema }, definitions: item.definitions };
}

/** One of several maps, which a key with another word in each tells apart. */
export function either<const S extends readonly Untied[]>(...ways: S): Shape<Of<S[number]>> {
  return { schema: { oneOf: ways.map(({ schema }) => schema) }, definitions: allOf(ways) };
}

export function always<T>(means: string, shape: Shape<T>): Key<T, "always"> {
  return { means, given: "always", shape };
}

export function maybe<T>(means: string, shape: Shape<T>): Key<T, "maybe"> {
  return { means, given: "maybe", shape };
}

/** New keys may come at any time, so that others are not forbidden. */
export function map<T>(keys: Keys<T>): Shape<T> {
  const entries = Object.entries<UntiedKey>(keys);
  const properties = entries.map(([name, { means, shape }]) => [
    name,
    { description: means, ...shape.schema },
  ]);
  const required = entries.filter(([, { given }]) => given === "always").map(([name]) => name);
  return {
    schema: { type: "object", properties: Object.fromEntries(properties), required },
    definitions: allOf(entries.map(([, { shape }]) => shape)),
  };
}

/** The shape by its name, under which all that have it find it once. */
export function named<T>(name: string, means: string, shape: Shape<T>): Shape<T> {
  return {
    schema: { $ref: `#/$defs/${name}` },
    definitions: { ...shape.definitions, [name]: { description: means, ...shape.schema } },
  };
}

function plain(schema: JsonSchema): Untied {
  return { schema, definitions: {} };
}

function allOf(shapes: readonly Untied[]): Untied["definitions"] {
  return Object.assign({}, ...shapes.map(({ definitions }) => definitions));
}
