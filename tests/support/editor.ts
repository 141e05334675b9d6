/** A file as an editor sees it: values have the types of YAML 1.2, and a JSON Schema validates them. */
import { Ajv2020 } from "ajv/dist/2020.js";
// @ts-types="npm:@types/js-yaml@4.0.9"
import { CORE_SCHEMA, load, Type } from "js-yaml";
import { jsonSchema } from "../../lib/tools/schema/json_schema.ts";

/** `<<: *anchor` */
const MERGE = new Type("tag:yaml.org,2002:merge", {
  kind: "scalar",
  resolve: (text) => text === "<<",
});

const YAML = CORE_SCHEMA.extend({ implicit: [MERGE] });

// Editors know no difference between `.nan` and other numbers; a type may be one of several.
const validator = new Ajv2020({ allErrors: true, allowUnionTypes: true, strictNumbers: false });
const validate = validator.compile(jsonSchema());

/** A text's tree. Throws YAMLException. */
export function editorTree(text: string): unknown {
  return load(text, { schema: YAML });
}

/** Where and how a file's tree breaks the schema; empty for a valid one. */
export function schemaMistakes(tree: unknown): string[] {
  if (validate(tree)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

/** Makes a validator of single values. */
export function validatorOf(schema: object): (value: unknown) => boolean {
  return validator.compile(schema);
}
