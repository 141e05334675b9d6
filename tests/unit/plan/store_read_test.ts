/** A certificate without deployed files, which its services read from the store. */
import assert from "node:assert/strict";
import type { Selection } from "../../../lib/plan/selection.ts";
import {
  after,
  DAY,
  makeCertificate,
  makeObserved,
  makeService,
  makeSpec,
  makeStored,
} from "../../support/fixtures.ts";
import { planOf } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const SPEC = makeSpec({ name: "web", services: [makeService()] });
const END = after(5 * DAY);
const STORED = makeStored({}, makeCertificate({ notAfter: END }));

function planFor(selection?: Selection) {
  return planOf([SPEC], [makeObserved(SPEC, { stored: STORED })], { selection });
}

pureTest("a renewal is what its services have to load", () => {
  const { steps } = planFor();
  assert.deepEqual(steps.map(({ kind }) => kind), ["issue", "service"]);
  const [issue, service] = steps;
  assert.ok(issue?.kind === "issue" && service?.kind === "service");
  assert.deepEqual([issue.services, issue.inUseUntil], [["nginx.service"], END]);
  assert.equal(service.pending.detail, "it loads the new files of web");
  assert.deepEqual(service.certificates, ["web"]);
  assert.deepEqual(
    service.about.files,
    ["cert", "chain", "fullchain", "privkey", "ca"].map((what) =>
      `/var/lib/vcm/certs/web/${what}.pem`
    ),
  );
});

pureTest("vcm issue leaves them a pending action", () => {
  const { steps } = planFor({ issue: true, deploy: false, services: false, force: false });
  const [issue, ...rest] = steps;
  assert.ok(issue?.kind === "issue");
  assert.deepEqual([issue.services, rest], [["nginx.service"], []]);
});

pureTest("if files are deployed, actions are pending for these", () => {
  const spec = makeSpec({ name: "web", services: [makeService()], targets: [] });
  assert.deepEqual(planOf([spec]).steps, []);
});
