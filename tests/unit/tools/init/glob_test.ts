import assert from "node:assert/strict";
import { expandPattern } from "../../../../lib/tools/init/glob.ts";
import { siteReader } from "../../../support/fixtures_web_servers.ts";
import { pureTest } from "../../../support/pure_test.ts";

const READER = siteReader({
  "/e/b.conf": "",
  "/e/a.conf": "",
  "/e/.hidden.conf": "",
  "/e/a+c.conf": "",
  "/s/]x": "",
  "/s/aaab": "",
  "/s/[x": "",
  "/e/d1/x": "",
  "/e/d2/x": "",
  "/e/d2/y": "",
});

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ["*.conf", ["/e/a+c.conf", "/e/a.conf", "/e/b.conf"]],
  ["/e/*.conf", ["/e/a+c.conf", "/e/a.conf", "/e/b.conf"]],
  ["a.conf", ["/e/a.conf"]],
  ["a+*.conf", ["/e/a+c.conf"]],
  ["./a.con?", ["/e/a.conf"]],
  ["[ab].conf", ["/e/a.conf", "/e/b.conf"]],
  ["[!a]*.conf", ["/e/b.conf"]],
  [".*.conf", ["/e/.hidden.conf"]],
  ["d*/x", ["/e/d1/x", "/e/d2/x"]],
  ["d[1-2]/?", ["/e/d1/x", "/e/d2/x", "/e/d2/y"]],
  ["[z-a].conf", []],
  ["no.conf", []],
  ["no/*.conf", []],
  ["a.conf/*", []],
  ["*", ["/e/a+c.conf", "/e/a.conf", "/e/b.conf", "/e/d1", "/e/d2"]],
  ["**.conf**", ["/e/a+c.conf", "/e/a.conf", "/e/b.conf"]],
  ["*a*f", ["/e/a+c.conf", "/e/a.conf"]],
  ["*.con", []],
  ["/s/*a*b", ["/s/aaab"]],
  ["/s/a*aab", ["/s/aaab"]],
  ["/s/a*aaab", []],
  ["/s/[]a]*", ["/s/]x", "/s/aaab"]],
  ["/s/[^a]x", ["/s/[x", "/s/]x"]],
  ["/s/[x", ["/s/[x"]],
  ["/s/[c-z]*", []],
];

for (const [pattern, paths] of CASES) {
  pureTest(`the pattern "${pattern}" names ${paths.join(", ") || "nothing"}`, () => {
    assert.deepEqual(expandPattern(pattern, "/e", READER), paths);
  });
}

pureTest("a pattern with many stars is fast, however little of a name is missing", () => {
  const files = Object.fromEntries(
    Array.from({ length: 200 }, (_, at) => [`/l/${"a".repeat(240)}${at}`, ""]),
  );
  for (const stars of [13, 120, 2000]) {
    assert.deepEqual(expandPattern(`/l/${"*a".repeat(stars)}*b`, "/", siteReader(files)), []);
  }
});

pureTest("a pattern that is longer than a path can be is refused", () => {
  assert.equal(
    expandPattern(`/e/${"*".repeat(4096)}`, "/", READER),
    "is longer than 4096 characters",
  );
});
