import assert from "node:assert/strict";
import { expandPattern } from "../../../../lib/observe/site/glob.ts";
import { siteReader } from "../../../support/fixtures_web_servers.ts";
import { pureTest } from "../../../support/pure_test.ts";

const READER = siteReader({
  "/e/b.conf": "",
  "/e/a.conf": "",
  "/e/.hidden.conf": "",
  "/e/a+c.conf": "",
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
];

for (const [pattern, paths] of CASES) {
  pureTest(`the pattern "${pattern}" names ${paths.join(", ") || "nothing"}`, () => {
    assert.deepEqual(expandPattern(pattern, "/e", READER), paths);
  });
}
