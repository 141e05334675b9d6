/** The keys that each auth method takes, in the map `auth`. */
import type { EntryError } from "./shapes.ts";
import { AUTH_METHODS, type AuthMethod } from "./types.ts";

/** The keys besides `method`. */
export const AUTH_KEYS: Readonly<Record<AuthMethod, readonly string[]>> = {
  token: ["token_file"],
  approle: ["mount", "role_id", "secret_id", "secret_id_file", "wrapped_secret_id_file"],
  cert: ["mount", "role"],
  jwt: ["mount", "role", "jwt_file"],
};

const ALL = new Set(AUTH_METHODS.flatMap((method) => AUTH_KEYS[method]));

/** Errors of the keys of `auth`, given its method. */
export function authErrors(entry: Readonly<Record<string, unknown>>): EntryError[] {
  const method = AUTH_METHODS.find((method) => method === entry["method"]);
  if (method === undefined) return [];
  const strays = Object.keys(entry).filter((key) =>
    ALL.has(key) && !AUTH_KEYS[method].includes(key)
  );
  const errors: EntryError[] = strays.map((key) => ({
    key,
    message: `is not allowed with "method: ${method}", which takes ${AUTH_KEYS[method].join(", ")}`,
  }));
  const { secret_id, secret_id_file, wrapped_secret_id_file } = entry;
  if (method === "approle" && secret_id !== undefined && secret_id_file !== undefined) {
    errors.push({
      key: "secret_id_file",
      message: `cannot be combined with "secret_id"; use one of them`,
    });
  }
  if (
    method === "approle" && wrapped_secret_id_file !== undefined && !("secret_id_file" in entry)
  ) {
    const message =
      `needs "secret_id_file": the token can be unwrapped only once, and the secret ` +
      "id is kept in that file";
    errors.push({ key: "wrapped_secret_id_file", message });
  }
  if (method === "token" && !("token_file" in entry)) {
    errors.push({ key: "method", message: `needs "token_file"` });
  }
  return errors;
}
