/** Which services act, and for what reason. */
import assert from "node:assert/strict";
import { EVERYTHING, plan, type Selection } from "../../../lib/plan/plan.ts";
import type { MarkerObservation, Step } from "../../../lib/plan/types.ts";
import {
  after,
  makeConfig,
  makeFile,
  makeMarker,
  makeObserved,
  makeSeen,
  makeService,
  makeSpec,
  makeTarget,
  makeUnit,
  NOW,
  observationOf,
  present,
} from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";

const NGINX = makeService();
const MAIL = makeService({ unit: "postfix.service", control: "restart", order: -1 });
const A = makeSpec({
  name: "a",
  targets: [makeTarget({ path: "/a.crt" })],
  services: [NGINX, MAIL],
});
const B = makeSpec({ name: "b", targets: [makeTarget({ path: "/b.crt" })], services: [NGINX] });

/** Steps of services, where the given certificates have files that differ. */
function serviceSteps(
  changed: readonly string[],
  markers: readonly MarkerObservation[] = [],
  selection: Selection = EVERYTHING,
): Step[] {
  const certificates = [A, B].map((spec) =>
    makeObserved(spec, {
      targets: spec.targets.map(({ path }) =>
        makeSeen({ path, file: present(makeFile({ sameContent: !changed.includes(spec.name) })) })
      ),
    })
  );
  const observation = observationOf(certificates, markers);
  return plan(makeConfig([A, B]), [A, B], observation, NOW, selection).steps
    .filter(({ kind }) => kind === "service" || kind === "settle");
}

const LATE = after(-10_000).getTime();
const owed = makeMarker({ state: makeUnit({ changedAt: LATE }) });
const OWED = "it has not loaded the files deployed 2026-12-01 08:00 UTC";

pureTest("plan() lets no service act where nothing is deployed and no marker lies", () => {
  assert.deepEqual(serviceSteps([]), []);
});

pureTest("plan() lets each unit act once, for all certificates that change, in order", () => {
  assert.deepEqual(serviceSteps(["a", "b"]), [
    {
      kind: "service",
      unit: "postfix.service",
      control: "restart",
      debt: { reason: "deployed", detail: "it loads the new files of a" },
      certificates: ["a"],
    },
    {
      kind: "service",
      unit: "nginx.service",
      control: "try-reload-or-restart",
      debt: { reason: "deployed", detail: "it loads the new files of a, b" },
      certificates: ["a", "b"],
    },
  ]);
  assert.deepEqual(serviceSteps(["b"]).map((step) => "unit" in step && step.unit), [
    "nginx.service",
  ]);
});

pureTest("plan() owes a reload when the file is newer than the service", () => {
  assert.deepEqual(serviceSteps([], [owed]), [{
    kind: "service",
    unit: "nginx.service",
    control: "try-reload-or-restart",
    debt: { reason: "owed", detail: OWED },
    certificates: [],
  }]);
});

pureTest("plan() keeps the older debt as the reason where new files come, too", () => {
  assert.deepEqual(serviceSteps(["b"], [owed]), [{
    kind: "service",
    unit: "nginx.service",
    control: "try-reload-or-restart",
    debt: { reason: "owed", detail: OWED },
    certificates: ["b"],
  }]);
});

pureTest("plan() takes away a marker that is settled", () => {
  assert.deepEqual(serviceSteps([], [makeMarker()]), [{
    kind: "settle",
    unit: "nginx.service",
    detail: "it loaded them 2026-12-01 09:00 UTC",
  }]);
});

pureTest("plan() does not settle a unit that is to load new files", () => {
  const steps = serviceSteps(["b"], [makeMarker()]);
  assert.deepEqual(steps.map((step) => step.kind === "service" && step.debt.reason), ["deployed"]);
});

pureTest("plan() judges each unit by its own marker", () => {
  const state = makeUnit({ unit: "postfix.service", active: "inactive" });
  const markers = [makeMarker(), makeMarker({ unit: "postfix.service", state })];
  assert.deepEqual(
    serviceSteps([], markers).map((step) => [step.kind, "unit" in step && step.unit]),
    [["service", "postfix.service"], ["settle", "nginx.service"]],
  );
});

pureTest("plan() leaves markers alone whose unit none of the certificates names", () => {
  const foreign = makeMarker({ unit: "other.service", state: makeUnit({ changedAt: LATE }) });
  assert.deepEqual(serviceSteps([], [foreign]), []);
});

pureTest("plan() forces all services of the certificates, whatever their markers say", () => {
  const selection = { ...EVERYTHING, issue: false, deploy: false, force: true };
  for (const markers of [[], [owed], [makeMarker()]]) {
    const steps = serviceSteps([], markers, selection);
    assert.deepEqual(steps.map((step) => step.kind === "service" && [step.unit, step.debt]), [
      ["postfix.service", { reason: "forced", detail: "it was asked for by --force" }],
      ["nginx.service", { reason: "forced", detail: "it was asked for by --force" }],
    ]);
  }
});
