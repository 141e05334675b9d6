/** The reader of what `include` names. */
import { expected, type InvalidValue } from "./mistake.ts";
import { hasControlCharacter } from "../text/quote.ts";

/** The path of a file, or a pattern with `*` in its last part, relative or absolute. */
export function readInclude(text: string): string | InvalidValue {
  const slash = text.lastIndexOf("/");
  const [directory, name] = [text.slice(0, slash + 1), text.slice(slash + 1)];
  if (name === "" || name === "." || name === ".." || hasControlCharacter(text)) {
    return expected(`a file or a pattern such as "conf.d/*.yaml"`, text);
  }
  if (directory.includes("*") || name.includes("**")) {
    return expected(`a single "*" in the last part only, as in "conf.d/*.yaml"`, text);
  }
  if (name.includes("*") && /[?[\]{}]/.test(name)) {
    return expected(`no wildcard but "*"`, text);
  }
  return text;
}
