/** When and by whom certificates are renewed: `spread`, `window`, `reissue` and `issuer`. */
import assert from "node:assert/strict";
import { parseConfig } from "../../../lib/config/parse.ts";
import type { CertificateSpec, MaintenanceWindow } from "../../../lib/config/types.ts";
import { pureTest } from "../../support/pure_test.ts";
import { assertDiagnostics } from "./diagnostics.ts";
import { defined } from "../../support/defined.ts";

const NIGHT: MaintenanceWindow = {
  text: "02:00-04:00",
  days: [1, 2, 3, 4, 5, 6, 7],
  from: 120,
  to: 240,
};
const LATE: MaintenanceWindow = { text: "Fri 22:00-06:00", days: [5], from: 1320, to: 360 };

const HALF = new Date("2026-12-01T09:30:00Z");

async function spec(own: string, config = ""): Promise<CertificateSpec> {
  const text = `config: {pki: p, role: r, ${config}}\ncerts: [{name: web, ${own}}]\n`;
  const [only] = defined(await parseConfig(text, "f")).certificates;
  assert.ok(only !== undefined);
  return only;
}

/** A line that stands in config or in a certificate, and what it makes of a certificate. */
const common: [string, Partial<CertificateSpec>][] = [
  ["spread: 0%", { spread: 0 }],
  ["spread: 20%", { spread: 20 }],
  ["spread: 12.5%", { spread: 12.5 }],
  ["spread: 80%", { spread: 80 }],
  ['window: "02:00-04:00"', { windows: [NIGHT] }],
  ['window: ["02:00-04:00", "Fri 22:00-06:00"]', { windows: [NIGHT, LATE] }],
  ['reissue: {issued_before: "2026-12-01T09:30Z"}', { reissue: { issuedBefore: HALF, within: 0 } }],
  [
    "reissue: {issued_before: 2026-12-01T10:30:00+01:00, within: 2h}",
    { reissue: { issuedBefore: HALF, within: 7200 } },
  ],
  ["issuer: Example Issuing CA 2", { issuer: "Example Issuing CA 2" }],
  ["issuer: Пример CA", { issuer: "Пример CA" }],
];

pureTest("spread, window and issuer of config hold for a certificate that is silent", async () => {
  const plain = await spec("");
  assert.deepEqual([plain.spread, plain.windows, "issuer" in plain], [0, [], false]);
  for (const [line, parts] of common) {
    const expected = { ...plain, ...parts };
    assert.deepEqual(await spec("", line), expected, line);
    assert.deepEqual(await spec(line), expected, line);
  }
});

pureTest("a certificate's own spread, window and issuer go before those of config", async () => {
  const plain = await spec("");
  const cases: [string, string, Partial<CertificateSpec>][] = [
    ["spread: 0%", "spread: 20%", { spread: 0 }],
    ['window: "02:00-04:00"', 'window: ["Fri 22:00-06:00"]', { windows: [NIGHT] }],
    ["issuer: A", "issuer: B", { issuer: "A" }],
  ];
  for (const [own, config, parts] of cases) {
    assert.deepEqual(await spec(own, config), { ...plain, ...parts }, own);
  }
});

const SPREAD = `spread: expected a share from 0% to 80%, such as "20%"`;
const WINDOW = `expected a window such as "Sat,Sun 02:00-04:00"`;

/** Key and value, the column of the value beyond the key's, and the message. */
const wrong: [string, number, string][] = [
  ["spread: 90%", 8, `${SPREAD}, got "90%"`],
  ["spread: 80.1%", 8, `${SPREAD}, got "80.1%"`],
  ["spread: -5%", 8, `${SPREAD}, got "-5%"`],
  ["spread: 20", 8, `${SPREAD}, got "20"`],
  ["spread: 2d", 8, `${SPREAD}, got "2d"`],
  ["spread: ''", 8, "spread: has no value"],
  ["spread: [20%]", 0, "spread: expected one value, got a list"],
  ["window: Sat", 8, `window: ${WINDOW}, got "Sat"`],
  [
    "window: Sonday 02:00-04:00",
    8,
    `window: ${WINDOW}, got "Sonday 02:00-04:00"; did you mean "monday"?`,
  ],
  [
    "window: 02:00-02:00",
    8,
    `window: ${WINDOW}, got "02:00-02:00"; "00:00-24:00" is the whole day`,
  ],
  ["window: ['02:00-04:00', 5]", 24, `window[1]: ${WINDOW}, got "5"`],
  ["window: []", 0, "window: must have at least one entry"],
  ["window: {a: b}", 0, "window: expected one value, got a map"],
  ["issuer: ''", 8, "issuer: has no value"],
  ["issuer: [a]", 0, "issuer: expected one value, got a list"],
  ["windows: 02:00-04:00", 0, `windows: unknown key; did you mean "window"?`],
  ["isuer: a", 0, `isuer: unknown key; did you mean "issuer"?`],
];

pureTest("spread, window and issuer say what is wrong, in config and beyond", async () => {
  for (const [line, column, message] of wrong) {
    await assertDiagnostics(
      `config:\n  ${line}\ncerts: []\n`,
      `f:2:${3 + column} config.${message}`,
    );
    await assertDiagnostics(
      `config: {pki: p, role: r}\ncerts:\n  - name: web\n    ${line}\n`,
      `f:4:${5 + column} certs[0].${message}`,
    );
  }
});

pureTest("a time without a zone, or that no calendar has, is refused", async () => {
  for (
    const time of [
      "2026-12-01",
      "2026-12-01T09:30",
      "2026-02-30T09:30Z",
      "2026-12-01T25:00Z",
      "2026-12-01T09:30+99:00",
      "2026-13-01T00:00Z",
      "yesterday",
    ]
  ) {
    await assertDiagnostics(
      `config: {pki: p, role: r}\ncerts: [{name: web, reissue: {issued_before: "${time}"}}]\n`,
      `f:2:46 certs[0].reissue.issued_before: expected a time with its zone, such as ` +
        `"2026-12-01T09:30Z" or "2026-12-01T10:30+01:00", got "${time}"`,
    );
  }
});
