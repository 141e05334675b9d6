/** The shapes that the file is made of, each with messages of its own instead of valibot's. */
import * as v from "valibot";
import { InvalidValue, type Reader } from "./mistake.ts";
import { shownKey } from "./key_path.ts";
import { didYouMean } from "../text/suggest.ts";

type Tree = Record<string, unknown>;
type Plain<E extends v.ObjectEntries> = v.ObjectSchema<E, undefined>;
type MapSchema<E extends v.ObjectEntries> = v.GenericSchema<
  v.InferInput<Plain<E>>,
  v.InferOutput<Plain<E>>
>;

/** Many keys share a reader, and to make its schema again for each costs 0.7 ms at start. */
const scalars = new Map<Reader<unknown>, v.GenericSchema<string, unknown>>();

/** One scalar: YAML gives it as text, the reader makes it what the field holds. */
export function scalar<T>(read: Reader<T>): v.GenericSchema<string, T> {
  const made = scalars.get(read) ?? makeScalar(read);
  scalars.set(read, made);
  return made as v.GenericSchema<string, T>;
}

function makeScalar<T>(read: Reader<T>): v.GenericSchema<string, T> {
  const schema = v.pipe(
    v.string((issue) => wrongKind("one value", issue.input)),
    // Not rawTransform, which makes a closure for each value: there are tens of thousands.
    v.transform(read),
    v.check(
      (value) => !(value instanceof InvalidValue),
      (issue) => (issue.input as InvalidValue).message,
    ),
  );
  // What is still a mistake did not pass the check.
  return schema as v.GenericSchema<string, T>;
}

/** A key that may be left out. */
export function optional<T>(read: Reader<T>) {
  return v.exactOptional(scalar(read));
}

/** A list; `[]` is one too. */
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
 * A map of the keys given and no others, save those that begin with `spare`.
 *
 * @param elsewhere What to tell of keys that stand in other maps.
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
        addIssue({ message, path: [atKey(input, key)] });
      }
    }),
    // For whoever describes the map; nothing is checked by it.
    v.metadata({ spare }),
  );
  // The cast takes back the index signature that a loose object has.
  return schema as unknown as MapSchema<E>;
}

/** A step of an issue's path that blames the key, whatever its value. */
export function atKey(input: object, key: string): v.ObjectPathItem {
  return { type: "object", origin: "key", input: input as Tree, key, value: undefined };
}

/** A step of an issue's path that blames the value of a key. */
export function atValue(input: object, key: string): v.ObjectPathItem {
  return { ...atKey(input, key), origin: "value" } as v.ObjectPathItem;
}

/** True for what YAML calls a map. */
export function isMap(input: unknown): input is Tree {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

/** Names kinds only, never values: the text in the wrong place may be a secret. */
function wrongKind(wanted: string, input: unknown): string {
  if (input === null || input === undefined) return "has no value";
  const got = Array.isArray(input) ? "a list" : isMap(input) ? "a map" : "text";
  return `expected ${wanted}, got ${got}`;
}
