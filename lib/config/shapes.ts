/**
 * The building blocks of the schema, with their own messages instead of those of valibot, and how a
 * tree is read by a schema.
 */
import * as v from "valibot";
import { InvalidValue, type Reader } from "./invalid_value.ts";
import { type KeyDiagnostic, shownKey } from "./diagnostic.ts";
import type { RenewalWindow } from "../certificate/types.ts";
import type { Secret } from "../text/secret.ts";
import { didYouMean } from "../text/suggest.ts";
import type { MaintenanceWindow, TlsTrust } from "./types.ts";

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
    withHidden(v.looseObject(entries, "is missing")),
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

/** Keys that valibot drops from what it read, as if they were not there. */
const HIDDEN = ["__proto__", "prototype", "constructor"];

/**
 * Keeps every key, so that the unknown ones are reported. Not strictObject: that reports the first one
 * only.
 */
function withHidden<S extends v.GenericSchema>(schema: S): S {
  return {
    ...schema,
    "~run"(dataset, config) {
      const input = dataset.value as Tree;
      const read = schema["~run"](dataset, config);
      for (const key of HIDDEN) {
        if (!Object.hasOwn(input, key)) continue;
        // An assignment to "__proto__" would set the prototype.
        Object.defineProperty(read.value, key, {
          value: input[key],
          enumerable: true,
          writable: true,
        });
      }
      return read;
    },
  };
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

/** The valid parts of a value with errors: any part may be missing. */
export type Draft<T> = T extends
  string | number | boolean | Secret | RenewalWindow | TlsTrust | MaintenanceWindow ? T
  : T extends readonly (infer Item)[] ? readonly (Draft<Item> | undefined)[]
  : { readonly [Key in keyof T]?: Draft<T[Key]> | undefined };

/** A tree read by a schema. Without diagnostics the draft is complete. */
export interface Reading<T> {
  readonly draft: Draft<T> | undefined;
  readonly diagnostics: readonly KeyDiagnostic[];
}

/** Reads a tree of maps, lists and text by a schema. */
export function readBy<T>(schema: v.GenericSchema<unknown, T>, tree: unknown): Reading<T> {
  const { output, issues = [] } = v.safeParse(schema, tree);
  const diagnostics = issues.map(({ message, path: steps = [] }): KeyDiagnostic => {
    const path = steps.map((step) => step.key as string | number);
    return { path, message, atKey: steps.at(-1)?.origin === "key" };
  });
  return { draft: without(output as Draft<T>, diagnostics), diagnostics };
}

/** Removes the values with a diagnostic from a draft, which is valibot's own copy of the tree. */
export function without<T>(
  draft: Draft<T> | undefined,
  diagnostics: readonly KeyDiagnostic[],
): Draft<T> | undefined {
  for (const { path } of diagnostics) {
    const last = path.at(-1);
    if (last === undefined) return undefined;
    let parent = draft as Record<string | number, unknown> | undefined;
    for (const step of path.slice(0, -1)) parent = parent?.[step] as typeof parent;
    if (typeof parent === "object") parent[last] = undefined;
  }
  return draft;
}
