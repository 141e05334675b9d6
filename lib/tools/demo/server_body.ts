/** Request bodies, and what the server says about one that is no JSON object. */
import type { Fields } from "./server_fields.ts";

/** Reads a body, where none is an empty object; throws an Error with the server's text. */
export function parseBody(text: string): Fields {
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`failed to decode JSON input: ${describe(error, text)}`, { cause: error });
  }
  if (value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as Fields;
  const type = Array.isArray(value) ? "array" : typeof value;
  throw new Error(
    `failed to decode JSON input: json: cannot unmarshal ${type} into Go value of type ` +
      "map[string]interface {}",
  );
}

/** Go tells an early end from a wrong character; the rest of its wording is not copied. */
function describe(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : "";
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? 0);
  const ended = /end of JSON|Unterminated/.test(message) || position >= text.length;
  return ended
    ? "unexpected EOF"
    : `invalid character '${text.charAt(position)}' looking for beginning of value`;
}
