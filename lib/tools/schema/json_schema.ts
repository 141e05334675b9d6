/**
 * `vcm.yaml` as a JSON Schema (draft 2020-12) for editors, from the declaration by which it is read
 * and the key docs. It accepts everything that VCM accepts. Rules that span several keys (such as
 * duplicate names) are checked only by `vcm validate`.
 */
import { TARGET_KINDS } from "../../certificate/types.ts";
import { AUTH_KEYS } from "../../config/auth_form.ts";
import type { Keys, MapValue, Value } from "../../config/declaration.ts";
import { fileSchema } from "../../config/schema.ts";
import type { JsonSchema } from "../../config/scalars/scalar.ts";
import { AUTH_METHODS } from "../../config/types.ts";
import { docOf, mapBelow, type MapName, shownDefault } from "./key_docs.ts";

/** Rules that span the keys of one map. */
const RULES: Partial<Readonly<Record<MapName, () => JsonSchema>>> = {
  file: fileRule,
  auth: authRule,
  deploy: targetRule,
  trust: trustRule,
};

/** The schema of a whole file. */
export function jsonSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "vcm.yaml",
    description:
      "The certificates of this host, where they are deployed, and the services that load them.",
    ...mapSchema(fileSchema, "file"),
    $defs: { variable: { type: "string", pattern: "\\$\\{" } },
  };
}

/** The value of a variable is unknown here. */
const VARIABLE: JsonSchema = { $ref: "#/$defs/variable" };

/** @param name The kind of map, if the value is one. */
function valueSchema(value: Value<unknown>, name: MapName): JsonSchema {
  switch (value.kind) {
    case "scalar":
      return { anyOf: [value.editor(), VARIABLE] };
    case "list":
      return listSchema(value.item, value.atLeast, name);
    case "oneOrMore":
      return { anyOf: [valueSchema(value.item, name), listSchema(value.item, 1, name)] };
    case "map":
      return mapSchema(value, name);
    case "shortForm":
      return { anyOf: [valueSchema(value.scalar, name), mapSchema(value.map, name)] };
  }
}

function listSchema(item: Value<unknown>, atLeast: number, name: MapName): JsonSchema {
  const minItems = atLeast > 0 ? atLeast : undefined;
  return { type: "array", items: valueSchema(item, name), minItems };
}

function mapSchema({ keys, spare }: MapValue<unknown>, name: MapName): JsonSchema {
  const required = Object.keys(keys).filter((key) => keys[key]?.isRequired);
  return {
    type: "object",
    properties: keySchemas(keys, name),
    patternProperties: spare === undefined ? undefined : { [`^${spare}`]: {} },
    additionalProperties: false,
    required: required.length > 0 ? required : undefined,
    ...RULES[name]?.(),
  };
}

function keySchemas(keys: Keys, map: MapName): JsonSchema {
  const entries = Object.entries(keys).map(([name, key]) => {
    const { means, example } = docOf(map, name);
    return [name, {
      // Editors do not render Markdown.
      description: means.replaceAll("`", '"'),
      default: shownDefault(key),
      examples: [example],
      ...valueSchema(key.value, mapBelow(map, name)),
    }];
  });
  return Object.fromEntries(entries);
}

/** A file with `include` or `trust` needs no certificates of its own. */
function fileRule(): JsonSchema {
  return {
    required: [],
    anyOf: ["certs", "trust", "include"].map((key) => ({ required: [key] })),
  };
}

/** One of the short forms, or both keys of the long form. */
function targetRule(): JsonSchema {
  const long = { anyOf: [{ required: ["source"] }, { required: ["dest"] }] };
  return {
    oneOf: [...TARGET_KINDS.map((what) => ({ required: [what] })), long],
    dependentRequired: { source: ["dest"], dest: ["source"], pkcs12: ["password_file"] },
  };
}

function trustRule(): JsonSchema {
  return { oneOf: [{ required: ["ca_bundle"] }, { required: ["crl"] }] };
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
