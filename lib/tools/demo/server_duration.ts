/** Durations as the server reads and writes them: those of Go, plus days. */

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** Go counts nanoseconds in 64 bits, so the maximum is about 292 years. */
const MAX_SECONDS = 2 ** 63 / 1e9;

/** Parses a `ttl` into whole seconds. Throws Error with the server's own message. */
export function parseTtl(value: unknown): number {
  if (value === undefined || value === null || value === "") return 0;
  if (typeof value !== "string" && typeof value !== "number") {
    throw new Error("could not parse duration from input");
  }
  const seconds = Math.trunc(readSeconds(String(value)));
  if (seconds < 0) throw new Error(`cannot provide negative value '${seconds}'`);
  return seconds;
}

/** Formats seconds like Go: "768h0m0s". */
export function formatDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}

/** Go has no unit for days. The server removes a final "d", so sums with days fail. */
function readSeconds(text: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  if (!text.endsWith("d")) return readGoDuration(text);
  const days = text.slice(0, -1);
  if (/^[+-]?\d+$/.test(days)) return Number(days) * 24 * 3600;
  throw new Error(`strconv.ParseInt: parsing ${JSON.stringify(days)}: invalid syntax`);
}

/** Like Go's time.ParseDuration: signed sums of numbers with units, such as "1h30m". */
function readGoDuration(text: string): number {
  const quoted = JSON.stringify(text);
  const [, sign, sum] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  let rest = sum ?? "";
  let seconds = 0;
  do {
    const [term, number, unit] = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(rest) ?? [];
    if (term === undefined) throw new Error(`time: invalid duration ${quoted}`);
    if (!unit) throw new Error(`time: missing unit in duration ${quoted}`);
    const factor = UNIT_SECONDS[unit];
    if (factor === undefined) {
      throw new Error(`time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`);
    }
    seconds += Number(number) * factor;
    rest = rest.slice(term.length);
  } while (rest !== "");
  if (seconds > MAX_SECONDS) throw new Error(`time: invalid duration ${quoted}`);
  return sign === "-" ? -seconds : seconds;
}
