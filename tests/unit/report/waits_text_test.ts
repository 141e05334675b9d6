/** What waits for a window, what is warned of and what cannot be told, in all three texts. */
import assert from "node:assert/strict";
import type {
  CertificateState,
  Plan,
  ServiceState,
  ServiceStep,
  Step,
} from "../../../lib/plan/types.ts";
import { checkText } from "../../../lib/report/check_text.ts";
import type { Outcome } from "../../../lib/report/outcome.ts";
import { paint } from "../../../lib/report/paint.ts";
import { planText } from "../../../lib/report/plan_text.ts";
import { runText } from "../../../lib/report/run_text.ts";
import { makeIssue, makePlan, makeServiceStep, makeState } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const UNTIL = new Date("2026-12-05T02:00:00Z");
const OPENS = "its window (Sat 02:00-04:00) opens 2026-12-05 02:00 UTC";
const EXPIRES = "it expires in 10d (2026-12-11 10:00 UTC), inside its renewal window of 14d";
const NOT_LOADED = "it has not loaded the files deployed 2026-12-01 08:00 UTC";

/** Due since November, and waiting. */
const waiting = (name: string) =>
  makeState(name, {
    due: { reason: "in-renewal-window", detail: EXPIRES },
    renewAt: new Date("2026-11-27T10:00:00Z"),
    waits: { until: UNTIL, late: false, detail: `${OPENS}: ${EXPIRES}` },
  });
const SERVICE: ServiceState = {
  service: "nginx.service",
  certificates: ["a"],
  pending: { reason: "pending", detail: NOT_LOADED },
  waits: { until: UNTIL, late: false, detail: `${OPENS}: ${NOT_LOADED}` },
};
const UNSEEN: ServiceState = {
  service: "mail.service",
  certificates: ["a"],
  problem: "Cannot connect to 127.0.0.1:25: refused",
};
const CLOCK = "it is valid only from 2026-12-02 00:00 UTC; " +
  "check this host's clock, which says 2026-12-01 10:00 UTC";
const CAP =
  "its renewal window of 14d covers its whole lifetime of 7d; VCM renews it 2d 8h before its expiry";
const warned = (name: string, kind: "clock" | "window", message: string) =>
  makeState(name, { warnings: [{ kind, message }] });
const NOTHING: Outcome = {
  issued: 0,
  deployed: 0,
  acted: 0,
  recovered: 0,
  failed: [],
  skipped: [],
};

interface Texts {
  readonly check: readonly string[];
  readonly plan: readonly string[];
  /** Of a run that had nothing to do. */
  readonly run: readonly string[];
}

function assertTexts(plan: Plan, expected: Texts, colour = false): void {
  const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
  assert.equal(checkText(plan, paint(colour), false), text(expected.check));
  assert.equal(planText(plan, paint(colour), false), text(expected.plan));
  assert.equal(runText(plan, NOTHING, paint(colour)), text(expected.run));
}

const NEXT = "next renewal 2027-01-16 00:00 UTC";

pureTest("a renewal that waits is in order, and said", () => {
  assertTexts(makePlan([waiting("a"), makeState("b")]), {
    check: [
      `OK: 2 certificates in order, 1 waiting for a window, ${NEXT}`,
      `a: waits: ${OPENS}: ${EXPIRES}`,
    ],
    plan: [
      "a",
      `  waits    ${OPENS}: ${EXPIRES}`,
      "",
      "Nothing to do now; 1 waiting for a window; 1 certificate in order",
    ],
    run: ["Nothing to do now: 2 certificates, 1 waiting for a window"],
  });
});

pureTest("a service that waits is in order, and said", () => {
  assertTexts(makePlan([makeState("a")], [], [SERVICE]), {
    check: [
      `OK: 1 certificate in order, 1 waiting for a window, ${NEXT}`,
      `nginx.service: waits: ${OPENS}: ${NOT_LOADED}`,
    ],
    plan: [
      "nginx.service",
      `  waits: ${OPENS}: ${NOT_LOADED}`,
      "",
      "Nothing to do now; 1 waiting for a window; 1 certificate in order",
    ],
    run: ["Nothing to do now: 1 certificate, 1 waiting for a window"],
  });
});

pureTest("certificates and services that wait are counted together", () => {
  const plan = makePlan([waiting("a")], [], [SERVICE]);
  assert.match(
    checkText(plan, paint(false), false),
    /^OK: 1 certificate in order, 2 waiting for a window\n/,
  );
  assert.match(
    planText(plan, paint(false), false),
    /\nNothing to do now; 2 waiting for a window\n$/,
  );
});

