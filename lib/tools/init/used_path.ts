/** Paths of certificates in configurations. */
import { resolve } from "node:path";
import { InvalidValue } from "../../config/scalars/scalar.ts";
import { anyFile } from "../../config/scalars/places.ts";

/** The longest path that Linux opens (PATH_MAX). */
export const MAX_PATH = 4096;

/** Why a path with "$" cannot be used. */
export const VARIABLE = "contains a variable of the server";

/** The absolute path, or why it cannot be used, for a message such as `"…" ${message}`. */
export function usedPath(text: string, base: string): string | InvalidValue {
  if (text.includes("$")) return new InvalidValue(VARIABLE);
  // `data:…` and `engine:…` of nginx, `pkcs11:…` of Apache, `@store/…` of HAProxy.
  if (text === "" || /^(?:[a-z][a-z0-9+.-]*:|@)/i.test(text)) {
    return new InvalidValue("is not a file");
  }
  // Bytes that are not UTF-8 were read as this character.
  if (text.includes("\ufffd")) return new InvalidValue("is not UTF-8");
  if (text.length > MAX_PATH) return new InvalidValue(`is longer than ${MAX_PATH} characters`);
  const path = anyFile.read(resolve(base, text));
  return path instanceof InvalidValue
    ? new InvalidValue("is not a path that VCM can write to")
    : path;
}
