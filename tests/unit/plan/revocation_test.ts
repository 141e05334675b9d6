/** What a plan does about a revocation that was begun. */
import assert from "node:assert/strict";
import { plan } from "../../../lib/plan/plan.ts";
import type { Step } from "../../../lib/plan/types.ts";
import { assessStatus } from "../../../lib/report/verdict.ts";
import { planText } from "../../../lib/report/plan_text.ts";
import { paint } from "../../../lib/report/paint.ts";
import { makeConfig, makeObserved, makeSpec, NOW, observationOf } from "../../support/fixtures.ts";
import { planOf } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const SPEC = makeSpec({ name: "a" });

function begun(serial: string) {
  const value = { serial, mount: "pki", file: "/etc/vcm/vcm.yaml", forgetKey: false };
  return { ...makeObserved(SPEC), revocation: { kind: "present", value } as const };
}

function kinds(steps: readonly Step[]): string[] {
  return steps.map(({ kind }) => kind);
}

pureTest(
  "the certificate that may be revoked is broken, and revoked before a new one is issued",
  () => {
    const made = planOf([SPEC], [begun("0a:1b:2c")]);
    assert.equal(made.certificates[0]?.due?.reason, "revocation-pending");
    assert.deepEqual(kinds(made.steps).slice(0, 2), ["revoke", "issue"]);
    assert.equal(assessStatus(made), "broken");
  },
);

pureTest("a successor of what may be revoked is in order, and the revocation is finished", () => {
  const made = planOf([SPEC], [begun("0b")]);
  assert.equal(made.certificates[0]?.due, undefined);
  assert.deepEqual([kinds(made.steps), assessStatus(made)], [["revoke"], "due"]);
});

pureTest(
  "commands that need no server finish nothing, and deploy nothing that may be revoked",
  () => {
    const selection = { issue: false, deploy: true, services: false, force: true };
    const made = planOf([SPEC], [begun("0a:1b:2c")], { selection });
    assert.deepEqual(kinds(made.steps), []);
  },
);

pureTest("what the file no longer names is finished by a command that names nothing", () => {
  const { value: revocation } = begun("0c").revocation;
  const config = makeConfig([SPEC]);
  const observation = observationOf([makeObserved(SPEC)], [], {
    removed: [{ name: "gone", revocation }],
  });
  const made = plan(config, config.certificates, observation, NOW);
  assert.deepEqual(kinds(made.steps), ["revoke"]);
  assert.equal(
    planText(made, paint(false), false),
    'gone\n  revoke   the revocation of serial 0c is not finished; "vcm run" or ' +
      '"vcm revoke gone" finishes it\n\n' +
      "Plan: 0 to issue, 0 files to deploy, 0 service actions, 1 to recover; 1 certificate in order\n",
  );
  assert.deepEqual(plan(config, [SPEC], observation, NOW).steps, []);
});

pureTest("a certificate that a CRL lists is broken, deployed nowhere, and gets another key", () => {
  const spec = makeSpec({ name: "a", key: { origin: "local", reuse: true } });
  const revoked = makeObserved(spec, { revokedBy: "Root" });
  const made = planOf([spec], [revoked]);
  assert.deepEqual(made.certificates[0]?.due, {
    reason: "revoked",
    detail: 'it is revoked: the CRL of "Root" lists it',
  });
  assert.equal(assessStatus(made), "broken");
  const [issue] = made.steps.filter((step) => step.kind === "issue");
  assert.equal(issue?.request.key.reuse, false);
  const selection = { issue: false, deploy: true, services: false, force: true };
  const config = makeConfig([spec]);
  const deploying = plan(config, [spec], observationOf([revoked]), NOW, selection);
  assert.deepEqual(kinds(deploying.steps), []);
});
