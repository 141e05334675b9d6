/** The commands as selections of one engine. */
import assert from "node:assert/strict";
import type { Selection } from "../../../lib/plan/selection.ts";
import type { Plan } from "../../../lib/plan/types.ts";
import type { StoredSet } from "../../../lib/store/types.ts";
import {
  ABSENT,
  makeCertificate,
  makeObserved,
  makePendingAction,
  makeRequest,
  makeSeenFile,
  makeService,
  makeSpec,
  makeStored,
  makeTarget,
  NOW,
  present,
  unreadable,
} from "../../support/fixtures.ts";
import { planOf, unitRecord } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const NOTHING: Selection = { issue: false, deploy: false, services: false, force: false };
const RUN = { ...NOTHING, issue: true, deploy: true, services: true };
const ISSUE = { ...NOTHING, issue: true };
const DEPLOY = { ...NOTHING, deploy: true };
const RESTART = { ...NOTHING, services: true };

const SPEC = makeSpec({ targets: [makeTarget({ mode: 0o640 })], services: [makeService()] });
const EXPIRED = makeStored({}, makeCertificate({ notAfter: NOW }));

/** A plan in which everything is to be done: issue, a file that differs, a pending action. */
function planAll(selection: Selection, stored: StoredSet = EXPIRED): Plan {
  const observed = makeObserved(SPEC, {
    stored,
    targets: [makeSeenFile({ sameContent: false })],
  });
  const pendingActions = [makePendingAction({ record: unitRecord({ changedAt: 0 }) })];
  return planOf([SPEC], [observed], { pendingActions, selection });
}

function planFine(selection: Selection): Plan {
  const targets = [makeSeenFile({ mode: 0o640 })];
  return planOf([SPEC], [makeObserved(SPEC, { targets })], { selection });
}

const kinds = ({ steps }: Plan) => steps.map(({ kind }) => kind);

/** What `deploy` and `restart` would change, as text. */
function driftOf({ steps }: Plan): string[][] {
  return steps.flatMap((step) =>
    step.kind === "deploy" ? step.targets.map(({ drift }) => drift.map(({ kind }) => kind)) : []
  );
}

pureTest("each command plans its own kinds of steps", () => {
  assert.deepEqual(kinds(planAll(RUN)), ["issue", "deploy", "service"]);
  assert.deepEqual(kinds(planAll(ISSUE)), ["issue"]);
  assert.deepEqual(kinds(planAll(DEPLOY)), ["deploy"]);
  assert.deepEqual(kinds(planAll(RESTART)), ["service"]);
  assert.deepEqual(kinds(planAll(NOTHING)), []);
});

pureTest("each command says that the certificate is due, even if it does not issue", () => {
  for (const selection of [RUN, ISSUE, DEPLOY, RESTART, NOTHING]) {
    assert.equal(planAll(selection).certificates[0]?.due?.reason, "expired");
  }
});

pureTest(
  "deploy uses the stored set unchanged, and names its units for the pending actions",
  () => {
    const made = planAll(DEPLOY);
    assert.deepEqual(driftOf(made), [["content", "mode"]]);
    const [step] = made.steps;
    assert.deepEqual(step?.kind === "deploy" && [step.storedSetUsable, step.services], [
      true,
      ["nginx.service"],
    ]);
  },
);

pureTest("deploy says that there is nothing to deploy, and what to do", () => {
  const cases: [Partial<StoredSet>, string][] = [
    [{ leaf: ABSENT, key: ABSENT }, "there is no certificate in the store"],
    [{ key: ABSENT }, "privkey.pem is missing from the store"],
    [{ key: present("mismatch") }, "privkey.pem in the store does not belong to cert.pem"],
  ];
  for (const [parts, detail] of cases) {
    for (const force of [false, true]) {
      const made = planAll({ ...DEPLOY, force }, makeStored(parts));
      assert.deepEqual(made.steps, []);
      assert.deepEqual(made.certificates[0]?.blocked, [{
        kind: "impossible",
        message: `Nothing in the store can be deployed: ${detail}; run "vcm issue" first`,
      }]);
    }
  }
});

pureTest("issue and restart do not care whether anything can be deployed", () => {
  const empty = makeStored({ leaf: ABSENT, key: ABSENT });
  assert.deepEqual(planAll(ISSUE, empty).certificates[0]?.blocked, []);
  assert.deepEqual(planAll(RESTART, empty).certificates[0]?.blocked, []);
});

pureTest("without force nothing is done if all is in order", () => {
  for (const selection of [RUN, ISSUE, DEPLOY, RESTART]) {
    assert.deepEqual(planFine(selection).steps, []);
  }
});

pureTest("issue --force issues though it is not due", () => {
  const made = planFine({ ...ISSUE, force: true });
  const due = { reason: "forced", detail: "requested by --force" };
  assert.deepEqual(kinds(made), ["issue"]);
  assert.deepEqual(made.certificates[0]?.due, due);
  assert.deepEqual(made.steps[0]?.kind === "issue" && made.steps[0].due, due);
});

pureTest("issue --force keeps the reason of what is due anyway", () => {
  assert.equal(planAll({ ...ISSUE, force: true }).certificates[0]?.due?.reason, "expired");
});

pureTest("issue --force issues nothing over what cannot be read", () => {
  const made = planAll({ ...ISSUE, force: true }, makeStored({ leaf: unreadable("no") }));
  assert.deepEqual(made.steps, []);
});

pureTest("deploy --force writes each file, and says of each what else differs", () => {
  assert.deepEqual(driftOf(planFine({ ...DEPLOY, force: true })), [["forced"]]);
  assert.deepEqual(driftOf(planAll({ ...DEPLOY, force: true })), [["content", "mode"]]);
});

pureTest("restart --force acts, and touches neither store nor files", () => {
  const made = planFine({ ...RESTART, force: true });
  assert.deepEqual(kinds(made), ["service"]);
  assert.equal(made.certificates[0]?.due, undefined);
});

pureTest("the request contains what the file asks for, and a lifetime only if it is given", () => {
  const request = makeRequest({ mount: "pki_internal" });
  const issueOf = (ttl: { ttl?: number }) => {
    const spec = { ...SPEC, ...ttl };
    const observed = [makeObserved(spec, { stored: EXPIRED })];
    const [step] = planOf([spec], observed, { selection: ISSUE }).steps;
    return step?.kind === "issue" ? step : undefined;
  };
  assert.deepEqual(issueOf({})?.request, request);
  assert.deepEqual(issueOf({ ttl: 3600 })?.request, { ...request, ttl: 3600 });
  assert.deepEqual(issueOf({})?.renew, SPEC.renew);
});
