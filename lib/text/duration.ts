const UNIT_SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
};

/** Vault stores durations as Go does, in nanoseconds of 63 bits: a little over 292 years. */
const MAX_SECONDS = 9_223_372_036;

/** `30s`, `15m`, `12h`, `14d`, `2w`, sums such as `1d12h`, and a bare number of seconds. */
export const DURATION = /^(?:\d+|(?:\d+[smhdw])+)$/;

/** The seconds; `undefined` for what is no duration, for `0` and for more than Vault can store. */
export function parseDuration(text: string): number | undefined {
  return DURATION.test(text) ? parseLifetime(text) : undefined;
}

/** The same, also with fractions as in Go: `1.5h`. */
export const LIFETIME = /^(?:\d+|(?:\d+(?:\.\d+)?[smhdw])+)$/;

/** The whole seconds of a lifetime; `undefined` if they are not whole, or for what is none. */
export function parseLifetime(text: string): number | undefined {
  if (!LIFETIME.test(text)) return undefined;
  if (/\d$/.test(text)) return inRange(Number(text));
  let seconds = 0;
  for (const [, count, unit = ""] of text.matchAll(/([\d.]+)([smhdw])/g)) {
    seconds += Number(count) * (UNIT_SECONDS[unit] ?? 0);
  }
  // Such as 1.1 times 3,600.
  const whole = Math.round(seconds);
  return Math.abs(seconds - whole) < 1e-6 ? inRange(whole) : undefined;
}

function inRange(seconds: number): number | undefined {
  return seconds > 0 && seconds <= MAX_SECONDS ? seconds : undefined;
}

/** Seconds from 1 s to 1 h. */
export function parseTimeLimit(text: string): number | undefined {
  const seconds = parseDuration(text);
  return seconds !== undefined && seconds <= 3_600 ? seconds : undefined;
}

/** A short text with the two, or more, largest units: `9d 4h`, `45s`. */
export function formatDuration(seconds: number, units = 2): string {
  if (seconds < 0) return `-${formatDuration(-seconds, units)}`;
  const whole = Math.floor(seconds);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3_600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "m"],
    [whole % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return "0s";
  return parts.slice(first, first + units).filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`).join(" ");
}
