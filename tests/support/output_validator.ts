/** What `--json` prints, held to the schema that `vcm schema --output` prints. */
import { Ajv2020 } from "ajv/dist/2020.js";
import SCHEMA from "../../docs/output.schema.json" with { type: "json" };
import type { Documents } from "../../lib/report/documents/documents.ts";

const validator = new Ajv2020({ allErrors: true });
validator.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const validate = validator.compile(SCHEMA);
validator.addSchema(strict(SCHEMA) as object, "strict");

/**
 * Where and how a text breaks the schema of what the command prints; empty for one document of it
 * that has no key but those in the schema. Throws SyntaxError if it is not one document of JSON.
 */
export function outputMistakes(name: keyof Documents, text: string): string[] {
  const document: unknown = JSON.parse(text);
  const strictly = validator.getSchema(`strict#/$defs/${name}`);
  if (strictly === undefined) throw new Error(`No definition of "${name}"`);
  return [validate, strictly].flatMap((validate) =>
    validate(document)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message, params }) =>
        `${instancePath}: ${message} ${JSON.stringify(params)}`
      )
  );
}

/** The same schema, which forbids keys that it does not know. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, strict(value)]),
  );
  return inner.type === "object" ? { ...inner, additionalProperties: false } : inner;
}
