/** The building blocks of the schema, with their own messages instead of those of valibot. */
import * as v from "valibot";
import { InvalidValue, type Reader } from "./invalid_value.ts";
import { shownKey } from "./key_path.ts";
import { didYouMean } from "../text/suggest.ts";

type Tree = Record<string, unknown>;
type Plain<E extends v.ObjectEntries> = v.ObjectSchema<E, undefined>;
type MapSchema<E extends v.ObjectEntries> = v.GenericSchema<
  v.InferInput<Plain<E>>,
  v.InferOutput<Plain<E>>
>;

/** Schemas by reader. Many keys share a reader; a schema for each key would cost 0.7 ms at start. */
const scalars = new Map<Reader<unknown>, v.GenericSchema<string, unknown>>();

/** One scalar: the reader converts the text that YAML provides into the value of the field. */
export function scalar<T>(read: Reader<T>): v.GenericSchema<string, T> {
  const made = scalars.get(read) ?? makeScalar(read);
  scalars.set(read, made);
  return made as v.GenericSchema<string, T>;
}

function makeScalar<T>(read: Reader<T>): v.GenericSchema<string, T> {
  const schema = v.pipe(
    v.string((issue) => wrongKind("one value", issue.input)),
    // Not rawTransform, which makes a closure for each of tens of thousands of values.
    v.transform(read),
    v.check(
      (value) => !(value instanceof InvalidValue),
      (issue) => (issue.input as InvalidValue).message,
    ),
  );
  // An InvalidValue does not pass the check.
  return schema as v.GenericSchema<string, T>;
}

/** A key that may be left out. */
export function optional<T>(read: Reader<T>) {
  return v.exactOptional(scalar(read));
}

/** A list, which may be empty. */
export function list<T extends v.GenericSchema>(item: T, wanted = "a list") {
  return v.array(item, (issue) => wrongKind(wanted, issue.input));
}

/** One value, or a list of at least one. */
export function oneOrMore<T>(read: Reader<T>): v.GenericSchema<string | string[], T[]> {
  const item = scalar(read);
  const one = v.pipe(item, v.transform((value) => [value]));
  const more = v.pipe(v.array(item), v.minLength(1, "must have at least one entry"));
  return v.lazy((input) => Array.isArray(input) ? more : one) as v.GenericSchema<
    string | string[],
    T[]
  >;
}

/**
 * A map with these keys and no others, except those that begin with `spare`.
 *
 * @param elsewhere Messages for keys that belong in other maps.
 */
export function map<E extends v.ObjectEntries>(
  wanted: string,
  entries: E,
  spare?: string,
  elsewhere?: ReadonlyMap<string, string>,
): MapSchema<E> {
  const allowed = Object.keys(entries);
  const known = new Set(allowed);
  const schema = v.pipe(
    v.custom<Tree>(isMap, (issue) => wrongKind(wanted, issue.input)),
    // Not strictObject: that reports the first unknown key only.
    v.looseObject(entries, "is missing"),
    v.rawCheck(({ dataset, addIssue }) => {
      const input = dataset.value as Tree;
      for (const key of Object.keys(input)) {
        if (known.has(key) || (spare !== undefined && key.startsWith(spare))) continue;
        const message = elsewhere?.get(key) ??
          `unknown key; ${didYouMean(shownKey(key), allowed)}`;
        addIssue({ message, path: [stepTo(input, key, "key")] });
      }
    }),
    // For the JSON Schema; not used for validation.
    v.metadata({ spare }),
  );
  // The cast removes the index signature of a loose object.
  return schema as unknown as MapSchema<E>;
}

/** An error of one entry; without a key it concerns the whole entry. */
export interface EntryError {
  readonly key?: string;
  /** Points at the value of the key, not at the key. */
  readonly atValue?: boolean;
  readonly message: string;
}

/** Adds rules that span several keys of one entry. What is not a map has its diagnostic already. */
export function withRules<S extends v.GenericSchema>(
  schema: S,
  errorsOf: (entry: v.InferOutput<S> & Tree) => readonly EntryError[],
): S {
  const check = v.rawCheck<v.InferOutput<S>>(({ dataset: { value }, addIssue }) => {
    if (!isMap(value)) return;
    for (const { key, atValue = false, message } of errorsOf(value)) {
      if (key === undefined) addIssue({ message });
      else addIssue({ message, path: [stepTo(value, key, atValue ? "value" : "key")] });
    }
  });
  return v.pipe(schema, check) as unknown as S;
}

/** A step of an issue's path that points at a key or at its value. */
function stepTo(input: Tree, key: string, origin: "key" | "value"): v.ObjectPathItem {
  return { type: "object", origin, input, key, value: undefined } as v.ObjectPathItem;
}

/** True for what YAML calls a map. */
export function isMap(input: unknown): input is Tree {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

/** Shows only kinds, never values, because a misplaced text may be a secret. */
function wrongKind(wanted: string, input: unknown): string {
  if (input === null || input === undefined) return "has no value";
  const got = Array.isArray(input) ? "a list" : isMap(input) ? "a map" : "text";
  return `expected ${wanted}, got ${got}`;
}
