/** Actions of services wait for their maintenance window, as long as they can. */
import assert from "node:assert/strict";
import type { MaintenanceWindow } from "../../../lib/config/types.ts";
import { EVERYTHING, type Selection } from "../../../lib/plan/selection.ts";
import type { PendingActionObservation, TargetFile } from "../../../lib/observe/types.ts";
import type { Plan } from "../../../lib/plan/types.ts";
import { assessStatus } from "../../../lib/report/verdict.ts";
import {
  after,
  DAY,
  makeCertificate,
  makeObserved,
  makePendingAction,
  makeSeenFile,
  makeService,
  makeSpec,
  makeStored,
  makeTarget,
  makeUnit,
} from "../../support/fixtures.ts";
import {
  makeNotLoaded,
  NOT_LOADED,
  OPENS,
  planOf,
  SATURDAY,
  SATURDAY_OPENS,
  windowsOf,
} from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const UNKNOWN = "the service may have no valid certificate loaded";

interface Given {
  readonly file?: Partial<TargetFile>;
  readonly pendingAction?: PendingActionObservation;
  /** End of the stored certificate. */
  readonly end?: Date;
  /** End of the stored chain, where that comes before. */
  readonly chainEnd?: Date;
  readonly selection?: Selection;
  readonly windows?: readonly MaintenanceWindow[];
  readonly zone?: string;
}

/** A certificate that may be renewed at any time, of a service that acts on Saturdays. */
function planFor(given: Given): Plan {
  const { end = after(60 * DAY), windows = SATURDAY, zone = "UTC", chainEnd } = given;
  const spec = makeSpec({
    name: "a",
    targets: [makeTarget({ path: "/a.crt" })],
    services: [makeService({ windows })],
  });
  const certificate = makeCertificate({ commonName: "a", dnsNames: ["a"], notAfter: end });
  const observed = makeObserved(spec, {
    stored: makeStored(
      chainEnd === undefined ? {} : { chainEnd: { notAfter: chainEnd, name: "Example CA" } },
      certificate,
    ),
    targets: [makeSeenFile(given.file ?? {}, { path: "/a.crt" })],
  });
  const pendingActions = given.pendingAction === undefined ? [] : [given.pendingAction];
  return planOf([spec], [observed], { pendingActions, zone, selection: given.selection });
}

function kinds({ steps }: Plan): string[] {
  return steps.map(({ kind }) => kind);
}

/** Why the service acts. */
function reasonOf({ steps }: Plan): string | undefined {
  const step = steps.find(({ kind }) => kind === "service");
  return step?.kind === "service" ? step.pending.detail : undefined;
}

pureTest("files are rolled back at once, and the service that loads them waits", () => {
  const made = planFor({ file: { sameContent: false } });
  assert.deepEqual(kinds(made), ["deploy"]);
  const loads = "it loads the new files of a";
  assert.deepEqual(made.services, [{
    service: "nginx.service",
    certificates: ["a"],
    pending: { reason: "deployed", detail: loads },
    waits: { until: SATURDAY_OPENS, late: false, detail: `${OPENS}: ${loads}` },
  }]);
});

pureTest("a service waits with a new certificate as long as the old one lasts", () => {
  const waits = planFor({ end: after(10 * DAY) });
  assert.deepEqual(kinds(waits), ["issue", "deploy"]);
  assert.deepEqual(waits.services[0]?.waits?.until, SATURDAY_OPENS);
  const acts = planFor({ end: after(3 * DAY) });
  assert.deepEqual(kinds(acts), ["issue", "deploy", "service"]);
  assert.equal(
    reasonOf(acts),
    `it loads the new files of a; VCM does not wait, although ${OPENS}: ` +
      "the certificate that the service has loaded expires 2026-12-04 10:00 UTC",
  );
});

// Peers refuse a certificate with its chain, and plan() renews it then.
pureTest("a service does not wait if the chain that it has loaded ends before", () => {
  const made = planFor({ chainEnd: after(2 * DAY) });
  assert.deepEqual(kinds(made), ["issue", "deploy", "service"]);
  assert.equal(
    reasonOf(made),
    `it loads the new files of a; VCM does not wait, although ${OPENS}: ` +
      "the certificate that the service has loaded expires 2026-12-03 10:00 UTC",
  );
});

// The store has the new certificate already, where its deployment failed or was taken back.
pureTest(
  "a service does not wait if the deployed certificate ends before the stored one",
  () => {
    const loaded = makeCertificate({ serial: "01", fingerprint: "01", notAfter: after(3 * DAY) });
    const made = planFor({ file: { sameContent: false, certificate: loaded } });
    assert.equal(
      reasonOf(made),
      `it loads the new files of a; VCM does not wait, although ${OPENS}: ` +
        "the certificate that the service has loaded expires 2026-12-04 10:00 UTC",
    );
  },
);

