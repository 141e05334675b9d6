import assert from "node:assert/strict";
import { formatDuration, parseTtl } from "../../../../lib/tools/demo/server_duration.ts";

Deno.test("parseTtl() reads what the server reads", () => {
  const table: readonly [unknown, number][] = [
    [undefined, 0],
    [null, 0],
    ["", 0],
    ["3600", 3600],
    [3600, 3600],
    ["+5s", 5],
    ["90d", 90 * 86_400],
    ["1h30m", 5400],
    ["1.5h", 5400],
    [".5h", 1800],
    ["100ms", 0],
  ];
  for (const [text, seconds] of table) assert.equal(parseTtl(text), seconds, String(text));
});

Deno.test("parseTtl() refuses in the server's words", () => {
  const table: readonly [unknown, string][] = [
    ["xyz", 'time: invalid duration "xyz"'],
    ["15x", 'time: unknown unit "x" in duration "15x"'],
    ["1d12h", 'time: unknown unit "d" in duration "1d12h"'],
    ["1h2d", 'strconv.ParseInt: parsing "1h2": invalid syntax'],
    ["3600.5", 'time: missing unit in duration "3600.5"'],
    ["9999999h", 'time: invalid duration "9999999h"'],
    ["-5s", "cannot provide negative value '-5'"],
    ["-1d", "cannot provide negative value '-86400'"],
    [true, "could not parse duration from input"],
  ];
  for (const [text, message] of table) assert.throws(() => parseTtl(text), { message });
});

Deno.test("formatDuration() writes as Go does", () => {
  const table: readonly [number, string][] = [
    [0, "0s"],
    [45, "45s"],
    [60, "1m0s"],
    [3600, "1h0m0s"],
    [2_764_805, "768h0m5s"],
  ];
  for (const [seconds, text] of table) assert.equal(formatDuration(seconds), text);
});
