/** Which keys each auth method takes, in the map `auth`. */
import { AUTH_METHODS, type AuthMethod } from "./types.ts";

/** A mistake in the map; without a key it is the map's. */
export interface AuthError {
  readonly key?: string;
  readonly message: string;
}

/** The keys beside `method` that each one takes. */
export const AUTH_KEYS: Readonly<Record<AuthMethod, readonly string[]>> = {
  token: ["token_file"],
  approle: ["mount", "role_id", "secret_id", "secret_id_file", "wrapped_secret_id_file"],
  cert: ["mount", "role"],
  jwt: ["mount", "role", "jwt_file"],
};

const ALL = new Set(AUTH_METHODS.flatMap((method) => AUTH_KEYS[method]));

/** What is wrong with the keys of `auth`, judged by those that are there and by its method. */
export function authErrors(entry: Readonly<Record<string, unknown>>): AuthError[] {
  const method = AUTH_METHODS.find((method) => method === entry["method"]);
  if (method === undefined) return [];
  const strays = Object.keys(entry).filter((key) =>
    ALL.has(key) && !AUTH_KEYS[method].includes(key)
  );
  const invalids: AuthError[] = strays.map((key) => ({
    key,
    message: `is not allowed with "method: ${method}", which takes ${AUTH_KEYS[method].join(", ")}`,
  }));
  const { secret_id, secret_id_file, wrapped_secret_id_file } = entry;
  if (method === "approle" && secret_id !== undefined && secret_id_file !== undefined) {
    invalids.push({
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
    invalids.push({ key: "wrapped_secret_id_file", message });
  }
  if (method === "token" && !("token_file" in entry)) {
    invalids.push({ key: "method", message: `needs "token_file"` });
  }
  return invalids;
}
