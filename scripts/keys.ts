/**
 * `deno task keys`: writes docs/keys.md, the reference of all keys of vcm.yaml, from the declaration
 * by which the file is read and the key docs, and docs/commands.md. A test fails if one of them is
 * out of date.
 */
import type { Keys, MapValue, Value } from "../lib/config/declaration.ts";
import { fileSchema } from "../lib/config/schema.ts";
import {
  docOf,
  mapBelow as nameBelow,
  type MapName,
  shownDefault,
} from "../lib/tools/schema/key_docs.ts";
import { commandsDocument } from "./commands.ts";
import { formatMarkdown } from "./format_markdown.ts";
import { ROOT } from "./project.ts";

const HEAD = `\
# Keys of vcm.yaml

Every key with its type, its default and an example. [configuration.md](configuration.md) explains how
they work together. \`deno task keys\` makes this document from the code that reads the file;
\`vcm schema\` prints the same for editors.

Values may be quoted or not. Durations are \`30s\`, \`15m\`, \`12h\`, \`14d\`, \`2w\`, sums such as
\`1d12h\`, or a bare number of seconds. Paths are absolute. Keys of the top level that begin with
\`x-\` are free for anchors.
`;

if (import.meta.main) {
  await Deno.writeTextFile(`${ROOT}docs/keys.md`, await keysDocument());
  await Deno.writeTextFile(`${ROOT}docs/commands.md`, await commandsDocument());
}

/** The text of the document. Needs to run Deno. */
export function keysDocument(): Promise<string> {
  return formatMarkdown([HEAD, ...sections(fileSchema, "file", "")].join("\n"));
}

/** @param path Of the map, as messages have it: `certs[].deploy[]`. */
function sections({ keys }: MapValue<unknown>, name: MapName, path: string): string[] {
  const rows = Object.entries(keys).map(([key, declared]) => row(name, key, declared));
  const heading = path === "" ? "## Top level" : `## \`${path}\``;
  const table = ["| key | type | default | example | means |", "| --- | --- | --- | --- | --- |"];
  const below = Object.entries(keys).flatMap(([key, { value }]) => {
    const found = mapBelow(value);
    if (found === undefined) return [];
    const at = `${path === "" ? "" : `${path}.`}${key}${value.kind === "list" ? "[]" : ""}`;
    return sections(found, nameBelow(name, key), at);
  });
  return [[heading, "", ...table, ...rows, ""].join("\n"), ...below];
}

function row(map: MapName, name: string, key: Keys[string]): string {
  const { means, example, otherwise = "" } = docOf(map, name);
  const given = shownDefault(key);
  const fallback = given === undefined ? otherwise : code(given);
  const cells = [
    `\`${name}\``,
    typeWords(key.value),
    key.isRequired ? "_required_" : key.isInherited ? "that of `config`" : fallback,
    code(example),
    means,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** The map that a value is, or that its entries are. */
function mapBelow(value: Value<unknown>): MapValue<unknown> | undefined {
  if (value.kind === "map") return value;
  if (value.kind === "shortForm") return value.map;
  return value.kind === "list" ? mapBelow(value.item) : undefined;
}

/** A type as people say it. */
function typeWords(value: Value<unknown>): string {
  switch (value.kind) {
    case "scalar":
      return value.words;
    case "map":
      return "map";
    case "list":
      return `list of ${severalWords(value.item)}`;
    case "oneOrMore":
      return `${value.item.words}, or a list`;
    case "shortForm":
      return `${value.scalar.words}, or map`;
  }
}

function severalWords(item: Value<unknown>): string {
  const many = item.kind === "scalar" ? item.many : undefined;
  return many ?? `${typeWords(item)}s`;
}

function code(value: unknown): string {
  return `\`${yamlOf(value)}\``;
}

/** A value on one line, as a person would write it. */
function yamlOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yamlOf).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, inner]) => `${key}: ${yamlOf(inner)}`);
  return `{ ${pairs.join(", ")} }`;
}
