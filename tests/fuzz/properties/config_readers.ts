/** Any text where one value is expected: the value, within its bounds, or a mistake in one line. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDuration, parseDuration } from "../../../lib/text/duration.ts";
import { formatRenew } from "../../../lib/certificate/renewal.ts";
import { InvalidValue, oneOf, type Scalar } from "../../../lib/config/scalars/scalar.ts";
import { octal } from "../../../lib/text/octal.ts";
import * as names from "../../../lib/config/scalars/names.ts";
import * as places from "../../../lib/config/scalars/places.ts";
import * as plain from "../../../lib/config/scalars/plain.ts";
import * as services from "../../../lib/config/scalars/services.ts";
import { maintenanceWindow } from "../../../lib/config/scalars/window.ts";
import { formatProbe } from "../../../lib/observe/probe.ts";
import { anyValue } from "../arbitraries/texts.ts";
import { fuzz } from "../fuzz.ts";

const SCALARS: readonly (readonly [string, Scalar<unknown>])[] = Object.entries<object | number>({
  ...names,
  ...places,
  ...plain,
  ...services,
  maintenanceWindow,
  word: oneOf(["reload", "restart"]),
}).flatMap(([name, value]) => isScalar(value) ? [[name, value] as const] : []);

function isScalar(value: object | number): value is Scalar<unknown> {
  return typeof value === "object" && "kind" in value && value.kind === "scalar";
}

const FEW = fc.constantFrom("a-b", "reload", "", "relaod", "__proto__", "x".repeat(2_000));

function readsOrSays(text: string): void {
  for (const [name, { read }] of SCALARS) {
    const value = read(text);
    if (!(value instanceof InvalidValue)) {
      assert.notEqual(value, undefined, name);
      continue;
    }
    assert.match(value.message, /^\P{Cc}+$/u, name);
    assert.ok(value.message.length < 1_500, `${name} says ${value.message.length} letters`);
  }
}

/** What is given back is the same read again, so that a file written from it means the same. */
const FIXED: readonly (readonly [string, Scalar<string>])[] = [
  ["certificateName", names.certificateName],
  ["mount", names.mount],
  ["host", names.host],
  ["uri", names.uri],
  ["otherSan", names.otherSan],
  ["unit", names.unit],
  ["file", places.file],
  ["directory", places.directory],
  ["address", places.address],
  ["signal", services.signal],
];

const written = fc.oneof(
  anyValue,
  fc.stringMatching(/^\/?[a-z.]{0,6}(?:\/{1,2}[a-z.]{0,6}){0,4}\/?$/),
  fc.webUrl({ withFragments: true, withQueryParameters: true, size: "small" }),
  fc.stringMatching(/^\[?[0-9a-fA-F:.]{0,20}\]?(?::\d{1,5})?$/),
);

function readsTheSameAgain(text: string): void {
  for (const [name, { read }] of FIXED) {
    const value = read(text);
    if (!(value instanceof InvalidValue)) assert.deepEqual(read(value), value, name);
  }
}

/** Seconds of the unit below the largest: what the short text leaves out. */
function leftOut(seconds: number): number {
  return seconds >= 86_400 ? 3_600 : seconds >= 3_600 ? 60 : 1;
}

const seconds = fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 9e9 }));

const window = fc.tuple(
  fc.array(fc.constantFrom("Mon", "tue", "Friday", "SUN", "Sat-Mon", "Wed - Thu", "Moon")),
  fc.tuple(fc.nat(25), fc.nat(61), fc.nat(25), fc.nat(61)),
  fc.constantFrom(" ", "", "  "),
).map(([days, times, blank]) => {
  const [a, b, c, d] = times.map((time) => String(time).padStart(2, "0"));
  return `${days.join(",")}${blank}${a}:${b}-${c}:${d}`;
});

export const CONFIG_READERS = [
  fuzz("a reader returns a value or an error of one line", fc.oneof(anyValue, FEW), readsOrSays),
  fuzz("what a reader gives is read as the same again", written, readsTheSameAgain),
  fuzz("a duration that was formatted is read as what it says", seconds, (seconds) => {
    const text = formatDuration(seconds);
    const again = parseDuration(text.replaceAll(" ", "")) ?? 0;
    assert.ok(again <= seconds && seconds - again < leftOut(seconds), `${text} is ${again}`);
    assert.equal(formatDuration(again), text);
    assert.equal(formatRenew({ kind: "duration", seconds }), text);
    assert.equal(parseDuration(String(seconds)), seconds);
  }),
  fuzz(
    "a sum of durations is the sum of its parts",
    fc.array(seconds, { minLength: 1 }),
    (parts) => {
      const sum = parts.reduce((sum, part) => sum + part, 0);
      const text = parts.map((part) => `${part}s`).join("");
      assert.equal(parseDuration(text), sum <= 9_223_372_036 ? sum : undefined);
    },
  ),
  fuzz("a mode is octal and has permission bits only", fc.nat(0o20000), (mode) => {
    const expected = mode <= 0o7777 ? mode : "expected an octal mode";
    for (const text of [octal(mode), mode.toString(8), `0o${mode.toString(8)}`]) {
      const read = plain.fileMode.read(text);
      assert.equal(read instanceof InvalidValue ? read.message.slice(0, 22) : read, expected);
    }
  }),
  fuzz(
    "any mode that is read has permission bits only",
    fc.stringMatching(/^0?o?\d{0,9}$/),
    (text) => {
      const mode = plain.fileMode.read(text);
      assert.ok(mode instanceof InvalidValue || (mode >= 0 && mode <= 0o7777), text);
    },
  ),
  fuzz("a window has days of the week and minutes of the day", window, (text) => {
    const read = maintenanceWindow.read(text);
    if (read instanceof InvalidValue) return;
    const { days, from, to } = read;
    assert.ok(days.length > 0 && days.every((day) => day >= 1 && day <= 7), text);
    assert.deepEqual(days, [...new Set(days)].sort());
    assert.ok(from >= 0 && from < 1_440 && to >= 0 && to <= 1_440 && from !== to, text);
  }),
  fuzz(
    "a place of a probe is read as it is written",
    fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()), fc.integer({ min: 1, max: 65_535 })),
    ([host, port]) => {
      const text = formatProbe({ host, port, timeout: 1 });
      const read = services.endpoint.read(text);
      assert.deepEqual(read instanceof InvalidValue ? read.message : read, { host, port }, text);
    },
  ),
];
