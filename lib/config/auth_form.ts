/** Which keys of `auth` go together, by its method. */
import type { EntryError } from "./declaration.ts";
import { AUTH_METHODS, type AuthMethod } from "./types.ts";

/** The keys of `auth` besides `method`, by its value. */
export const AUTH_KEYS: Readonly<Record<AuthMethod, readonly string[]>> = {
  token: ["token_file"],
  approle: ["mount", "role_id", "secret_id", "secret_id_file", "wrapped_secret_id_file"],
  cert: ["mount", "role"],
  jwt: ["mount", "role", "jwt_file", "jwt_command"],
  kubernetes: ["mount", "role", "jwt_file"],
  none: [],
};

const ALL_AUTH_KEYS = new Set(AUTH_METHODS.flatMap((method) => AUTH_KEYS[method]));

/** Errors of the keys of `auth`, given its method. */
export function authErrors(entry: object): EntryError[] {
  const given = "method" in entry ? entry.method : undefined;
  const method = AUTH_METHODS.find((method) => method === given);
  if (method === undefined) return [];
  const errors: EntryError[] = [];
  const add = (key: string, message: string) => errors.push({ key, message });
  const own = AUTH_KEYS[method];
  for (const key of Object.keys(entry)) {
    if (!ALL_AUTH_KEYS.has(key) || own.includes(key)) continue;
    add(
      key,
      `is not allowed with "method: ${method}", which takes ${own.join(", ") || "no other key"}`,
    );
  }
  if (method === "approle" && "secret_id" in entry && "secret_id_file" in entry) {
    add("secret_id_file", `cannot be combined with "secret_id"; use one of them`);
  }
  if (
    method === "approle" && "wrapped_secret_id_file" in entry && !("secret_id_file" in entry)
  ) {
    add(
      "wrapped_secret_id_file",
      `needs "secret_id_file": the token can be unwrapped only once, and the secret id is kept ` +
        "in that file",
    );
  }
  if (method === "jwt" && "jwt_file" in entry && "jwt_command" in entry) {
    add("jwt_command", `cannot be combined with "jwt_file"; use one of them`);
  }
  if (method === "kubernetes" && !("role" in entry)) add("method", `needs "role"`);
  if (method === "token" && !("token_file" in entry)) add("method", `needs "token_file"`);
  return errors;
}
