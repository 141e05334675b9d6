/** Paths of certificates in configurations. */
import { resolve } from "node:path";
import { InvalidValue } from "../../config/invalid_value.ts";
import { readFilePath } from "../../config/read_places.ts";

/** The longest path that Linux opens (PATH_MAX). */
export const MAX_PATH = 4096;

/** Why a path cannot be used, for a message such as `"…" ${problem}`. */
export class UnusablePath {
  readonly problem: string;

  constructor(problem: string) {
    this.problem = problem;
  }
}

/** The absolute path, or why there is none. */
export function usedPath(text: string, base: string): string | UnusablePath {
  if (text.includes("$")) return new UnusablePath("contains a variable of the server");
  // `data:…` and `engine:…` of nginx, `pkcs11:…` of Apache, `@store/…` of HAProxy.
  if (text === "" || /^(?:[a-z][a-z0-9+.-]*:|@)/i.test(text)) {
    return new UnusablePath("is not a file");
  }
  // Bytes that are not UTF-8 were read as this character.
  if (text.includes("\ufffd")) return new UnusablePath("is not UTF-8");
  if (text.length > MAX_PATH) return new UnusablePath(`is longer than ${MAX_PATH} characters`);
  const path = readFilePath(resolve(base, text));
  return path instanceof InvalidValue
    ? new UnusablePath("is not a path that VCM can write to")
    : path;
}