pureTest("a pending action waits if the expiry of the loaded certificate is known", () => {
  const made = planFor({ pendingAction: makeNotLoaded({ until: after(10 * DAY) }) });
  assert.deepEqual(made.steps, []);
  assert.deepEqual(made.services, [{
    service: "nginx.service",
    certificates: ["a"],
    pending: { reason: "pending", detail: NOT_LOADED },
    waits: { until: SATURDAY_OPENS, late: false, detail: `${OPENS}: ${NOT_LOADED}` },
  }]);
  assert.equal(assessStatus(made), "fine");
});

pureTest("a pending action is due if it failed or missed a window", () => {
  const since = new Date("2026-11-27T12:00:00Z").getTime();
  const state = makeUnit({ changedAt: since - 1_000 });
  const cases: Partial<PendingActionObservation>[] = [
    { failure: "it failed" },
    { since, record: { kind: "unit", state } },
  ];
  for (const parts of cases) {
    const made = planFor({ pendingAction: makeNotLoaded({ until: after(10 * DAY), ...parts }) });
    assert.deepEqual(made.steps, []);
    assert.equal(made.services[0]?.waits?.late, true);
    assert.equal(assessStatus(made), "due");
  }
});

pureTest("a pending action does not wait if that is unknown or too soon", () => {
  const cases: [Partial<PendingActionObservation>, string][] = [
    [{}, UNKNOWN],
    [
      { until: after(2 * DAY) },
      "the certificate that the service has loaded expires 2026-12-03 10:00 UTC",
    ],
    [
      { until: after(-DAY) },
      "the certificate that the service has loaded expires 2026-11-30 10:00 UTC",
    ],
  ];
  for (const [parts, why] of cases) {
    const made = planFor({ pendingAction: makeNotLoaded(parts) });
    assert.equal(reasonOf(made), `${NOT_LOADED}; VCM does not wait, although ${OPENS}: ${why}`);
    assert.deepEqual(made.services[0]?.waits, undefined);
    assert.equal(assessStatus(made), "due");
  }
});

pureTest("of a pending action and new files the earlier expiry counts", () => {
  const file = { sameContent: false };
  const soon = planFor({ file, pendingAction: makeNotLoaded({ until: after(2 * DAY) }) });
  assert.equal(
    reasonOf(soon),
    `${NOT_LOADED}; VCM does not wait, although ${OPENS}: ` +
      "the certificate that the service has loaded expires 2026-12-03 10:00 UTC",
  );
  assert.equal(
    reasonOf(planFor({ file, pendingAction: makeNotLoaded() })),
    `${NOT_LOADED}; VCM does not wait, although ${OPENS}: ${UNKNOWN}`,
  );
  assert.deepEqual(
    kinds(planFor({ file, pendingAction: makeNotLoaded({ until: after(9 * DAY) }) })),
    ["deploy"],
  );
});

pureTest("a pending action that is cleared does not hurry a service", () => {
  const made = planFor({ file: { sameContent: false }, pendingAction: makePendingAction() });
  assert.deepEqual(kinds(made), ["deploy"]);
  assert.deepEqual(made.services[0]?.waits?.until, SATURDAY_OPENS);
});

pureTest("a pending action is cleared whether a window is open or not", () => {
  const made = planFor({ pendingAction: makePendingAction() });
  assert.deepEqual(kinds(made), ["clear"]);
  assert.deepEqual(made.services, [{ service: "nginx.service", certificates: ["a"] }]);
});

pureTest("a service acts without a word while its window is open", () => {
  const windows = windowsOf("Tue 10:00-11:00");
  assert.equal(reasonOf(planFor({ windows, pendingAction: makeNotLoaded() })), NOT_LOADED);
  // 19:00 on the host's own clock.
  const tokyo = planFor({
    windows,
    zone: "Asia/Tokyo",
    pendingAction: makeNotLoaded({ until: after(30 * DAY) }),
  });
  assert.deepEqual(tokyo.services[0]?.waits?.until, new Date("2026-12-08T01:00:00Z"));
});

pureTest("restart --force waits for nothing", () => {
  const selection = { ...EVERYTHING, issue: false, deploy: false, force: true };
  for (const one of [makeNotLoaded({ until: after(10 * DAY) }), makePendingAction()]) {
    const made = planFor({ pendingAction: one, selection });
    assert.equal(reasonOf(made), "requested by --force");
    assert.deepEqual(made.services[0]?.waits, undefined);
  }
});
