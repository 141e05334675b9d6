import assert from "node:assert/strict";
import { formatDuration, parseDuration, parseLifetime } from "../../../lib/text/duration.ts";
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

pureTest("parseLifetime() reads fractions that are whole seconds, too", () => {
  const cases: Record<string, number | undefined> = {
    "720h": 2_592_000,
    "1.5h": 5_400,
    "1.1h": 3_960,
    "0.5d": 43_200,
    "1d1.5h": 91_800,
    "3600": 3_600,
    "1.5s": undefined,
    "0.0001h": undefined,
    "0.0h": undefined,
    "1.5": undefined,
    "1.h": undefined,
    ".5h": undefined,
    "1,5h": undefined,
    "292.5w": 176_904_000,
    "99999.5w": undefined,
  };
  for (const [text, seconds] of Object.entries(cases)) {
    assert.equal(parseLifetime(text), seconds, text);
  }
});
