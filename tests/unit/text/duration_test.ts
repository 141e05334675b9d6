import assert from "node:assert/strict";
import { formatDuration, parseDuration } from "../../../lib/text/duration.ts";
import { pureTest } from "../../support/pure_test.ts";

pureTest("parseDuration() reads units, sums and bare seconds", () => {
  const cases: Record<string, number> = {
    "30s": 30,
    "15m": 900,
    "12h": 43_200,
    "14d": 1_209_600,
    "2w": 1_209_600,
    "1d12h": 129_600,
    "1h30m15s": 5_415,
    "3600": 3_600,
    "9223372036": 9_223_372_036,
  };
  for (const [text, seconds] of Object.entries(cases)) {
    assert.equal(parseDuration(text), seconds, text);
  }
});

pureTest("parseDuration() refuses what is none, nothing, or more than Vault can hold", () => {
  const refused = [
    ...[
      "",
      "0",
      "0d",
      "14x",
      "14D",
      "1.5h",
      "-1d",
      "d",
      "1d 12h",
      " 1d",
      "1d12",
      "1e3",
      "d1",
      "33%",
    ],
    ...["9223372037", "99999999999999999999d", "1d\n"],
  ];
  for (const text of refused) assert.equal(parseDuration(text), undefined, text);
});

pureTest("formatDuration() gives the largest unit and the one below it", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0s"],
    [45, "45s"],
    [90, "1m 30s"],
    [3_600, "1h"],
    [3_605, "1h"],
    [792_000, "9d 4h"],
    [792_061, "9d 4h"],
    [10_368_000, "120d"],
    [0.9, "0s"],
    [-90.5, "-1m 30s"],
  ];
  for (const [seconds, text] of cases) assert.equal(formatDuration(seconds), text);
});
