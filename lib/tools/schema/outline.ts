/**
 * The outline of the schema: which keys exist, where, and which reader parses each. It is derived
 * from the schema that validates. This is the only file that looks into the internals of valibot.
 */
import type { Reader } from "../../config/invalid_value.ts";
import { fileSchema } from "../../config/schema.ts";

export interface KeyOutline {
  readonly name: string;
  readonly required: boolean;
  readonly value: Outline;
}

export interface MapOutline {
  readonly kind: "map";
  readonly keys: readonly KeyOutline[];
  /** Keys with this prefix are free. */
  readonly spare: string | undefined;
}

/** What a value may be; `oneOf`: one of several variants. */
export type Outline =
  | { readonly kind: "scalar"; readonly reader: Reader<unknown> }
  | { readonly kind: "list"; readonly item: Outline; readonly atLeast: number }
  | MapOutline
  | { readonly kind: "oneOf"; readonly variants: readonly Outline[] };

/** The parts of a schema, or of an action in its pipe, that are used here. */
interface Piece {
  readonly type: string;
  readonly pipe?: readonly Piece[];
  /** Of an object. */
  readonly entries?: Readonly<Record<string, Piece>>;
  /** Of an array. */
  readonly item?: Piece;
  /** Of an optional key. */
  readonly wrapped?: Piece;
  /** Of a lazy one. */
  readonly getter?: (input: unknown) => Piece;
  /** Of `transform`. */
  readonly operation?: Reader<unknown>;
  /** Of `minLength`. */
  readonly requirement?: number;
  readonly metadata?: { readonly spare?: string };
}

/** The outline of a whole file. Throws if the schema has an unknown part. */
export function fileOutline(): MapOutline {
  const outline = outlineOf(fileSchema as unknown as Piece);
  if (outline.kind !== "map") throw new Error("The schema of a file is not a map");
  return outline;
}

function outlineOf(schema: Piece): Outline {
  const pieces = flat(schema);
  const find = (type: string) => pieces.find((piece) => piece.type === type);
  const getter = find("lazy")?.getter;
  if (getter !== undefined) return variantsOf(getter);
  const entries = find("loose_object")?.entries;
  if (entries !== undefined) {
    const keys = Object.entries(entries).map(([name, value]) => keyOf(name, value));
    return { kind: "map", keys, spare: find("metadata")?.metadata?.spare };
  }
  const item = find("array")?.item;
  if (item !== undefined) {
    const atLeast = find("min_length")?.requirement ?? 0;
    return { kind: "list", item: outlineOf(item), atLeast };
  }
  // The first one: a short form transforms what its reader has read.
  const reader = find("transform")?.operation;
  if (find("string") !== undefined && reader !== undefined) return { kind: "scalar", reader };
  throw new Error(`Cannot outline a schema of ${pieces.map(({ type }) => type).join(", ")}`);
}

/** A schema and its pipe, in order. */
function flat(schema: Piece): readonly Piece[] {
  return schema.pipe === undefined ? [schema] : schema.pipe.flatMap(flat);
}

function keyOf(name: string, value: Piece): KeyOutline {
  const optional = value.type === "exact_optional" ? value.wrapped : undefined;
  return { name, required: optional === undefined, value: outlineOf(optional ?? value) };
}

/**
 * A lazy schema depends on the kind of its input, so it is evaluated with one input of each kind.
 */
function variantsOf(getter: (input: unknown) => Piece): Outline {
  const variants = [...new Set(["", [], {}].map(getter))].map(outlineOf);
  const [only, ...others] = variants;
  // It may be lazy only because it is rarely needed.
  return only !== undefined && others.length === 0 ? only : { kind: "oneOf", variants };
}
