import assert from "node:assert/strict";
import type { ApplyEvent } from "../../../lib/apply/events.ts";
import type { Outcome } from "../../../lib/report/outcome.ts";
import { paint } from "../../../lib/report/paint.ts";
import { eventLevel, eventText } from "../../../lib/report/event_text.ts";
import { runText } from "../../../lib/report/run_text.ts";
import { makePlan, makeState } from "../../support/fixtures_plan.ts";
import { INVENTORY } from "../../support/fixtures_documents.ts";
import { pureTest } from "../../support/pure_test.ts";

const NOTHING: Outcome = {
  issued: 0,
  deployed: 0,
  acted: 0,
  recovered: 0,
  failed: [],
  skipped: [],
};
const PLAN = makePlan([makeState("a"), makeState("b")]);

function assertText(parts: Partial<Outcome>, lines: readonly string[], colour = false): void {
  const text = runText(PLAN, { ...NOTHING, ...parts }, paint(colour));
  assert.equal(text, lines.map((line) => `${line}\n`).join(""));
}

const entries = (message: string, ...subjects: string[]) =>
  subjects.map((subject) => ({ subject, message }));

pureTest("eventText() and eventLevel() have a line and a level for each event", () => {
  const cases: [ApplyEvent, string, string][] = [
    [
      { kind: "recovered", certificate: "a", detail: "repaired the store" },
      "info",
      "a: repaired the store",
    ],
    [
      {
        kind: "issued",
        certificate: "a",
        address: "https://vault:8200",
        serial: "0a:1b",
        notAfter: new Date("2027-01-30T00:00:00Z"),
        renewAt: new Date("2027-01-16T00:00:00Z"),
        issuer: "Example CA",
        inventory: INVENTORY,
      },
      "info",
      "a: issued by https://vault:8200, serial 0a:1b, until 2027-01-30 00:00 UTC",
    ],
    [
      {
        kind: "deployed",
        certificate: "a",
        what: "cert",
        path: "/a.crt",
        drift: [{ kind: "renewed" }, { kind: "mode", from: "0644", to: "0600" }],
      },
      "info",
      "a: deployed /a.crt (new certificate, mode 0644 -> 0600)",
    ],
    [{ kind: "acted", service: "n.service", action: "reload" }, "info", "n.service: reload done"],
    [
      { kind: "cleared", service: "n.service", detail: "it loaded them" },
      "info",
      "n.service: cleared: it loaded them",
    ],
    [{ kind: "warning", subject: "a", message: "hm" }, "warning", "a: hm"],
    [
      { kind: "failed", step: "issue", subject: "a", message: "no" },
      "error",
      "a: issue failed: no",
    ],
    [
      { kind: "skipped", step: "deploy", subject: "a", message: "no new certificate was issued" },
      "info",
      "a: deploy skipped: no new certificate was issued",
    ],
  ];
  for (const [event, level, text] of cases) {
    assert.deepEqual([eventLevel(event), eventText(event)], [level, text]);
  }
});

pureTest("runText() says that there was nothing to do", () => {
  assertText({}, ["Nothing to do: 2 certificates in order"]);
});

pureTest("runText() sums up what was done", () => {
  assertText({ issued: 1, deployed: 2, acted: 1 }, [
    "Done: 1 issued, 2 files deployed, 1 service action; 0 failed, 0 skipped",
  ]);
  assertText({ deployed: 1, acted: 2 }, [
    "Done: 0 issued, 1 file deployed, 2 service actions; 0 failed, 0 skipped",
  ]);
});

pureTest("runText() says what failed and what was skipped, and why", () => {
  const parts = {
    failed: entries("denied", "a"),
    skipped: entries("not active", "n.service"),
  };
  assertText(parts, [
    "failed  a: denied",
    "skipped  n.service: not active",
    "Done: 0 issued, 0 files deployed, 0 service actions; 1 failed, 1 skipped",
  ]);
  assertText(
    parts,
    [
      "\x1b[31mfailed\x1b[0m  a: denied",
      "\x1b[33mskipped\x1b[0m  n.service: not active",
      "Done: 0 issued, 0 files deployed, 0 service actions; 1 failed, 1 skipped",
    ],
    true,
  );
});

pureTest("runText() says once what many have in common, and shortens long lists of names", () => {
  const cases: [string[], string][] = [
    [["a"], "a"],
    [["a", "b"], "a, b"],
    [["a", "b", "c", "d"], "a, b, c, d"],
    [["a", "b", "c", "d", "e"], "a, b, c and 2 more"],
    [Array.from({ length: 200 }, (_, at) => `n${at}`), "n0, n1, n2 and 197 more"],
  ];
  for (const [subjects, shown] of cases) {
    assertText({ failed: entries("Vault is sealed", ...subjects) }, [
      `failed  ${shown}: Vault is sealed`,
      `Done: 0 issued, 0 files deployed, 0 service actions; ${subjects.length} failed, 0 skipped`,
    ]);
  }
});

pureTest("runText() keeps apart what differs, in the order in which it happened", () => {
  const failed = [
    ...entries("sealed", "a"),
    ...entries("denied", "b"),
    ...entries("sealed", "c"),
  ];
  assertText({ failed, skipped: entries("sealed", "d") }, [
    "failed  a, c: sealed",
    "failed  b: denied",
    "skipped  d: sealed",
    "Done: 0 issued, 0 files deployed, 0 service actions; 3 failed, 1 skipped",
  ]);
});

// Deploy and restart have nothing to do with certificates that are due, and call them in order.
pureTest("runText() does not call a certificate in order that is due", () => {
  const due = { reason: "expired", detail: "it expired 3d ago" } as const;
  const text = runText(makePlan([makeState("a", { due })]), NOTHING, paint(false));
  assert.doesNotMatch(text, /1 certificate in order/);
});
