/** Files that a run deployed, and was interrupted before services could judge them. */
import assert from "node:assert/strict";
import { replacedFile } from "../../../lib/config/store_paths.ts";
import { plan } from "../../../lib/plan/plan.ts";
import type { Plan, Replaced, TargetObservation } from "../../../lib/plan/types.ts";
import { formatUnjudged, parseUnjudged } from "../../../lib/plan/unjudged_text.ts";
import {
  makeConfig,
  makeObserved,
  makeSeen,
  makeService,
  makeSpec,
  makeTarget,
  NOW,
  observationOf,
} from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";

const [CRT, KEY] = ["/etc/nginx/web.crt", "/etc/nginx/web.key"];
const RECORD: readonly Replaced[] = [{ path: CRT, kept: true }, { path: KEY, kept: false }];

function planFor(unjudged: readonly Replaced[], seen: Partial<TargetObservation> = {}): Plan {
  const targets = [makeTarget({ path: CRT }), makeTarget({ what: "privkey", path: KEY })];
  const services = [makeService({ validate: ["nginx", "-t"] })];
  const spec = makeSpec({ name: "web", services, targets });
  const observed = makeObserved(spec, {
    unjudged,
    targets: [makeSeen({ path: CRT, ...seen }), makeSeen({ path: KEY })],
  });
  return plan(makeConfig([spec]), [spec], observationOf([observed]), NOW);
}

/** What each target is written for, and what is cleared away or put back. */
function outcome({ steps }: Plan): unknown[] {
  return steps.flatMap((step): unknown[] => {
    if (step.kind === "tidy") return [["tidy", ...step.leftovers, ...step.unjudged]];
    if (step.kind !== "deploy") return [step.kind];
    return step.targets.map(({ path, drift }) => [path, ...drift.map(({ kind }) => kind)]);
  });
}

pureTest("they are put back, and deployed again, so that they are judged", () => {
  assert.deepEqual(outcome(planFor(RECORD, { replaced: true })), [
    ["tidy", ...RECORD],
    [CRT, "unjudged"],
    [KEY, "unjudged"],
    "service",
  ]);
  assert.deepEqual(outcome(planFor(RECORD.slice(0, 1))), [
    ["tidy", ...RECORD.slice(0, 1)],
    [CRT, "unjudged"],
    "service",
  ]);
});

pureTest("without a record, an old file is one that was judged, and is cleared away", () => {
  assert.deepEqual(outcome(planFor([], { replaced: true })), [["tidy", replacedFile(CRT)]]);
});

pureTest("the record is lines, and what is no such line is passed over", () => {
  assert.equal(formatUnjudged(RECORD), `kept ${CRT}\nnew ${KEY}\n`);
  assert.deepEqual(parseUnjudged(formatUnjudged(RECORD)), RECORD);
  assert.deepEqual(parseUnjudged("\nkept relative\nold /x\nnew /a b\nkept "), [
    { path: "/a b", kept: false },
  ]);
});
