/**
 * The outline of the schema: what keys there are, where, and which reader has the say of each. It is
 * taken from the schema that validates, and this is the only file that looks into valibot's insides.
 */
import type { Reader } from "../../config/invalid_value.ts";
import { fileSchema } from "../../config/schema.ts";

export interface ScalarOutline {
  readonly kind: "scalar";
  readonly reader: Reader<unknown>;
}

export interface ListOutline {
  readonly kind: "list";
  readonly item: Outline;
  readonly atLeast: number;
}

export interface KeyOutline {
  readonly name: string;
  readonly required: boolean;
  readonly value: Outline;
}

export interface MapOutline {
  readonly kind: "map";
  readonly keys: readonly KeyOutline[];
  /** Keys that begin with this are free. */
  readonly spare?: string;
}

/** What a value may be; `either` is one of several. */
export type Outline =
  | ScalarOutline
  | ListOutline
  | MapOutline
  | { readonly kind: "either"; readonly ways: readonly Outline[] };

/** As much of a schema, or of an action behind it, as is looked at here. */
interface Piece {
  readonly type: string;
  readonly pipe?: readonly Piece[];
  /** Of an object. */
  readonly entries?: Readonly<Record<string, Piece>>;
  /** Of an array. */
  readonly item?: Piece;
  /** Of a key that may be left out. */
  readonly wrapped?: Piece;
  /** Of a lazy one. */
  readonly getter?: (input: unknown) => Piece;
  /** Of `transform`. */
  readonly operation?: Reader<unknown>;
  /** Of `minLength`. */
  readonly requirement?: number;
  readonly metadata?: { readonly spare?: string };
}

/** The outline of a whole file. Throws where the schema has a piece that is not known here. */
export function fileOutline(): MapOutline {
  const outline = outlineOf(fileSchema as unknown as Piece);
  if (outline.kind !== "map") throw new Error("The schema of a file is no map");
  return outline;
}

function outlineOf(schema: Piece): Outline {
  const pieces = flat(schema);
  const find = (type: string) => pieces.find((piece) => piece.type === type);
  const getter = find("lazy")?.getter;
  if (getter !== undefined) return waysOf(getter);
  const entries = find("loose_object")?.entries;
  if (entries !== undefined) {
    const spare = find("metadata")?.metadata?.spare;
    const keys = Object.entries(entries).map(([name, value]) => keyOf(name, value));
    return { kind: "map", keys, ...(spare !== undefined && { spare }) };
  }
  const item = find("array")?.item;
  if (item !== undefined) {
    const atLeast = find("min_length")?.requirement ?? 0;
    return { kind: "list", item: outlineOf(item), atLeast };
  }
  // The first: a form in short makes more of what its reader has read.
  const reader = find("transform")?.operation;
  if (find("string") !== undefined && reader !== undefined) return { kind: "scalar", reader };
  throw new Error(`Cannot outline a schema of ${pieces.map(({ type }) => type).join(", ")}`);
}

/** A schema and all that is piped behind it, in order. */
function flat(schema: Piece): readonly Piece[] {
  return schema.pipe === undefined ? [schema] : schema.pipe.flatMap(flat);
}

function keyOf(name: string, value: Piece): KeyOutline {
  const optional = value.type === "exact_optional" ? value.wrapped : undefined;
  return { name, required: optional === undefined, value: outlineOf(optional ?? value) };
}

/** A lazy schema decides by the kind of its input, so it is asked for one of each kind. */
function waysOf(getter: (input: unknown) => Piece): Outline {
  const schemas = new Set(["", [], {}].map(getter));
  const [only, ...others] = [...schemas].map(outlineOf);
  // It may be lazy only because few files have it.
  if (only !== undefined && others.length === 0) return only;
  return { kind: "either", ways: [...schemas].map(outlineOf) };
}
