/**
 * `deno task schema`: writes docs/output.schema.json, the JSON Schema of what `--json` prints,
 * from the types in lib/report/documents/ and their comments. A test fails if it is out of date.
 */
import { createGenerator } from "ts-json-schema-generator";
import { ROOT } from "./project.ts";

const SCHEMA = `${ROOT}docs/output.schema.json`;

interface Definition {
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Definition>>;
}

if (import.meta.main) await Deno.writeTextFile(SCHEMA, outputSchemaText());

/** The text of the file. */
export function outputSchemaText(): string {
  const { definitions } = createGenerator({
    path: `${ROOT}lib/report/documents/documents.ts`,
    type: "Documents",
    jsDoc: "extended",
    // New keys may come at any time.
    additionalProperties: true,
    // "deno check" does that.
    skipTypeCheck: true,
    sortProps: false,
    encodeRefs: false,
  }).createSchema("Documents");
  const named = Object.fromEntries(
    Object.entries(translated(definitions)).map(([type, found]) => [nameOf(type), found]),
  );
  const { documents, ...shared } = named;
  const commands = Object.entries(documents?.properties ?? {}).map(([name, document]) => {
    const { $ref, description } = document;
    // A document of several commands is defined by the name of the first one.
    return [name, $ref === refTo(name) ? { ...shared[name], description } : document] as const;
  });
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "vcm --json",
    description: "What vcm prints with --json: times are in UTC; sentences for people may change.",
    anyOf: commands.map(([name]) => ({ $ref: refTo(name) })),
    $defs: { ...shared, ...Object.fromEntries(commands) },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** From draft-07 to draft 2020-12. */
function translated(definitions: unknown): Readonly<Record<string, Definition>> {
  return JSON.parse(JSON.stringify(definitions), (key, value) => {
    if (key === "$ref") return refTo(nameOf(value.replace("#/definitions/", "")));
    if (value?.anyOf === undefined) return value;
    // Variants exclude each other: `kind` or `manager` has a value of its own in each.
    const { anyOf: oneOf, ...rest } = value;
    return { oneOf, ...rest };
  });
}

/** `CertificateStateJson` is `certificateState`, and `RunDocument` is `run`. */
function nameOf(type: string): string {
  return type.charAt(0).toLowerCase() + type.slice(1).replace(/(?:Json|Document)$/, "");
}

function refTo(name: string): string {
  return `#/$defs/${name}`;
}
