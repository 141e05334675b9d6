/** Paths of certificates, as configurations write them. */
import { resolve } from "node:path";
import { InvalidValue } from "../../config/invalid_value.ts";
import { readFilePath } from "../../config/read_places.ts";

/** Longest path that Linux opens (PATH_MAX). */
export const MAX_PATH = 4096;

/** Why a path cannot be taken, to follow what names it: `"…" ${problem}`. */
export class OddPath {
  readonly problem: string;

  constructor(problem: string) {
    this.problem = problem;
  }
}

/** The absolute path that is meant, or why that cannot be told. */
export function usedPath(text: string, base: string): string | OddPath {
  if (text.includes("$")) return new OddPath("is put together while the server runs");
  // `data:…` and `engine:…` of nginx, `pkcs11:…` of Apache, `@store/…` of HAProxy.
  if (text === "" || /^(?:[a-z][a-z0-9+.-]*:|@)/i.test(text)) return new OddPath("is no file");
  // What is no UTF-8 was read as that character.
  if (text.includes("\ufffd")) return new OddPath("is not UTF-8");
  if (text.length > MAX_PATH) return new OddPath(`is longer than ${MAX_PATH} characters`);
  const path = readFilePath(resolve(base, text));
  return path instanceof InvalidValue ? new OddPath("is no path that VCM can write to") : path;
}
