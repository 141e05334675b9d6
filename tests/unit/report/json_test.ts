import assert from "node:assert/strict";
import type { ApplyEvent } from "../../../lib/apply/events.ts";
import {
  checkJson,
  doctorJson,
  errorJson,
  planJson,
  print,
  revokeJson,
  runJson,
  validJson,
} from "../../../lib/report/json.ts";
import { blockedEntries, foldOutcome } from "../../../lib/report/outcome.ts";
import { found } from "../../../lib/report/check_result.ts";
import { makeIssue, makePlan, makeState } from "../../support/fixtures_plan.ts";
import { INVENTORY } from "../../support/fixtures_documents.ts";
import { pureTest } from "../../support/pure_test.ts";

const BLOCKED = [{ kind: "impossible", message: "no owner" }] as const;
const PLAN = makePlan(
  [
    makeState("a", { due: { reason: "missing", detail: "none" } }),
    makeState("b", { blocked: BLOCKED }),
  ],
  [makeIssue("a", "none")],
);
const EVENTS: ApplyEvent[] = [
  {
    kind: "issued",
    certificate: "a",
    address: "https://v",
    serial: "01",
    notAfter: new Date("2027-01-30T00:00:00Z"),
    renewAt: new Date("2027-01-16T00:00:00Z"),
    issuer: "Example CA",
    inventory: INVENTORY,
  },
  { kind: "deployed", certificate: "a", what: "cert", path: "/1", drift: [] },
  { kind: "deployed", certificate: "a", what: "chain", path: "/2", drift: [] },
  { kind: "acted", service: "n.service", action: "reload" },
  { kind: "warning", subject: "a", message: "hm" },
  { kind: "failed", step: "service", subject: "m.service", message: "exit 1" },
  { kind: "skipped", step: "service", subject: "o.service", message: "not active" },
];

pureTest("planJson() holds the plan, with times in ISO 8601", () => {
  const data = JSON.parse(planJson(PLAN));
  assert.deepEqual(Object.keys(data), [
    "layout",
    "at",
    "certStore",
    "certificates",
    "services",
    "steps",
  ]);
  assert.equal(data.layout, 1);
  assert.equal(data.at, "2026-12-01T10:00:00.000Z");
  assert.deepEqual(data.certificates[0], {
    name: "a",
    certificate: {
      commonName: "a",
      dnsNames: ["a"],
      ipAddresses: [],
      uris: [],
      emails: [],
      notBefore: "2026-11-01T00:00:00.000Z",
      notAfter: "2027-01-30T00:00:00.000Z",
      issuer: "Example CA",
      serial: "0a:1b:2c",
      fingerprint: "AA:BB",
    },
    renewAt: "2027-01-16T00:00:00.000Z",
    warnings: [],
    targets: [],
    blocked: [],
    due: { reason: "missing", detail: "none" },
  });
  assert.deepEqual(data.steps.map(({ kind }: { kind: string }) => kind), ["issue"]);
});

pureTest("planJson() has waits, warnings and pending actions", () => {
  const until = new Date("2026-12-05T02:00:00Z");
  const waits = { until, late: false, detail: "its window opens" };
  const warnings = [{ kind: "clock", message: "hm" }] as const;
  const service = {
    service: "n.service",
    certificates: ["a"],
    pending: { reason: "pending", detail: "why" },
    waits,
    problem: "refused",
  } as const;
  const data = JSON.parse(planJson(makePlan([makeState("a", { waits, warnings })], [], [service])));
  const shown = { until: "2026-12-05T02:00:00.000Z", late: false, detail: "its window opens" };
  assert.deepEqual(data.certificates[0].waits, shown);
  assert.deepEqual(data.certificates[0].warnings, warnings);
  assert.deepEqual(data.services, [{ ...service, waits: shown }]);
});

pureTest("checkJson() adds how things stand", () => {
  const { standing, ...rest } = JSON.parse(checkJson(PLAN));
  assert.equal(standing, "broken");
  assert.deepEqual(rest, JSON.parse(planJson(PLAN)));
});

pureTest("runJson() adds what came about", () => {
  const outcome = foldOutcome(PLAN, EVENTS);
  const { events, outcome: told, ...rest } = JSON.parse(runJson(PLAN, EVENTS, outcome));
  assert.deepEqual(rest, JSON.parse(planJson(PLAN)));
  assert.deepEqual(told, {
    issued: 1,
    deployed: 2,
    acted: 1,
    recovered: 0,
    failed: [
      { subject: "b", message: "no owner" },
      { subject: "m.service", message: "exit 1" },
    ],
    skipped: [{ subject: "o.service", message: "not active" }],
  });
  assert.equal(events.length, EVENTS.length);
  assert.equal(events[0].notAfter, "2027-01-30T00:00:00.000Z");
});

pureTest("blockedEntries() has each blocker of each certificate", () => {
  const two = makeState("c", { blocked: [...BLOCKED, { kind: "unreadable", message: "x" }] });
  assert.deepEqual(blockedEntries(makePlan([makeState("a"), two])), [
    { subject: "c", message: "no owner" },
    { subject: "c", message: "x" },
  ]);
});

pureTest("print() ends its JSON with a newline, indented for people", () => {
  assert.equal(print({ a: [1] }), '{\n  "a": [\n    1\n  ]\n}\n');
});

pureTest("doctorJson() contains the check results, with a fix if there is one", () => {
  const findings = [found("ok", "login", "by VAULT_TOKEN"), found("problem", "A", "sealed", "do")];
  assert.deepEqual(JSON.parse(doctorJson(findings)), {
    layout: 1,
    results: [
      { verdict: "ok", subject: "login", detail: "by VAULT_TOKEN" },
      { verdict: "problem", subject: "A", detail: "sealed", remedy: "do" },
    ],
  });
  assert.deepEqual(JSON.parse(doctorJson([])), { layout: 1, results: [] });
});

pureTest("revokeJson() holds what came of each name", () => {
  const results = [
    { name: "a", done: true, message: "revoked, serial 01" },
    { name: "b", done: false, message: "Not revoked" },
  ];
  assert.deepEqual(JSON.parse(revokeJson(results)), { layout: 1, results });
});

pureTest("validJson() and errorJson() have the layout before the rest", () => {
  const counts = { file: "vcm.yaml", certificates: 2, targets: 3, services: 1 };
  assert.deepEqual(JSON.parse(validJson(counts)), { layout: 1, ...counts });
  assert.deepEqual(JSON.parse(errorJson("no")), { layout: 1, error: { message: "no" } });
  const problems = [{ key: "config.pki", message: "is missing" }];
  assert.deepEqual(JSON.parse(errorJson("no", problems)).error, { message: "no", problems });
});
