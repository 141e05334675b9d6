import assert from "node:assert/strict";
import type { Plan, Step } from "../../../lib/plan/types.ts";
import type { Drift } from "../../../lib/plan/target_types.ts";
import { paint } from "../../../lib/report/paint.ts";
import { planText } from "../../../lib/report/plan_text.ts";
import { makeIssue, makePlan, makeServiceStep, makeState } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

function assertText(plan: Plan, lines: readonly string[], all = false, colour = false): void {
  assert.equal(planText(plan, paint(colour), all), lines.map((line) => `${line}\n`).join(""));
}

function deployOf(certificate: string, files: Readonly<Record<string, readonly Drift[]>>): Step {
  const targets = Object.entries(files).map(([path, drift]) => ({
    what: "cert" as const,
    path,
    drift,
    mode: 0o644,
    createDirs: false,
  }));
  return {
    kind: "deploy",
    certificate,
    storedSetUsable: true,
    targets,
    services: [],
    revocable: false,
  };
}

const RELOAD = makeServiceStep({
  pending: { reason: "deployed", detail: "it loads the new files of a.example" },
  certificates: ["a.example"],
});

pureTest("planText() says that there is nothing to do", () => {
  assertText(makePlan([makeState("a")]), ["Nothing to do: 1 certificate in order"]);
  assertText(makePlan([]), ["Nothing to do: 0 certificates in order"]);
});

pureTest("planText() shows what is done to each certificate, why, and then the services", () => {
  const steps = [
    makeIssue("a.example", "there is no certificate in the store"),
    deployOf("a.example", {
      "/etc/a.crt": [{ kind: "missing" }],
      "/etc/a.key": [
        { kind: "renewed" },
        { kind: "owner", from: "root", to: "www-data" },
        { kind: "group", from: "root", to: "ssl" },
        { kind: "mode", from: "0644", to: "0600" },
      ],
    }),
    RELOAD,
  ];
  assertText(makePlan([makeState("a.example"), makeState("b.example")], steps), [
    "a.example",
    "  issue    from pki_internal/issue/web: there is no certificate in the store",
    "  deploy   /etc/a.crt: missing",
    "  deploy   /etc/a.key: new certificate, owner root -> www-data, group root -> ssl, " +
    "mode 0644 -> 0600",
    "nginx.service",
    "  reload: it loads the new files of a.example",
    "",
    "Plan: 1 to issue, 2 files to deploy, 1 service action; 1 certificate in order",
  ]);
});

pureTest("planText() has words for each difference", () => {
  const files: Record<string, Drift[]> = {
    "/1": [{ kind: "content" }],
    "/2": [{ kind: "not-a-file", found: "symlink" }],
    "/3": [{ kind: "forced" }],
  };
  assertText(makePlan([makeState("a")], [deployOf("a", files)]), [
    "a",
    "  deploy   /1: content differs from the store",
    "  deploy   /2: is a symbolic link, becomes a file",
    "  deploy   /3: written by --force",
    "",
    "Plan: 0 to issue, 3 files to deploy, 0 service actions",
  ]);
});

pureTest("planText() shows what an interrupted run left, and cleared actions", () => {
  const steps: Step[] = [
    {
      kind: "recover",
      certificate: "a",
      store: true,
      pendingValidation: [],
      leftovers: [],
      detail: "an interrupted run left temporary files",
      closeKey: false,
    },
    { kind: "clear", service: "nginx.service", detail: "it loaded them 2026-12-01 09:00 UTC" },
  ];
  assertText(makePlan([makeState("a")], steps), [
    "a",
    "  recover  an interrupted run left temporary files",
    "nginx.service",
    "  cleared: it loaded them 2026-12-01 09:00 UTC",
    "",
    "Plan: 0 to issue, 0 files to deploy, 0 service actions, 2 to recover",
  ]);
});

pureTest("planText() shows what is blocked, and counts certificates rather than blockers", () => {
  const blocked = [
    { kind: "unreadable", message: 'Cannot read "/x": permission denied' },
    { kind: "impossible", message: '"/y" is a directory' },
  ] as const;
  assertText(makePlan([makeState("a", { blocked }), makeState("b"), makeState("c")]), [
    "a",
    '  blocked  Cannot read "/x": permission denied',
    '  blocked  "/y" is a directory',
    "",
    "Nothing can be done; 1 certificate blocked; 2 certificates in order",
  ]);
  const steps = [makeIssue("b", "why")];
  assertText(makePlan([makeState("a", { blocked }), makeState("b")], steps), [
    "a",
    '  blocked  Cannot read "/x": permission denied',
    '  blocked  "/y" is a directory',
    "b",
    "  issue    from pki_internal/issue/web: why",
    "",
    "Plan: 1 to issue, 0 files to deploy, 0 service actions; 1 certificate blocked",
  ]);
});

pureTest("planText() lists certificates in order only if all are requested", () => {
  const plan = makePlan([makeState("a"), makeState("b")]);
  assertText(
    plan,
    [
      "a",
      "  in order until 2027-01-30 00:00 UTC, renewal from 2027-01-16 00:00 UTC",
      "b",
      "  in order until 2027-01-30 00:00 UTC, renewal from 2027-01-16 00:00 UTC",
      "",
      "Nothing to do: 2 certificates in order",
    ],
    true,
  );
});

pureTest("planText() colours words, and nothing else", () => {
  const blocked = [{ kind: "impossible", message: "no" }] as const;
  const plan = makePlan([makeState("a", { blocked })], [makeIssue("a", "why"), RELOAD]);
  assertText(
    plan,
    [
      "\x1b[1ma\x1b[0m",
      "  \x1b[33missue\x1b[0m    from pki_internal/issue/web: why",
      "  \x1b[31mblocked\x1b[0m  no",
      "\x1b[1mnginx.service\x1b[0m",
      "  \x1b[33mreload\x1b[0m: it loads the new files of a.example",
      "",
      "Plan: 1 to issue, 0 files to deploy, 1 service action; \x1b[31m1 certificate blocked\x1b[0m",
    ],
    false,
    true,
  );
});
