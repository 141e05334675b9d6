/**
 * `deno task keys`: writes docs/keys.md, the reference of all keys of vcm.yaml, from the schema that
 * reads the file and the key docs. A test fails if the document is out of date.
 */
import type { Example, KeyDoc } from "../lib/tools/schema/key_doc.ts";
import { KEY_DOCS, mapBelow as nameBelow, type MapName } from "../lib/tools/schema/key_docs.ts";
import {
  fileOutline,
  type KeyOutline,
  type MapOutline,
  type Outline,
} from "../lib/tools/schema/outline.ts";
import { scalarForm } from "../lib/tools/schema/scalar_forms.ts";
import { runDeno } from "./command.ts";
import { ROOT } from "./project.ts";

const DOCUMENT = `${ROOT}docs/keys.md`;

const HEAD = `\
# Keys of vcm.yaml

Every key with its type, its default and an example. How they work together is told in
[configuration.md](configuration.md). \`deno task keys\` makes this document from what reads the
file; \`vcm schema\` prints the same for editors.

Values may be quoted or not. Durations are \`30s\`, \`15m\`, \`12h\`, \`14d\`, \`2w\`, sums such as
\`1d12h\`, or a bare number of seconds. Paths are absolute. Keys of the top level that begin with
\`x-\` are free for anchors.
`;

if (import.meta.main) await Deno.writeTextFile(DOCUMENT, await keysDocument());

/** The text of the document, as \`deno fmt\` has it. Needs to run Deno. */
export async function keysDocument(): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".md" });
  try {
    await Deno.writeTextFile(path, [HEAD, ...sections(fileOutline(), "file", "")].join("\n"));
    await runDeno(["fmt", "--quiet", "--config", `${ROOT}deno.json`, path], { cwd: ROOT });
    return await Deno.readTextFile(path);
  } finally {
    await Deno.remove(path);
  }
}

/** @param path Of the map, as messages have it: `certs[].deploy[]`. */
function sections({ keys }: MapOutline, name: MapName, path: string): string[] {
  const docs: Readonly<Record<string, KeyDoc>> = KEY_DOCS[name];
  const rows = keys.map((key) => row(key, docOf(key.name, docs)));
  const heading = path === "" ? "## Top level" : `## \`${path}\``;
  const table = ["| key | type | default | example | means |", "| --- | --- | --- | --- | --- |"];
  const below = keys.flatMap((key) => {
    const found = mapBelow(key.value);
    if (found === undefined) return [];
    const at = `${path === "" ? "" : `${path}.`}${key.name}${found.listed ? "[]" : ""}`;
    return sections(found.map, nameBelow(name, key.name), at);
  });
  return [[heading, "", ...table, ...rows, ""].join("\n"), ...below];
}

function docOf(key: string, docs: Readonly<Record<string, KeyDoc>>): KeyDoc {
  const doc = docs[key];
  if (doc === undefined) throw new Error(`No note on the key "${key}"`);
  return doc;
}

function row({ name, required, value }: KeyOutline, doc: KeyDoc): string {
  const { default: given, otherwise = "" } = doc;
  const fallback = required ? "_required_" : given === undefined ? otherwise : code(given);
  const cells = [`\`${name}\``, typeWords(value), fallback, code(doc.example), doc.means];
  return `| ${cells.join(" | ")} |`;
}

/** The map that a value is, or that its entries are. */
function mapBelow(
  value: Outline,
): { readonly map: MapOutline; readonly listed: boolean } | undefined {
  switch (value.kind) {
    case "scalar":
      return undefined;
    case "map":
      return { map: value, listed: false };
    case "list":
      return value.item.kind === "map" ? { map: value.item, listed: true } : undefined;
    case "oneOf":
      return value.variants.map(mapBelow).find((found) => found !== undefined);
  }
}

/** A type as people say it. */
function typeWords(value: Outline): string {
  switch (value.kind) {
    case "scalar":
      return scalarForm(value.reader).words;
    case "map":
      return "map";
    case "list":
      return `list of ${severalWords(value.item)}`;
    case "oneOf": {
      const [one, other] = value.variants.map((variant) =>
        variant.kind === "list" ? "a list" : typeWords(variant)
      );
      return `${one}, or ${other}`;
    }
  }
}

function severalWords(item: Outline): string {
  if (item.kind !== "scalar") return `${typeWords(item)}s`;
  const { words, many = `${words}s` } = scalarForm(item.reader);
  return many;
}

function code(value: Example): string {
  return `\`${yamlOf(value)}\``;
}

/** A value on one line, as a person would write it. */
function yamlOf(value: Example): string {
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(yamlOf).join(", ")}]`;
  const pairs = Object.entries(value).map(([key, inner]) => `${key}: ${yamlOf(inner)}`);
  return `{ ${pairs.join(", ")} }`;
}
