import assert from "node:assert/strict";
import type { ApplyEvent } from "../../../lib/apply/events.ts";
import type { Plan, ServiceState } from "../../../lib/plan/types.ts";
import { metricsText } from "../../../lib/report/metrics.ts";
import { foldOutcome } from "../../../lib/report/outcome.ts";
import { makePlan, makeState } from "../../support/fixtures_plan.ts";
import { NOW } from "../../support/fixtures.ts";
import { INVENTORY } from "../../support/fixtures_documents.ts";
import { pureTest } from "../../support/pure_test.ts";

function textOf(plan: Plan, events: readonly ApplyEvent[] = []): string {
  return metricsText({
    plan,
    events,
    outcome: foldOutcome(plan, events),
    inventory: new Map([["web", INVENTORY]]),
    at: NOW,
    version: "1.2.3",
  });
}

/** The samples of one metric, without its name. */
function samples(text: string, name: string): string[] {
  return text.split("\n").filter((line) => line.startsWith(name))
    .map((line) => line.slice(name.length));
}

pureTest("metricsText() is what Prometheus reads, with a line of help for each metric", () => {
  assert.equal(
    textOf(makePlan([makeState("web")])),
    `# HELP vcm_certificate_not_after_timestamp_seconds Expiry of the certificate in the store.
# TYPE vcm_certificate_not_after_timestamp_seconds gauge
vcm_certificate_not_after_timestamp_seconds{name="web"} 1801267200
# HELP vcm_certificate_renewal_timestamp_seconds Time from which the certificate is due for renewal.
# TYPE vcm_certificate_renewal_timestamp_seconds gauge
vcm_certificate_renewal_timestamp_seconds{name="web"} 1800057600
# HELP vcm_certificate_info What the certificate in the store is.
# TYPE vcm_certificate_info gauge
vcm_certificate_info{name="web",issuer="Example CA",issuer_key="0a:1b",serial="0a:1b:2c",key_type="ec-256"} 1
# HELP vcm_certificate_ok 1 if the certificate and its files are as the configuration asks, otherwise 0.
# TYPE vcm_certificate_ok gauge
vcm_certificate_ok{name="web"} 1
# HELP vcm_run_steps What the last run did, by result.
# TYPE vcm_run_steps gauge
vcm_run_steps{result="issued"} 0
vcm_run_steps{result="deployed"} 0
vcm_run_steps{result="acted"} 0
vcm_run_steps{result="recovered"} 0
vcm_run_steps{result="failed"} 0
vcm_run_steps{result="skipped"} 0
# HELP vcm_run_success 1 if nothing failed in the last run, otherwise 0.
# TYPE vcm_run_success gauge
vcm_run_success 1
# HELP vcm_run_timestamp_seconds When the last run ended.
# TYPE vcm_run_timestamp_seconds gauge
vcm_run_timestamp_seconds 1796119200
# HELP vcm_build_info The program that wrote this.
# TYPE vcm_build_info gauge
vcm_build_info{version="1.2.3"} 1
`,
  );
});

pureTest("a certificate that was issued in the run counts with its new times", () => {
  const issued: ApplyEvent = {
    kind: "issued",
    certificate: "web",
    address: "https://v",
    serial: "01",
    notAfter: new Date(2_000_000_000_000),
    renewAt: new Date(1_900_000_000_000),
    issuer: "Example CA",
    inventory: INVENTORY,
  };
  const text = textOf(makePlan([makeState("web")]), [issued]);
  assert.deepEqual(samples(text, "vcm_certificate_not_after"), [
    `_timestamp_seconds{name="web"} 2000000000`,
  ]);
  assert.match(samples(text, "vcm_certificate_info")[0] ?? "", /,serial="01",/);
  assert.deepEqual(samples(text, "vcm_certificate_renewal"), [
    `_timestamp_seconds{name="web"} 1900000000`,
  ]);
});

pureTest("a certificate that is not there has no times, and one that failed is not well", () => {
  const { certificate: _, renewAt: __, ...none } = makeState("web");
  const failed: ApplyEvent = { kind: "failed", step: "issue", subject: "web", message: "down" };
  const text = textOf(makePlan([none]), [failed]);
  assert.deepEqual(samples(text, "vcm_certificate_"), [`ok{name="web"} 0`]);
  assert.deepEqual(samples(text, "vcm_run_success"), [" 0"]);
});

pureTest("names are labels, whatever is in them", () => {
  const text = textOf(makePlan([makeState('a"b\\c\nd')]));
  assert.deepEqual(samples(text, "vcm_certificate_ok"), [`{name="a\\"b\\\\c\\nd"} 1`]);
});

pureTest("an action is pending if it failed or was left, and not if it was done or waits", () => {
  const pendingAction = { pending: { reason: "pending", detail: "x" } } as const;
  const until = new Date("2026-12-05T02:00:00Z");
  const acted: ApplyEvent = { kind: "acted", service: "s", action: "reload" };
  const cleared: ApplyEvent = { kind: "cleared", service: "s", detail: "x" };
  const failed: ApplyEvent = { kind: "failed", step: "service", subject: "s", message: "x" };
  const cases: [Partial<ServiceState>, ApplyEvent[], number][] = [
    [{}, [], 0],
    [pendingAction, [], 1],
    [pendingAction, [acted], 0],
    [pendingAction, [cleared], 0],
    [{ pending: { reason: "deployed", detail: "x" } }, [failed], 1],
    [{ pending: { reason: "deployed", detail: "x" } }, [], 0],
    [{ ...pendingAction, waits: { until, late: false, detail: "x" } }, [], 0],
    [{ ...pendingAction, waits: { until, late: true, detail: "x" } }, [], 1],
  ];
  for (const [state, events, expected] of cases) {
    const services = [{ service: "s", certificates: ["web"], ...state }];
    const text = textOf({ ...makePlan([makeState("web")]), services }, events);
    assert.deepEqual(samples(text, "vcm_service_pending_action"), [`{service="s"} ${expected}`]);
  }
});

pureTest(
  "a certificate whose files were rolled back, or that is late for its window, is not well",
  () => {
    const reverted: ApplyEvent = {
      kind: "rolled-back",
      certificate: "a",
      service: "s",
      paths: ["/a"],
    };
    const waits = { until: new Date("2026-12-05T02:00:00Z"), late: true, detail: "x" };
    const plan = makePlan([makeState("a"), makeState("b", { waits }), makeState("c")]);
    assert.deepEqual(samples(textOf(plan, [reverted]), "vcm_certificate_ok"), [
      '{name="a"} 0',
      '{name="b"} 0',
      '{name="c"} 1',
    ]);
  },
);
