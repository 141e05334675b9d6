/** The rules of the JSON Schema that hang on several keys of one map. */
import { AUTH_KEYS } from "../../config/auth_form.ts";
import type { JsonSchema } from "./scalar_forms.ts";
import { AUTH_METHODS } from "../../config/types.ts";
import { WHATS } from "../../certificate/types.ts";

/** A file that includes others need have no certificates of its own. */
export function fileRule(): JsonSchema {
  return { required: [], anyOf: [{ required: ["certs"] }, { required: ["include"] }] };
}

/** One of the short forms, or both keys of the long one. */
export function targetRule(): JsonSchema {
  const long = { anyOf: [{ required: ["source"] }, { required: ["dest"] }] };
  return {
    oneOf: [...WHATS.map((what) => ({ required: [what] })), long],
    dependentRequired: { source: ["dest"], dest: ["source"], pkcs12: ["password_file"] },
  };
}

/** What does not go with a method. */
export function authRule(): JsonSchema {
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
