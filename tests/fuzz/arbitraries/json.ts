/** JSON of wrong shapes: any value, and good values in which one place is wrong. */
import fc from "fast-check";
import { wellFormedText } from "./texts.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Values on which `String()` and arithmetic stumble; built from text, as a server sends them. */
const AWKWARD: readonly Json[] = [
  ...[null, true, 0, -1, 0.5, 1e308, "", "0", [], [[]], {}, "-----BEGIN CERTIFICATE-----"],
  ...['{"toString":1,"valueOf":1}', '{"__proto__":{"a":1}}', '{"length":1e9}', "1e999", "-1e999"]
    .map((text) => JSON.parse(text) as Json),
];

/** Any value that JSON can say. */
export const anyJson: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom(...AWKWARD),
  wellFormedText,
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);

/** How a place in a value is changed. */
interface Change {
  /** Which of all places, modulo their number. */
  readonly place: number;
  readonly kind: "replace" | "remove" | "wrap" | "damage";
  readonly value: Json;
  readonly at: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  place: fc.nat(10_000),
  kind: fc.constantFrom("replace", "remove", "wrap", "damage"),
  value: anyJson,
  at: fc.nat(10_000),
});

/** Any of some good values after one or two changes, as text. */
export function damagedJson(...good: readonly unknown[]): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...good), fc.array(change, { minLength: 1, maxLength: 2 }))
    .map(([value, changes]) => JSON.stringify(changes.reduce(applyChange, value as Json)));
}

function applyChange(root: Json, change: Change): Json {
  let left = change.place % countPlaces(root);
  const visit = (value: Json): Json | undefined => {
    if (left-- === 0) return changed(value, change);
    if (Array.isArray(value)) return value.map((item: Json) => visit(item) ?? null);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(([key, item]) => [key, visit(item)] as const);
    return Object.fromEntries(
      entries.flatMap(([key, item]) => item === undefined ? [] : [[key, item]]),
    );
  };
  return visit(root) ?? null;
}

function changed(value: Json, { kind, value: other, at }: Change): Json | undefined {
  switch (kind) {
    case "replace":
      return other;
    case "remove":
      return undefined;
    case "wrap":
      return [value];
    case "damage": {
      if (typeof value !== "string") return other;
      const place = at % (value.length + 1);
      return value.slice(0, place) + String.fromCharCode(33 + at % 94) + value.slice(place + 1);
    }
  }
}

function countPlaces(value: Json): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, item) => sum + countPlaces(item), 1);
}
