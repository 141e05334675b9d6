/** Keys of documents, and of the schema that describes them. */

/** All keys in a value, and in what it holds. */
export function keysOf(value: unknown): ReadonlySet<string> {
  return new Set(entriesIn(value).map(([key]) => key));
}

/** All keys that a schema describes, each with its sentences. */
export function propertiesOf(schema: unknown): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [keyword, properties] of entriesIn(schema)) {
    if (keyword !== "properties") continue;
    for (const [key, { description }] of Object.entries(properties as Properties)) {
      found.set(key, [...found.get(key) ?? [], description]);
    }
  }
  return found;
}

/** All words of closed sets in a schema; a number is none. */
export function wordsOf(schema: unknown): ReadonlySet<string> {
  return new Set(
    entriesIn(schema).flatMap(([keyword, value]) =>
      keyword === "enum" || keyword === "const"
        ? [value].flat().filter((word) => typeof word === "string")
        : []
    ),
  );
}

type Properties = Readonly<Record<string, { readonly description: string }>>;

function entriesIn(value: unknown): readonly (readonly [string, unknown])[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(entriesIn);
  return Object.entries(value).flatMap((entry) => [entry, ...entriesIn(entry[1])]);
}
