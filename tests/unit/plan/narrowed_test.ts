/** A command for some certificates: what a service wants is asked of all that name it. */
import assert from "node:assert/strict";
import type { CertificateSpec } from "../../../lib/config/types.ts";
import { actionName } from "../../../lib/plan/desired_service.ts";
import { EVERYTHING } from "../../../lib/plan/selection.ts";
import type { PendingActionObservation } from "../../../lib/observe/types.ts";
import type { Step } from "../../../lib/plan/types.ts";
import {
  after,
  makeObserved,
  makePendingAction,
  makeSeenFile,
  makeService,
  makeSpec,
  makeTarget,
  makeUnit,
} from "../../support/fixtures.ts";
import { makeServiceStep, planOf } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const SHARED = "shared.service";
const RESTART = { ...EVERYTHING, issue: false, deploy: false };

const A = makeSpec({
  name: "a",
  targets: [makeTarget({ path: "/a.crt" })],
  services: [
    makeService({ id: "own.service", control: "reload", order: 5 }),
    makeService({ id: SHARED, control: "reload", order: 9 }),
  ],
});
const B = makeSpec({
  name: "b",
  targets: [makeTarget({ path: "/b.crt" })],
  services: [
    makeService({ id: SHARED, control: "restart", order: -1 }),
    makeService({ id: "other.service", order: -5 }),
  ],
});
const OTHER = makePendingAction({
  service: "other.service",
  record: { kind: "unit", state: makeUnit({ unit: "other.service", changedAt: 0 }) },
});

interface Given {
  /** Certificates whose files differ from the store. */
  readonly changed?: readonly string[];
  readonly pendingActions?: readonly PendingActionObservation[];
  /** When the file of "b" changed; that of "a" changed days ago. */
  readonly changedAt?: number;
  readonly selection?: typeof EVERYTHING;
}

/** Steps of services of a command for the named certificates of the two. */
function serviceSteps(named: readonly CertificateSpec[], given: Given): Step[] {
  const { changed = [], pendingActions = [], changedAt, selection = EVERYTHING } = given;
  const observed = [A, B].map((spec) => {
    const file = {
      sameContent: !changed.includes(spec.name),
      ...(spec === B && changedAt !== undefined ? { changedAt } : {}),
    };
    const targets = spec.targets.map(({ path }) => makeSeenFile(file, { path }));
    return makeObserved(spec, { targets });
  });
  return planOf([A, B], observed, { pendingActions, selection, named }).steps
    .filter(({ kind }) => kind === "service" || kind === "clear");
}

/** Action and service of each step, in order. */
function actions(steps: readonly Step[]): string[] {
  return steps.map((step) =>
    step.kind === "service" ? `${actionName(step.action)} ${step.service}` : step.kind
  );
}

pureTest(
  "a single certificate gets the strongest control and the lowest order of its service",
  () => {
    const steps = serviceSteps([A], { changed: ["a"] });
    assert.deepEqual(actions(steps), [`restart ${SHARED}`, "reload own.service"]);
    assert.deepEqual(
      steps[0],
      makeServiceStep({
        service: SHARED,
        action: { manager: "systemd", name: SHARED, control: "restart" },
        pending: { reason: "deployed", detail: "it loads the new files of a" },
        certificates: ["a"],
        about: { certificates: ["a"], files: ["/a.crt"] },
      }),
    );
  },
);

pureTest("what another certificate would deploy is no reason of a narrowed command", () => {
  assert.deepEqual(serviceSteps([A], { changed: ["b"] }), []);
  const [shared] = serviceSteps([A], { changed: ["a", "b"] });
  assert.ok(shared?.kind === "service");
  assert.deepEqual(shared.certificates, ["a"]);
});

pureTest("services that the named certificates do not mention stay out", () => {
  assert.deepEqual(serviceSteps([A], { pendingActions: [OTHER] }), []);
  const forced = { ...RESTART, force: true };
  assert.deepEqual(actions(serviceSteps([A], { pendingActions: [OTHER], selection: forced })), [
    `restart ${SHARED}`,
    "reload own.service",
  ]);
  assert.deepEqual(actions(serviceSteps([B], { selection: forced })), [
    "try-reload-or-restart other.service",
    `restart ${SHARED}`,
  ]);
});

pureTest("a shared service is pending by the files of all certificates, named or not", () => {
  const pendingActions = [makePendingAction({ service: SHARED })];
  for (const selection of [EVERYTHING, RESTART]) {
    const [step] = serviceSteps([A], {
      pendingActions,
      changedAt: after(-600).getTime(),
      selection,
    });
    assert.deepEqual(
      step,
      makeServiceStep({
        service: SHARED,
        action: { manager: "systemd", name: SHARED, control: "restart" },
        pending: {
          reason: "pending",
          detail: "it has not loaded the files deployed 2026-12-01 09:50 UTC",
        },
        certificates: [],
        about: { certificates: ["a", "b"], files: ["/a.crt", "/b.crt"] },
      }),
    );
  }
});

pureTest("a narrowed command clears a shared service that loaded all files", () => {
  const pendingActions = [makePendingAction({ service: SHARED })];
  assert.deepEqual(serviceSteps([A], { pendingActions }), [{
    kind: "clear",
    service: SHARED,
    detail: "it loaded them 2026-12-01 09:00 UTC",
  }]);
});

pureTest("a narrowed command clears no restart by a reload", () => {
  const state = makeUnit({ unit: SHARED, startedAt: after(-100_000).getTime() });
  const pendingAction = makePendingAction({ service: SHARED, record: { kind: "unit", state } });
  const steps = serviceSteps([A], { pendingActions: [pendingAction] });
  assert.deepEqual(actions(steps), [`restart ${SHARED}`]);
});
