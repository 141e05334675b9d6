/** Reads a tree of maps, lists and text by a declaration, and reports all errors at once. */
import { InvalidValue, type Scalar } from "./scalars/scalar.ts";
import type { EntryError, MapValue, Value } from "./declaration.ts";
import { type KeyDiagnostic, shownKey } from "./diagnostic.ts";
import type { RenewalWindow } from "../certificate/types.ts";
import type { Secret } from "../text/secret.ts";
import type { Lifetime } from "./scalars/plain.ts";
import { didYouMean } from "../text/suggest.ts";
import type { MaintenanceWindow, TlsTrust } from "./types.ts";

/** The valid parts of a value with errors: any part may be missing. */
export type Draft<T> = T extends
  string | number | boolean | Secret | Lifetime | RenewalWindow | TlsTrust | MaintenanceWindow ? T
  : T extends readonly (infer Item)[] ? readonly (Draft<Item> | undefined)[]
  : { readonly [Key in keyof T]?: Draft<T[Key]> | undefined };

/** A tree read by a declaration. Without diagnostics the draft is complete. */
export interface Reading<T> {
  readonly draft: Draft<T> | undefined;
  readonly diagnostics: readonly KeyDiagnostic[];
}

export function readBy<T>(value: Value<T>, tree: unknown): Reading<T> {
  const reader = new TreeReader();
  const draft = orUndefined(reader.read(value, tree)) as Draft<T> | undefined;
  return { draft, diagnostics: reader.diagnostics };
}

/** True for what YAML calls a map. */
export function isMap(input: unknown): input is Readonly<Record<string, unknown>> {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

class TreeReader {
  readonly diagnostics: KeyDiagnostic[] = [];
  /** The way to what is being read. */
  readonly #path: (string | number)[] = [];

  /** The value, without its parts that are not valid; an InvalidValue, which is reported. */
  read(value: Value<unknown>, input: unknown): unknown {
    switch (value.kind) {
      case "scalar":
        return this.#readScalar(value, input);
      case "list":
        if (!Array.isArray(input)) return this.#refuse(wrongKind(value.wanted, input));
        return this.#readList(value.item, input, value.atLeast, value.errorOf);
      case "oneOrMore": {
        if (Array.isArray(input)) return this.#readList(value.item, input, 1);
        const one = this.#readScalar(value.item, input);
        return one instanceof InvalidValue ? one : [one];
      }
      case "map":
        if (!isMap(input)) return this.#refuse(wrongKind(value.wanted, input));
        return this.#readMap(value, input);
      case "shortForm": {
        if (typeof input !== "string") return this.read(value.map, input);
        const short = this.#readScalar(value.scalar, input);
        return short instanceof InvalidValue ? short : value.expand(short);
      }
    }
  }

  #readScalar({ read }: Scalar<unknown>, input: unknown): unknown {
    if (typeof input !== "string") return this.#refuse(wrongKind("one value", input));
    const value = read(input);
    return value instanceof InvalidValue ? this.#refuse(value.message) : value;
  }

  #readList(
    item: Value<unknown>,
    input: readonly unknown[],
    atLeast: number,
    errorOf?: (list: unknown) => string | undefined,
  ): unknown {
    if (input.length < atLeast) return this.#refuse("must have at least one entry");
    const before = this.diagnostics.length;
    const list = input.map((one, index) => orUndefined(this.#readAt(index, item, one)));
    const error = this.diagnostics.length === before ? errorOf?.(list) : undefined;
    return error === undefined ? list : this.#refuse(error);
  }

  #readMap(declared: MapValue<unknown>, input: Readonly<Record<string, unknown>>): unknown {
    const { keys, errorsOf } = declared;
    const entry: Record<string, unknown> = {};
    for (const name in keys) {
      if (!keys[name]?.isRequired || Object.hasOwn(input, name)) continue;
      this.diagnostics.push({ path: [...this.#path, name], message: "is missing", atKey: true });
    }
    for (const name of Object.keys(input)) {
      const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
      if (key !== undefined) entry[name] = this.#readAt(name, key.value, input[name]);
      else if (declared.spare === undefined || !name.startsWith(declared.spare)) {
        this.#refuseKey(name, declared);
        // Rules look for keys that are misspelt.
        if (name !== "__proto__") entry[name] = undefined;
      }
    }
    const errors = errorsOf?.(entry) ?? [];
    for (const name in entry) entry[name] = orUndefined(entry[name]);
    return this.#report(errors, entry);
  }

  /** Leaves out what has an error. */
  #report(errors: readonly EntryError[], entry: Record<string, unknown>): unknown {
    let isInvalid = false;
    for (const { key, atValue = false, message } of errors) {
      const path = key === undefined ? [...this.#path] : [...this.#path, key];
      this.diagnostics.push({ path, message, atKey: key !== undefined && !atValue });
      if (key === undefined) isInvalid = true;
      else entry[key] = undefined;
    }
    return isInvalid ? undefined : entry;
  }

  #readAt(step: string | number, value: Value<unknown>, input: unknown): unknown {
    this.#path.push(step);
    const read = this.read(value, input);
    this.#path.pop();
    return read;
  }

  #refuse(message: string): InvalidValue {
    this.diagnostics.push({ path: [...this.#path], message, atKey: false });
    return new InvalidValue(message);
  }

  #refuseKey(name: string, { keys, elsewhere }: MapValue<unknown>): void {
    const message = elsewhere?.get(name) ??
      `unknown key; ${didYouMean(shownKey(name), Object.keys(keys))}`;
    this.diagnostics.push({ path: [...this.#path, name], message, atKey: true });
  }
}

function orUndefined(read: unknown): unknown {
  return read instanceof InvalidValue ? undefined : read;
}

/** Shows only kinds, never values, because a misplaced text may be a secret. */
function wrongKind(wanted: string, input: unknown): string {
  if (input === null || input === undefined) return "has no value";
  const got = Array.isArray(input) ? "a list" : isMap(input) ? "a map" : "text";
  return `expected ${wanted}, got ${got}`;
}

/** Removes the values with a diagnostic from a draft. */
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
