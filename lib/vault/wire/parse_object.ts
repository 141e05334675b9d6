/** JSON objects in what a server sends. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** Parses a JSON object. Returns undefined for anything else. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? asObject(value) : undefined;
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as JsonObject
    : {};
}

/** 0 for anything but a number. */
export function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