pureTest("a plan with steps tells of what waits beside them", () => {
  const steps: Step[] = [makeIssue("b", "why"), makeServiceStep({ service: "b.service" })];
  const plan = makePlan([waiting("a"), makeState("b")], steps, [SERVICE]);
  assert.equal(
    planText(plan, paint(false), false),
    [
      "a",
      `  waits    ${OPENS}: ${EXPIRES}`,
      "b",
      "  issue    from pki_internal/issue/web: why",
      "b.service",
      `  reload: ${NOT_LOADED}`,
      "nginx.service",
      `  waits: ${OPENS}: ${NOT_LOADED}`,
      "",
      "Plan: 1 to issue, 0 files to deploy, 1 service action; 2 waiting for a window",
      "",
    ].join("\n"),
  );
});

pureTest("what waits does not hide what is blocked", () => {
  const blocked = [{ kind: "impossible", message: '"/y" is a directory' }] as const;
  const state: CertificateState = { ...waiting("a"), blocked };
  assert.equal(
    checkText(makePlan([state]), paint(false), false),
    "DUE: 1 of 1 certificate not in order, 1 waiting for a window\n" +
      `a: waits: ${OPENS}: ${EXPIRES}\na: "/y" is a directory\n`,
  );
  assert.equal(
    planText(makePlan([state]), paint(false), false),
    `a\n  waits    ${OPENS}: ${EXPIRES}\n  blocked  "/y" is a directory\n\n` +
      "Nothing can be done; 1 certificate blocked; 1 waiting for a window\n",
  );
});

pureTest("a window that is longer than the lifetime is reported, and in order", () => {
  assertTexts(makePlan([warned("a", "window", CAP)]), {
    check: [`OK: 1 certificate in order, ${NEXT}`, `a: ${CAP}`],
    plan: ["a", `  warning  ${CAP}`, "", "Nothing to do: 1 certificate in order"],
    run: [`warning: a: ${CAP}`, "Nothing to do: 1 certificate in order"],
  });
});

pureTest("a clock that may be wrong is reported, and makes check UNKNOWN", () => {
  const plan = makePlan([warned("a", "clock", CLOCK), makeState("b")]);
  assert.match(checkText(plan, paint(false), false), /^UNKNOWN: /);
  assert.match(checkText(plan, paint(false), false), new RegExp(`\na: ${escape(CLOCK)}\n$`));
  assert.match(planText(plan, paint(false), false), new RegExp(`^a\n  warning  ${escape(CLOCK)}`));
  assert.match(runText(plan, NOTHING, paint(false)), new RegExp(`^warning: a: ${escape(CLOCK)}\n`));
});

pureTest("what a service serves may be unknown", () => {
  const problem = "cannot tell what it serves: Cannot connect to 127.0.0.1:25: refused";
  assertTexts(makePlan([makeState("a")], [], [UNSEEN]), {
    check: [
      `UNKNOWN: 1 certificate in order, 1 service unreachable, ${NEXT}`,
      `mail.service: ${problem}`,
    ],
    plan: ["mail.service", `  warning: ${problem}`, "", "Nothing to do: 1 certificate in order"],
    run: [`warning: mail.service: ${problem}`, "Nothing to do: 1 certificate in order"],
  });
});

pureTest("warnings are coloured, and words beside them are not", () => {
  assertTexts(
    makePlan([warned("a", "window", CAP)]),
    {
      check: [`\x1b[32mOK\x1b[0m: 1 certificate in order, ${NEXT}`, `a: ${CAP}`],
      plan: [
        "\x1b[1ma\x1b[0m",
        `  \x1b[33mwarning\x1b[0m  ${CAP}`,
        "",
        "Nothing to do: 1 certificate in order",
      ],
      run: [`\x1b[33mwarning\x1b[0m: a: ${CAP}`, "Nothing to do: 1 certificate in order"],
    },
    true,
  );
});

pureTest("an action is named by its signal, or as a command", () => {
  const actions: [ServiceStep["action"], string, string][] = [
    [{ manager: "pid_file", pidFile: "/run/s.pid", signal: "HUP" }, "signal HUP", "signal HUP"],
    [{ manager: "podman", name: "s", control: "restart" }, "restart", "restart"],
    [{ manager: "command", command: ["x", "a b"] }, "command x 'a b'", "command"],
  ];
  for (const [action, name, pendingAction] of actions) {
    const plan = makePlan([makeState("a")], [makeServiceStep({ service: "s", action })]);
    assert.match(planText(plan, paint(false), false), new RegExp(`^s\n  ${name}: it has not`));
    assert.match(
      checkText(plan, paint(false), false),
      new RegExp(`\ns: pending ${pendingAction}: it has not loaded`),
    );
  }
});

function escape(text: string): string {
  return text.replaceAll(/[.?()]/g, "\\$&");
}
