/**
 * What the file may contain, as data: maps of keys with their types, defaults and rules. The file is
 * read by it, and its types, the JSON Schema and the reference of keys are made from it.
 */
import type { Scalar } from "./scalars/scalar.ts";

export interface ListValue<T> {
  /** Never set; carries the type, as in the other kinds. */
  readonly type?: T;
  readonly kind: "list";
  readonly item: Value<unknown>;
  /** For messages. */
  readonly wanted: string;
  readonly atLeast: number;
  /** What is wrong with a list of valid entries. */
  errorOf?(list: T): string | undefined;
}

/** One value, or a list of at least one. */
export interface OneOrMore<T> {
  readonly type?: T;
  readonly kind: "oneOrMore";
  readonly item: Scalar<unknown>;
}

export interface MapValue<T> {
  readonly type?: T;
  readonly kind: "map";
  /** For messages. */
  readonly wanted: string;
  readonly keys: Keys;
  /** Keys with this prefix are free. */
  readonly spare?: string;
  /** Messages for keys that belong in other maps. */
  readonly elsewhere?: ReadonlyMap<string, string>;
  /** Errors that span several keys. A value that is not valid by itself is an InvalidValue. */
  errorsOf?(entry: T): readonly EntryError[];
}

/** A map, or a scalar that stands for it. */
export interface ShortForm<T> {
  readonly type?: T;
  readonly kind: "shortForm";
  readonly scalar: Scalar<unknown>;
  readonly map: MapValue<T>;
  expand(value: unknown): T;
}

/** What a key or an entry of a list may be. */
export type Value<T> = Scalar<T> | ListValue<T> | OneOrMore<T> | MapValue<T> | ShortForm<T>;

/** One key of a map. `Fallback` is the type of its default, or undefined if it has none. */
export interface Key<T, IsRequired extends boolean, Fallback> {
  readonly value: Value<T>;
  readonly isRequired: IsRequired;
  readonly default: Fallback;
  /** Its default is the key of the same name under `config`. */
  readonly isInherited: boolean;
}

type AnyKey = Key<unknown, boolean, unknown>;
export type Keys = Readonly<Record<string, AnyKey>>;

/** An error of one entry; without a key it concerns the whole entry. */
export interface EntryError {
  readonly key?: string;
  /** Points at the value of the key, not at the key. */
  readonly atValue?: boolean;
  readonly message: string;
}

type TypeOfKey<K> = K extends Key<infer T, boolean, unknown> ? T : never;
type RequiredOf<K extends Keys> = {
  [P in keyof K]: K[P]["isRequired"] extends true ? P : never;
}[keyof K];
type DefaultedOf<K extends Keys> = {
  [P in keyof K]: K[P]["default"] extends undefined ? never : P;
}[keyof K];

/** What a map with these keys is read as. */
export type EntryOf<K extends Keys> =
  & { readonly [P in RequiredOf<K>]: TypeOfKey<K[P]> }
  & { readonly [P in Exclude<keyof K, RequiredOf<K>>]?: TypeOfKey<K[P]> };

/** What a value is read as. */
export type TypeOf<V> = V extends { readonly type?: infer T } ? T : never;

/** A key that may be left out. */
export function key<T>(value: Value<T>): Key<T, false, undefined>;
export function key<T>(value: Value<T>, fallback: T): Key<T, false, T>;
export function key<T>(value: Value<T>, fallback?: T): Key<T, false, T | undefined> {
  return { value, isRequired: false, default: fallback, isInherited: false };
}

export function required<T>(value: Value<T>): Key<T, true, undefined> {
  return { value, isRequired: true, default: undefined, isInherited: false };
}

/** Several keys of one kind. */
export function keysFor<N extends string, T>(
  names: readonly N[],
  value: Value<T>,
): { readonly [P in N]: Key<T, false, undefined> } {
  const entries = names.map((name) => [name, key(value)]);
  return Object.fromEntries(entries);
}

/** The same keys where they override those of `config`. */
export function inherited<K extends Keys>(
  keys: K,
): { readonly [P in keyof K]: Key<TypeOfKey<K[P]>, false, undefined> } {
  const entries = Object.entries(keys).map(([name, { value }]) => {
    return [name, { ...key(value), isInherited: true }];
  });
  return Object.fromEntries(entries);
}

/** The defaults of those keys that have one. */
export function defaultsOf<K extends Keys>(
  keys: K,
): { readonly [P in DefaultedOf<K>]: TypeOfKey<K[P]> } {
  const entries = Object.entries(keys).flatMap(([name, key]) => {
    return key.default === undefined ? [] : [[name, key.default]];
  });
  return Object.fromEntries(entries);
}

/** A list, which may be empty. */
export function list<T>(item: Value<T>, wanted: string): ListValue<readonly T[]> {
  return { kind: "list", item, wanted, atLeast: 0 };
}

export function oneOrMore<T>(item: Scalar<T>): OneOrMore<readonly T[]> {
  return { kind: "oneOrMore", item };
}

type MapRules<K extends Keys> = Pick<MapValue<EntryOf<K>>, "spare" | "elsewhere" | "errorsOf">;

export function map<K extends Keys>(
  wanted: string,
  keys: K,
  rules: MapRules<K> = {},
): MapValue<EntryOf<K>> & { readonly keys: K } {
  return { kind: "map", wanted, keys, ...rules };
}
