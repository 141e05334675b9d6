import assert from "node:assert/strict";
import type { CertificateState, Plan, Step } from "../../../lib/plan/types.ts";
import { checkText } from "../../../lib/report/check_text.ts";
import { paint } from "../../../lib/report/paint.ts";
import { makeIssue, makePlan, makeServiceStep, makeState } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const EXPIRED: Partial<CertificateState> = {
  due: { reason: "expired", detail: "it expired 3d ago (2026-11-28 10:00 UTC)" },
};

function assertText(plan: Plan, lines: readonly string[], all = false, colour = false): void {
  assert.equal(checkText(plan, paint(colour), all), lines.map((line) => `${line}\n`).join(""));
}

pureTest("checkText() is one line if all is in order", () => {
  assertText(makePlan([]), ["OK: 0 certificates in order"]);
  assertText(makePlan([makeState("a")]), [
    "OK: 1 certificate in order, next renewal 2027-01-16 00:00 UTC",
  ]);
});

pureTest("checkText() tells the first renewal of all", () => {
  const at = (name: string, day: string) =>
    makeState(name, { renewAt: new Date(`2027-01-${day}T12:34:56Z`) });
  assertText(makePlan([at("a", "16"), at("b", "02"), at("c", "20")]), [
    "OK: 3 certificates in order, next renewal 2027-01-02 12:34 UTC",
  ]);
});

pureTest("checkText() lists certificates in order only if all are requested", () => {
  assertText(
    makePlan([makeState("a")]),
    [
      "OK: 1 certificate in order, next renewal 2027-01-16 00:00 UTC",
      "a: in order until 2027-01-30 00:00 UTC",
    ],
    true,
  );
});

pureTest("checkText() says of each certificate what is wrong, most important first", () => {
  const bad = makeState("a", {
    due: { reason: "names-differ", detail: "its names differ from the configuration: it lacks x" },
    blocked: [{ kind: "impossible", message: '"/y" is a directory' }],
    targets: [
      { what: "cert", path: "/a.crt", drift: [{ kind: "renewed" }, { kind: "content" }] },
      { what: "chain", path: "/a.chain", drift: [{ kind: "renewed" }] },
      { what: "privkey", path: "/a.key", drift: [{ kind: "mode", from: "0644", to: "0600" }] },
    ],
  });
  assertText(makePlan([bad, makeState("b")], [makeIssue("a", "")]), [
    "DUE: 1 of 2 certificates not in order, next renewal 2027-01-16 00:00 UTC",
    "a: its names differ from the configuration: it lacks x",
    'a: "/y" is a directory',
    "a: /a.crt: content differs from the store",
    "a: /a.key: mode 0644 -> 0600",
  ]);
});

pureTest(
  "checkText() lists pending actions, and not services that load new files in this run",
  () => {
    const isPending = makeServiceStep();
    const loads = makeServiceStep({
      service: "b.service",
      pending: { reason: "deployed", detail: "x" },
    });
    assertText(makePlan([makeState("a")], [isPending, loads]), [
      "DUE: 1 certificate in order, next renewal 2027-01-16 00:00 UTC",
      "nginx.service: pending reload: it has not loaded the files deployed 2026-12-01 08:00 UTC",
    ]);
  },
);

pureTest("checkText() has a word and a colour for each standing", () => {
  const blocked = [{ kind: "unreadable", message: "no" }] as const;
  const bare = { name: "a", warnings: [], targets: [], blocked: [] };
  const cases: [CertificateState, string, string, string[]][] = [
    [{ ...bare, ...EXPIRED }, "BROKEN", "31", ["a: it expired 3d ago (2026-11-28 10:00 UTC)"]],
    [{ ...bare, blocked }, "UNKNOWN", "31", ["a: no"]],
    [{ ...bare, due: { reason: "forced", detail: "x" } }, "DUE", "33", ["a: x"]],
  ];
  for (const [state, word, code, details] of cases) {
    const plan = makePlan([state], [makeIssue("a", "")]);
    const rest = ": 1 of 1 certificate not in order";
    assertText(plan, [`${word}${rest}`, ...details]);
    assertText(plan, [`\x1b[${code}m${word}\x1b[0m${rest}`, ...details], false, true);
  }
  assertText(makePlan([]), ["\x1b[32mOK\x1b[0m: 0 certificates in order"], false, true);
});

// What an interrupted run left makes it due, and no line says why (promise 3).
pureTest("checkText() says why it is due if an interrupted run left temporary files", () => {
  const recover: Step = {
    kind: "recover",
    certificate: "a",
    store: true,
    pendingValidation: [],
    leftovers: ["/a.crt"],
    detail: "an interrupted run left temporary files",
    closeKey: false,
  };
  const [headline, ...details] = checkText(
    makePlan([makeState("a")], [recover]),
    paint(false),
    false,
  )
    .trimEnd().split("\n");
  assert.match(headline ?? "", /^DUE: /);
  assert.match(details.join("\n"), /interrupted/);
});

// The window of a certificate that is due already has begun: that is no next renewal.
pureTest("checkText() names no next renewal that is over", () => {
  const state = makeState("a", { ...EXPIRED, renewAt: new Date("2026-11-14T00:00:00Z") });
  const text = checkText(makePlan([state], [makeIssue("a", "")]), paint(false), false);
  assert.doesNotMatch(text, /next renewal 2026-11-14/);
});
