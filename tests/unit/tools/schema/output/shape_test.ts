/** Shapes hold to their types: each line that is to be an error is one, or this does not compile. */
import assert from "node:assert/strict";
import {
  always,
  COUNT,
  either,
  type Keys,
  list,
  map,
  maybe,
  named,
  type Shape,
  TEXT,
  words,
} from "../../../../../lib/tools/schema/output/shape.ts";
import { pureTest } from "../../../../support/pure_test.ts";

interface Thing {
  readonly name: string;
  readonly size?: number;
}

type Word = "a" | "b";

const name = always("Its name.", TEXT);
const size = maybe("Its size.", COUNT);

pureTest("map() takes a key for each of its type, and no other", () => {
  map<Thing>({ name, size });
  // @ts-expect-error: a key that may be absent is not left out
  map<Thing>({ name });
  // @ts-expect-error: there is no such key
  map<Thing>({ name, size, colour: name });
  // @ts-expect-error: it may be absent
  map<Thing>({ name, size: always("Its size.", COUNT) });
  // @ts-expect-error: it is never absent
  map<Thing>({ name: maybe("Its name.", TEXT), size });
  // @ts-expect-error: it is a number
  map<Thing>({ name, size: maybe("Its size.", TEXT) });
  // @ts-expect-error: of what type it is has to be said
  map({ name, size });
  // @ts-expect-error: the same where keys are gathered
  const keys: Keys<Thing> = { name };
  assert.ok(keys);
});

pureTest("words() takes all words of its type, and no other", () => {
  const all: Shape<Word> = words(["a", "b"]);
  // @ts-expect-error: one is missing
  const few: Shape<Word> = words(["a"]);
  // @ts-expect-error: one is too many
  const many: Shape<Word> = words(["a", "b", "c"]);
  // @ts-expect-error: a set that is closed is not any text
  const any: Shape<Word> = TEXT;
  assert.deepEqual([all, few, many, any].map(({ schema }) => schema), [
    { enum: ["a", "b"] },
    { const: "a" },
    { enum: ["a", "b", "c"] },
    { type: "string" },
  ]);
});

pureTest("either() takes all ways of its type, and no other", () => {
  interface A {
    readonly kind: "a";
  }
  interface B {
    readonly kind: "b";
    readonly name: string;
  }
  const a = map<A>({ kind: always("A.", words(["a"])) });
  const b = map<B>({ kind: always("B.", words(["b"])), name });
  const all: Shape<A | B> = either(a, b);
  // @ts-expect-error: one is missing
  const few: Shape<A | B> = either(a);
  // @ts-expect-error: one is too many
  const many: Shape<A> = either(a, b);
  // @ts-expect-error: the same within a list
  const several: Shape<readonly (A | B)[]> = list(either(a));
  assert.deepEqual(all.schema, { oneOf: [a.schema, b.schema] });
  assert.ok(few && many && several);
});

pureTest("a map requires what is always given, and names what it refers to once", () => {
  const thing = named("thing", "A thing.", map<Thing>({ name, size }));
  interface Pair {
    readonly one: Thing;
    readonly others?: readonly Thing[];
  }
  const { schema, definitions } = map<Pair>({
    one: always("One.", thing),
    others: maybe("The others.", list(thing)),
  });
  const $ref = "#/$defs/thing";
  assert.deepEqual(schema, {
    type: "object",
    properties: {
      one: { description: "One.", $ref },
      others: { description: "The others.", type: "array", items: { $ref } },
    },
    required: ["one"],
  });
  assert.deepEqual(definitions, {
    thing: {
      description: "A thing.",
      type: "object",
      properties: {
        name: { description: "Its name.", type: "string" },
        size: { description: "Its size.", type: "integer", minimum: 0 },
      },
      required: ["name"],
    },
  });
});
