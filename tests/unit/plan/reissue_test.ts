/** "reissue": what was issued before a time is due from that time on, and no window holds it back. */
import assert from "node:assert/strict";
import type { ReissueRule } from "../../../lib/config/types.ts";
import type { Plan } from "../../../lib/plan/types.ts";
import { reissueLines } from "../../../lib/report/reissue_text.ts";
import { assessStatus } from "../../../lib/report/verdict.ts";
import {
  after,
  DAY,
  makeCertificate,
  makeObserved,
  makeSeenFile,
  makeService,
  makeSpec,
  makeStored,
  makeTarget,
  NOW,
} from "../../support/fixtures.ts";
import { planOf, SATURDAY } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

interface Given {
  /** Seconds from now to the time of the rule. */
  readonly before?: number;
  readonly within?: number;
  /** Seconds from now to the start of the validity, and to the recorded issue. */
  readonly began?: number;
  readonly recorded?: number;
  readonly deployed?: boolean;
}

/** A certificate and a service that wait for Saturdays; nothing else is due. */
function planFor(given: Given): Plan {
  const { before = -60, within = 0, began = -DAY, deployed = true } = given;
  const reissue: ReissueRule = { issuedBefore: after(before), within };
  const spec = makeSpec({
    name: "a",
    reissue,
    windows: SATURDAY,
    targets: [makeTarget({ path: "/a.crt" })],
    services: [makeService({ windows: SATURDAY })],
    key: { origin: "local", reuse: true },
  });
  const certificate = makeCertificate({
    commonName: "a",
    dnsNames: ["a"],
    notBefore: after(began),
    notAfter: after(60 * DAY),
  });
  const issuedAt = given.recorded === undefined ? undefined : after(given.recorded);
  const observed = makeObserved(spec, {
    stored: makeStored({ issuedAt }, certificate),
    targets: [makeSeenFile({ sameContent: deployed }, { path: "/a.crt" })],
  });
  return planOf([spec], [observed]);
}

const kinds = ({ steps }: Plan) => steps.map(({ kind }) => kind);

pureTest("it is issued with a new key, deployed and loaded outside the window", () => {
  const made = planFor({});
  assert.deepEqual(kinds(made), ["issue", "deploy", "service"]);
  const [step] = made.steps;
  assert.ok(step?.kind === "issue");
  assert.deepEqual([step.due.reason, step.request.key.reuse], ["issued-before", false]);
  assert.deepEqual(step.issuedBefore, after(-60));
  assert.equal(assessStatus(made), "due");
  assert.deepEqual(made.certificates[0]?.renewAt, after(-60));
});

pureTest("the record of the issue counts, not the start that the server dated back", () => {
  for (const [began, recorded, due] of [[-DAY, -30, false], [-DAY, -90, true], [-30, -20, false]]) {
    const made = planFor({ began: Number(began), recorded: Number(recorded) });
    assert.equal(kinds(made).includes("issue"), due, `${began} ${recorded}`);
  }
  assert.ok(kinds(planFor({ began: -90 })).includes("issue"));
});

pureTest("nothing is due before the time, nor before the share of the serial number", () => {
  for (const given of [{ before: 3600 }, { before: -60, within: 30 * DAY }]) {
    const made = planFor(given);
    assert.deepEqual(kinds(made), []);
    assert.equal(assessStatus(made), "fine");
    const from = made.certificates[0]?.reissue?.from;
    assert.ok(from !== undefined && from > NOW);
  }
});

pureTest("a service loads what was issued again outside its window, and later waits again", () => {
  const again = planFor({ began: -30, deployed: false });
  assert.deepEqual(kinds(again), ["deploy", "service"]);
  const later = planFor({ before: -10 * DAY, began: -3 * DAY, deployed: false });
  assert.deepEqual(kinds(later), ["deploy"]);
});

pureTest("the progress is told for each time", () => {
  const at = NOW;
  const [done, open] = [planFor({ began: -30 }), planFor({ within: 3600 })];
  assert.deepEqual(
    reissueLines({ ...done, at, certificates: [...done.certificates, ...open.certificates] })
      .map((line) => line.replace(/due 2026-.*/, "due LATER")),
    [
      "re-issue of what was issued before 2026-12-01 09:59 UTC: 1 of 2 certificates done; the last one is due LATER",
    ],
  );
  assert.deepEqual(reissueLines({ ...done, certificates: [] }), []);
});
