/** Request bodies, parsed as loosely as by the server. */
import { messageOf } from "../../vault/errors.ts";
import { parseTtl } from "./server_duration.ts";

/** A parsed JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of an `issue` request that the demo server knows. */
export interface IssueFields {
  readonly commonName: string;
  readonly altNames: readonly string[];
  readonly ipSans: readonly string[];
  /** Whole seconds. 0: the default of the role. */
  readonly ttlSeconds: number;
  readonly format: string;
  readonly privateKeyFormat: string;
  readonly excludeCommonName: boolean;
  readonly removeRoot: boolean;
  /** Sorted names of unknown fields. */
  readonly unknown: readonly string[];
}

/** Parses a request body. Throws Error with the server's message if a field has a wrong type. */
export function readIssueFields(fields: Fields): IssueFields {
  const known = new Set<string>();
  const read = <T>(name: string, reader: (value: unknown) => T): T => {
    known.add(name);
    try {
      return reader(fields[name] ?? undefined);
    } catch (error) {
      throw new Error(
        `Field validation failed: error converting input for field "${name}": ${messageOf(error)}`,
        { cause: error },
      );
    }
  };
  const request = {
    commonName: read("common_name", readText),
    altNames: splitList(read("alt_names", readText)),
    ipSans: read("ip_sans", readList),
    ttlSeconds: read("ttl", parseTtl),
    format: fields.format === undefined ? "pem" : read("format", readText),
    privateKeyFormat: read("private_key_format", readText),
    excludeCommonName: read("exclude_cn_from_sans", readBoolean),
    removeRoot: read("remove_roots_from_chain", readBoolean),
  };
  return { ...request, unknown: Object.keys(fields).filter((name) => !known.has(name)).sort() };
}

function readText(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "object") {
    const type = Array.isArray(value) ? "[]interface {}" : "map[string]interface {}";
    throw new Error(`'' expected type 'string', got unconvertible type '${type}'`);
  }
  return String(value);
}

function readList(value: unknown): string[] {
  return Array.isArray(value)
    ? value.map((item) => readText(item).trim())
    : splitList(readText(value));
}

function readBoolean(value: unknown): boolean {
  const text = readText(value).toLowerCase();
  if (["1", "t", "true"].includes(text)) return true;
  if (["", "0", "f", "false"].includes(text)) return false;
  throw new Error("'' cannot parse value as 'bool': strconv.ParseBool: invalid syntax");
}

function splitList(text: string): string[] {
  return text === "" ? [] : text.split(",").map((item) => item.trim());
}

/** Parses a body. An empty one is an empty object. Throws Error with the server's message. */
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

/** Go distinguishes an early end from a wrong character. The rest of its wording is not copied. */
function describe(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : "";
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? 0);
  const ended = /end of JSON|Unterminated/.test(message) || position >= text.length;
  return ended
    ? "unexpected EOF"
    : `invalid character '${text.charAt(position)}' looking for beginning of value`;
}
