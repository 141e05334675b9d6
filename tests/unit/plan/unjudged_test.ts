/** Files that a run deployed, and was interrupted before services could judge them. */
import assert from "node:assert/strict";
import { replacedFile } from "../../../lib/config/store_paths.ts";
import type { ServiceSpec } from "../../../lib/config/types.ts";
import { plan } from "../../../lib/plan/plan.ts";
import type { Plan, TargetObservation } from "../../../lib/plan/types.ts";
import {
  makeConfig,
  makeFile,
  makeObserved,
  makeSeen,
  makeService,
  makeSpec,
  makeTarget,
  NOW,
  observationOf,
  present,
} from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";

const [CRT, KEY] = ["/etc/nginx/web.crt", "/etc/nginx/web.key"];
const JUDGE = makeService({ validate: ["nginx", "-t"] });

function planFor(
  seen: readonly [Partial<TargetObservation>, Partial<TargetObservation>],
  service: ServiceSpec = JUDGE,
): Plan {
  const targets = [makeTarget({ path: CRT }), makeTarget({ what: "privkey", path: KEY })];
  const spec = makeSpec({ name: "web", services: [service], targets });
  const observed = makeObserved(spec, {
    targets: [makeSeen({ path: CRT, ...seen[0] }), makeSeen({ path: KEY, ...seen[1] })],
  });
  return plan(makeConfig([spec]), [spec], observationOf([observed]), NOW);
}

/** What each target is written for, and what is cleared away. */
function outcome({ steps }: Plan): unknown[] {
  return steps.flatMap((step) => {
    if (step.kind === "tidy") return [["tidy", ...step.leftovers]];
    if (step.kind !== "deploy") return [step.kind];
    return step.targets.map(({ path, drift }) => [path, ...drift.map(({ kind }) => kind)]);
  });
}

const OLD = present(makeFile({ sameContent: false }));

pureTest("all are deployed again, so that they are judged, and what they replaced stays", () => {
  const made = planFor([{ replaced: true }, { replaced: true }]);
  assert.deepEqual(outcome(made), [[CRT, "unjudged"], [KEY, "unjudged"], "service"]);
});

pureTest("a putting back that was interrupted is the same: the one that is back is old", () => {
  const made = planFor([{ replaced: true }, { replaced: false, file: OLD }]);
  assert.deepEqual(outcome(made), [[CRT, "unjudged"], [KEY, "content", "unjudged"], "service"]);
});

pureTest("what was judged, but not all cleared away, is cleared away", () => {
  const made = planFor([{ replaced: true }, { replaced: false }]);
  assert.deepEqual(outcome(made), [["tidy", replacedFile(CRT)]]);
});

pureTest("where nobody judges any more, what was replaced is cleared away", () => {
  const made = planFor([{ replaced: true }, { replaced: true }], makeService());
  assert.deepEqual(outcome(made), [["tidy", replacedFile(CRT), replacedFile(KEY)]]);
});
