/** YAML that is nested: deep, and by anchors that hold one another. */
import fc from "fast-check";

/** What opens one level, and what closes it. */
const LEVELS: readonly (readonly [open: string, close: string])[] = [
  ["[", "]"],
  ["{a: ", "}"],
  ["- ", ""],
  ["? ", ""],
  ["[[x], ", "]"],
  ["certs: [{service: [", "]}]"],
];

/** Levels upon levels, closed or not. */
export const deepDocument: fc.Arbitrary<string> = fc.record({
  level: fc.constantFrom(...LEVELS),
  before: fc.constantFrom(
    "",
    "certs: ",
    "x-a: ",
    "config: {pki: p, pki: q}\ncerts: ",
    "a: *b\nc: ",
  ),
  depth: fc.oneof(fc.nat(200), fc.nat(10_000)),
  closed: fc.boolean(),
}).map(({ level: [open, close], before, depth, closed }) =>
  before + open.repeat(depth) + (closed ? close.repeat(depth) : "")
);

/** Each anchor holds the one before it several times, so that what is meant grows by powers. */
export const tower: fc.Arbitrary<string> = fc.record({
  height: fc.integer({ min: 1, max: 40 }),
  width: fc.integer({ min: 1, max: 4 }),
  kind: fc.constantFrom("merge", "list", "map"),
  end: fc.constantFrom("certs: [*top]", "certs:\n  - *top", "certs: *top", "config: *top"),
}).map(({ height, width, kind, end }) => {
  const floors = Array.from({ length: height }, (_, at) => {
    const below = Array(width).fill(`*f${at}`).join(", ");
    const holds = kind === "merge"
      ? `{<<: [${below}], k${at}: v}`
      : kind === "list"
      ? `[${below}]`
      : `{${Array.from({ length: width }, (_, key) => `k${key}: *f${at}`).join(", ")}}`;
    return `x-${at}: &f${at + 1} ${holds}\n`;
  });
  const top = end.replace("*top", `*f${height}`);
  return `x-base: &f0 {ttl: 1x}\n${floors.join("")}${top}\n`;
});
