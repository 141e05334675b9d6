/** Which services act, and for what reason. */
import assert from "node:assert/strict";
import { EVERYTHING, type Selection } from "../../../lib/plan/selection.ts";
import type { PendingActionObservation } from "../../../lib/observe/types.ts";
import type { ServiceStep, Step } from "../../../lib/plan/types.ts";
import {
  after,
  makeObserved,
  makePendingAction,
  makeSeenFile,
  makeService,
  makeSpec,
  makeTarget,
} from "../../support/fixtures.ts";
import {
  makeNotLoaded,
  makeServiceStep,
  NOT_LOADED,
  planOf,
  unitRecord,
} from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const NGINX = makeService();
const MAIL = makeService({ id: "postfix.service", control: "restart", order: -1 });
const A = makeSpec({
  name: "a",
  targets: [makeTarget({ path: "/a.crt" })],
  services: [NGINX, MAIL],
});
const B = makeSpec({ name: "b", targets: [makeTarget({ path: "/b.crt" })], services: [NGINX] });

/** A step of nginx, which both certificates name. */
function nginxStep(parts: Partial<ServiceStep>): ServiceStep {
  const action = {
    manager: "systemd",
    name: "nginx.service",
    control: "try-reload-or-restart",
  } as const;
  return makeServiceStep({ action, ...parts });
}

/** Steps of services, where the given certificates have files that differ. */
function serviceSteps(
  changed: readonly string[],
  pendingActions: readonly PendingActionObservation[] = [],
  selection: Selection = EVERYTHING,
): Step[] {
  const certificates = [A, B].map((spec) =>
    makeObserved(spec, {
      targets: spec.targets.map(({ path }) =>
        makeSeenFile({ sameContent: !changed.includes(spec.name) }, { path })
      ),
    })
  );
  return planOf([A, B], certificates, { pendingActions, selection }).steps
    .filter(({ kind }) => kind === "service" || kind === "clear");
}

const pendingAction = makeNotLoaded();

pureTest("plan() lets no service act if nothing is deployed and nothing is pending", () => {
  assert.deepEqual(serviceSteps([]), []);
});

pureTest("plan() lets each service act once, for all certificates that change, in order", () => {
  assert.deepEqual(serviceSteps(["a", "b"]), [
    makeServiceStep({
      service: "postfix.service",
      action: { manager: "systemd", name: "postfix.service", control: "restart" },
      pending: { reason: "deployed", detail: "it loads the new files of a" },
      certificates: ["a"],
      about: { certificates: ["a"], files: ["/a.crt"] },
    }),
    nginxStep({
      pending: { reason: "deployed", detail: "it loads the new files of a, b" },
      certificates: ["a", "b"],
      about: { certificates: ["a", "b"], files: ["/a.crt", "/b.crt"] },
    }),
  ]);
  assert.deepEqual(serviceSteps(["b"]).map((step) => "service" in step && step.service), [
    "nginx.service",
  ]);
});

pureTest("a reload is pending if the file is newer than the service", () => {
  assert.deepEqual(serviceSteps([], [pendingAction]), [nginxStep({
    pending: { reason: "pending", detail: NOT_LOADED },
    certificates: [],
    about: { certificates: ["a", "b"], files: ["/a.crt", "/b.crt"] },
  })]);
});

pureTest("plan() keeps the older pending action as the reason if there are new files too", () => {
  assert.deepEqual(serviceSteps(["b"], [pendingAction]), [nginxStep({
    pending: { reason: "pending", detail: NOT_LOADED },
    certificates: ["b"],
    about: { certificates: ["b"], files: ["/b.crt"] },
  })]);
});

pureTest("plan() clears a pending action that no longer applies", () => {
  assert.deepEqual(serviceSteps([], [makePendingAction()]), [{
    kind: "clear",
    service: "nginx.service",
    detail: "it loaded them 2026-12-01 09:00 UTC",
  }]);
});

pureTest("plan() does not clear a unit that is to load new files", () => {
  const steps = serviceSteps(["b"], [makePendingAction()]);
  assert.deepEqual(steps.map((step) => step.kind === "service" && step.pending.reason), [
    "deployed",
  ]);
});

pureTest("plan() treats each unit by its own pending action", () => {
  const record = unitRecord({ unit: "postfix.service", active: "inactive" });
  const pendingActions = [
    makePendingAction(),
    makePendingAction({ service: "postfix.service", record }),
  ];
  assert.deepEqual(
    serviceSteps([], pendingActions).map((step) => [step.kind, "service" in step && step.service]),
    [["service", "postfix.service"], ["clear", "nginx.service"]],
  );
});

pureTest("plan() leaves alone the pending actions of services that no certificate names", () => {
  const foreign = makePendingAction({
    service: "other.service",
    record: unitRecord({ changedAt: after(-10_000).getTime() }),
  });
  assert.deepEqual(serviceSteps([], [foreign]), []);
});

pureTest(
  "plan() forces all services of the certificates, whatever their pending actions say",
  () => {
    const selection = { ...EVERYTHING, issue: false, deploy: false, force: true };
    for (const pendingActions of [[], [pendingAction], [makePendingAction()]]) {
      const steps = serviceSteps([], pendingActions, selection);
      assert.deepEqual(
        steps.map((step) => step.kind === "service" && [step.service, step.pending]),
        [
          ["postfix.service", { reason: "forced", detail: "requested by --force" }],
          ["nginx.service", { reason: "forced", detail: "requested by --force" }],
        ],
      );
    }
  },
);
