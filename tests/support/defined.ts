/** A value without its keys that are undefined, which are the same to the code as missing ones. */
export function defined<T>(value: T): T {
  return clean(value) as T;
}

function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== "object" || value === null) return value;
  // Not instances of classes, such as secrets.
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const parts = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(parts.map(([key, part]) => [key, clean(part)]));
}
