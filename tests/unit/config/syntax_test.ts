import assert from "node:assert/strict";
import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnostics, diagnosticsOf } from "./diagnostics.ts";

const EMPTY = `f:1:1: is empty; add at least "certs", a list of certificates, or run "vcm init"`;
const TAB = "tab character in the indentation; use spaces";
const START = "a value cannot begin with this character; put the value in quotes";
const COLON = `": " inside a value; if it is text, put it in quotes; otherwise fix the indentation`;
const TAG = "unknown tag (!…); remove it or, if it is text, put it in quotes";

const cases: readonly (readonly [text: string, ...lines: string[]])[] = [
  ["", EMPTY],
  ["# only a comment\n", EMPTY],
  ["---\n", EMPTY],
  ["config:\n\tpki: a\n", `f:2:1: ${TAB}`],
  ["certs:\n  - name: a\n \tttl: 1d\n", `f:3:2: ${TAB}`],
  [
    "config:\n  pki: a\n  pki: b\ncerts:\n  - ttl: 1d\n    name: x\n    ttl: 2d\n",
    "f:3:3 config.pki: duplicate key; the first one is on line 2",
    "f:7:5 certs[0].ttl: duplicate key; the first one is on line 5",
  ],
  [
    "certs: []\n---\ncerts: []\n",
    `f:2:1: a second document begins here; keep one and remove the "---" line`,
  ],
  [
    "config:\n  pki: *p\n",
    "f:2:8: the anchor of this alias is not defined above; if it is text, put it in quotes",
  ],
  ["config:\n  pki: 'a\n  role: b\ncerts: []\n", "f:2:8: a quote is not closed"],
  [`config:\n  pki: "a\n  role: b\n`, "f:2:8: a quote is not closed"],
  ["config: {pki: a\ncerts: []\n", `f:2:1: a "[" or "{" is not closed`],
  ["config:\n  pki:a\n  role: b\n", `f:2:3: expected "key: value", with a space after ":"`],
  ["config:\n  pki: a: b\n", `f:2:8: ${COLON}`],
  ["config:\n  pki: a\n   role: b\n", `f:2:8: ${COLON}`],
  ["config:\n  pki: a\n role: b\n", "f:3:1: the indentation does not fit the lines above"],
  ["config:\n  pki: @a\n  role: %b\n", `f:2:8: ${START}`, `f:3:9: ${START}`],
  ["config:\n  pki: !p a\ncerts: []\n", `f:2:8: ${TAG}`],
  [
    `config:\n  role: "\\d"\n`,
    `f:2:10: "\\" begins an unknown escape; use '…' instead of "…", or write "\\\\"`,
  ],
  ["config:\n  <<: a\n", `f:2:8: "<<" above takes a map or a list of maps`],
  [
    "config:\n  pki: a\u0001\n",
    "f:2:9: control character U+0001; remove it, or write it as an escape in quotes",
  ],
  [
    "config: {pki: a, pki: b, ttl: 1d, ttl: 2d}\n",
    "f:1:18 config.pki: duplicate key; the first one is on line 1",
    "f:1:35 config.ttl: duplicate key; the first one is on line 1",
  ],
  // js-yaml stops behind the end of the text.
  ["certs: !!binary ", `f:1:17: ${TAG}`],
  // The slow one loses count of the lines if a quoted key is followed by text.
  [
    `""b\n a:  c: `,
    "f:1:3: is not valid YAML from here on; put values with special characters in quotes",
    `f:2:6: ${COLON}`,
  ],
  ["[".repeat(100_000), "f:1:100: is nested too deeply"],
  [
    `certs: ${"{a: ".repeat(200)}b${"}".repeat(200)}`,
    "f:1:401: is nested too deeply",
  ],
  // What the file says is no message of the parser.
  [
    "certs: *maxDepth\n",
    "f:1:8: the anchor of this alias is not defined above; if it is text, put it in quotes",
  ],
  // Each map takes all that the one before has: quadratic (CVE-2026-53550).
  [
    `x-0: &a0 {k: v}\n${
      Array.from({ length: 1800 }, (_, at) => `x-${at + 1}: &a${at + 1} {<<: *a${at}, k${at}: v}\n`)
        .join("")
    }`,
    'f:632:24: "<<" adds more than 200,000 keys to this file; use "defaults", or fewer "<<"',
  ],
  [
    `x-a: &a {${Array.from({ length: 3000 }, (_, at) => `k${at}: v`).join(", ")}}\n` +
    `x-b:\n  <<: [${Array(6000).fill("*a").join(",")}]\n`,
    'f:3:18008: "<<" takes at most 100 maps in one list',
  ],
];

pureTest("a text that is not YAML is explained in plain words", async () => {
  for (const [text, ...lines] of cases) await assertDiagnostics(text, ...lines);
});

pureTest("parseConfig() throws nothing but ConfigError, whatever the text", async () => {
  const good = "x: &a {b: c}\nconfig:\n  pki: 'p'\ncerts:\n  - <<: *a\n    name: \"w\"\n";
  const slips = [
    "\t",
    "\n",
    ":",
    "- ",
    "[",
    "}",
    "*a",
    "&b ",
    "!t ",
    "|",
    "%",
    "'",
    '"',
    "#",
    "---\n",
  ];
  for (let place = 0; place <= good.length; place++) {
    for (const slip of slips) await diagnosticsOf(good.slice(0, place) + slip + good.slice(place));
    await diagnosticsOf(good.slice(0, place));
  }
});

pureTest("an anchor that holds itself ends", async () => {
  assert.equal((await diagnosticsOf("certs: &a [*a]")).length, 1);
  assert.equal((await diagnosticsOf("certs:\n  - &a {name: x, service: [*a]}")).length > 0, true);
});

pureTest("thousands of certificates may merge the same map", async () => {
  const certs = Array.from({ length: 5000 }, (_, at) => `  - {<<: *base, name: "host-${at}"}\n`);
  const base = "x-base: &base {ttl: 30d, renew: 10d, pki: p, role: r, key: local, keep: 2}\n";
  assert.deepEqual(await diagnosticsOf(`${base}certs:\n${certs.join("")}`), []);
});

pureTest("aliases that repeat one another many times over are explained at once", async () => {
  const floors = (leaf: string) =>
    Array.from(
      { length: 31 },
      (_, at) =>
        `x-${at}: &f${at} [${at === 0 ? leaf : Array(10).fill(`*f${at - 1}`).join(", ")}]\n`,
    ).join("");
  for (const leaf of ["a", '"${VCM_A:-a}"']) {
    const lines = await diagnosticsOf(`${floors(leaf)}certs:\n  - {name: w, dns_sans: *f30}\n`);
    assert.notEqual(lines.length, 0);
    assert.match(lines[0] ?? "", /dns_sans\[0\]: expected one value, got a list$/);
  }
});

pureTest("anchors that merge one another many times over are read at once", async () => {
  const floors = Array.from(
    { length: 40 },
    (_, at) => `x-${at}: &f${at + 1} {<<: [*f${at}, *f${at}, *f${at}], k${at}: v}\n`,
  );
  const lines = await diagnosticsOf(`x-base: &f0 {ttl: 1x}\n${floors.join("")}certs: [*f40]\n`);
  assert.equal(lines[0], 'f:1:19 certs[0].ttl: expected a duration such as "14d", got "1x"');
});
