/**
 * `vcm.yaml` as a JSON Schema (draft 2020-12) for editors, from the schema that validates and the
 * key docs. It accepts everything that VCM accepts. Rules that span several keys (such as duplicate
 * names) are checked only by `vcm validate`.
 */
import { TARGET_KINDS } from "../../certificate/types.ts";
import { AUTH_KEYS } from "../../config/schema.ts";
import { AUTH_METHODS } from "../../config/types.ts";
import type { KeyDoc } from "./key_doc.ts";
import { KEY_DOCS, mapBelow, type MapName } from "./key_docs.ts";
import { fileOutline, type KeyOutline, type MapOutline, type Outline } from "./outline.ts";
import { type JsonSchema, scalarForm } from "./scalar_forms.ts";

/** Rules that span the keys of one map. */
const RULES: Partial<Readonly<Record<MapName, () => JsonSchema>>> = {
  file: fileRule,
  auth: authRule,
  deploy: targetRule,
};

/** The schema of a whole file. */
export function jsonSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "vcm.yaml",
    description:
      "The certificates of this host, where they are deployed, and the services that load them.",
    ...mapSchema(fileOutline(), "file"),
    $defs: { variable: { type: "string", pattern: "\\$\\{" } },
  };
}

/** The value of a variable is unknown here. */
const VARIABLE: JsonSchema = { $ref: "#/$defs/variable" };

/** @param name The kind of map, if the value is one. */
function valueSchema(outline: Outline, name: MapName): JsonSchema {
  switch (outline.kind) {
    case "scalar":
      return { anyOf: [scalarForm(outline.reader).schema, VARIABLE] };
    case "list": {
      const { item, atLeast } = outline;
      const minItems = atLeast > 0 ? atLeast : undefined;
      return { type: "array", items: valueSchema(item, name), minItems };
    }
    case "oneOf":
      return { anyOf: outline.variants.map((variant) => valueSchema(variant, name)) };
    case "map":
      return mapSchema(outline, name);
  }
}

function mapSchema({ keys, spare }: MapOutline, name: MapName): JsonSchema {
  const docs: Readonly<Record<string, KeyDoc>> | undefined = KEY_DOCS[name];
  if (docs === undefined) throw new Error(`No docs for the map "${name}"`);
  const required = keys.filter((key) => key.required).map(({ name }) => name);
  return {
    type: "object",
    properties: Object.fromEntries(keys.map((key) => [key.name, keySchema(key, docs, name)])),
    patternProperties: spare === undefined ? undefined : { [`^${spare}`]: {} },
    additionalProperties: false,
    required: required.length > 0 ? required : undefined,
    ...RULES[name]?.(),
  };
}

function keySchema(
  { name, value }: KeyOutline,
  docs: Readonly<Record<string, KeyDoc>>,
  map: MapName,
): JsonSchema {
  const doc = docs[name];
  if (doc === undefined) throw new Error(`No docs for the key "${name}"`);
  return {
    // Editors do not render Markdown.
    description: doc.means.replaceAll("`", '"'),
    default: doc.default,
    examples: [doc.example],
    ...valueSchema(value, mapBelow(map, name)),
  };
}

/** A file with `include` needs no certificates of its own. */
function fileRule(): JsonSchema {
  return { required: [], anyOf: [{ required: ["certs"] }, { required: ["include"] }] };
}

/** One of the short forms, or both keys of the long form. */
function targetRule(): JsonSchema {
  const long = { anyOf: [{ required: ["source"] }, { required: ["dest"] }] };
  return {
    oneOf: [...TARGET_KINDS.map((what) => ({ required: [what] })), long],
    dependentRequired: { source: ["dest"], dest: ["source"], pkcs12: ["password_file"] },
  };
}

/** Keys that a login method does not have. */
function authRule(): JsonSchema {
  const all = [...new Set(Object.values(AUTH_KEYS).flat())];
  return {
    allOf: AUTH_METHODS.map((method) => {
      const strays = all.filter((key) => !AUTH_KEYS[method].includes(key));
      return {
        if: { properties: { method: { const: method } }, required: ["method"] },
        then: { properties: Object.fromEntries(strays.map((key) => [key, false])) },
      };
    }),
  };
}
