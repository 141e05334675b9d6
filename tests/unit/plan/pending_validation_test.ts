/** Files that an interrupted run deployed and no service has validated. */
import assert from "node:assert/strict";
import { replacedFile } from "../../../lib/store/store_paths.ts";
import type { FileObservation } from "../../../lib/observe/types.ts";
import type { Ancestor } from "../../../lib/host/types.ts";
import type { Plan } from "../../../lib/plan/types.ts";
import type { Replaced } from "../../../lib/store/types.ts";
import { formatPendingValidation, parsePendingValidation } from "../../../lib/store/record_text.ts";
import {
  makeObserved,
  makeSeen,
  makeService,
  makeSpec,
  makeTarget,
} from "../../support/fixtures.ts";
import { planOf, type PlanParts } from "../../support/fixtures_plan.ts";
import { pureTest } from "../../support/pure_test.ts";

const [CRT, KEY] = ["/etc/nginx/web.crt", "/etc/nginx/web.key"];
const RECORD: readonly Replaced[] = [{ path: CRT, kept: true }, { path: KEY, kept: false }];

function planFor(
  pendingValidation: readonly Replaced[],
  seen: Partial<FileObservation> = {},
  host: PlanParts = {},
): Plan {
  const targets = [makeTarget({ path: CRT }), makeTarget({ what: "privkey", path: KEY })];
  const services = [makeService({ validate: ["nginx", "-t"] })];
  const spec = makeSpec({ name: "web", services, targets });
  const observed = makeObserved(spec, {
    pendingValidation,
    targets: [makeSeen({ path: CRT, ...seen }), makeSeen({ path: KEY })],
  });
  return planOf([spec], [observed], host);
}

/** What each target is written for, and what is cleared away or rolled back. */
function outcome({ steps }: Plan): unknown[] {
  return steps.flatMap((step): unknown[] => {
    if (step.kind === "recover") return [["recover", ...step.leftovers, ...step.pendingValidation]];
    if (step.kind !== "deploy") return [step.kind];
    return step.targets.map(({ path, drift }) => [path, ...drift.map(({ kind }) => kind)]);
  });
}

pureTest("they are rolled back and deployed again, so that they are validated", () => {
  assert.deepEqual(outcome(planFor(RECORD, { replaced: true })), [
    ["recover", ...RECORD],
    [CRT, "pending-validation"],
    [KEY, "pending-validation"],
    "service",
  ]);
  assert.deepEqual(outcome(planFor(RECORD.slice(0, 1))), [
    ["recover", ...RECORD.slice(0, 1)],
    [CRT, "pending-validation"],
    "service",
  ]);
});

pureTest("without a record, a previous file was validated and is removed", () => {
  assert.deepEqual(outcome(planFor([], { replaced: true })), [["recover", replacedFile(CRT)]]);
});

pureTest("the record has lines, and unknown lines are ignored", () => {
  assert.equal(formatPendingValidation(RECORD), `kept ${CRT}\nnew ${KEY}\n`);
  assert.deepEqual(parsePendingValidation(formatPendingValidation(RECORD)), RECORD);
  const known = [{ path: CRT, kept: true, identity: "65024:12:1796045825248" }, {
    path: KEY,
    kept: false,
  }];
  assert.equal(
    formatPendingValidation(known),
    `kept ${CRT}\ninode 65024:12:1796045825248 ${CRT}\nnew ${KEY}\n`,
  );
  assert.deepEqual(parsePendingValidation(formatPendingValidation(known)), known);
  assert.deepEqual(
    parsePendingValidation(`inode 1:2:3 ${KEY}\ninode x ${CRT}\nkept ${CRT}\nnew ${KEY}\n`),
    [
      { path: CRT, kept: true },
      { path: KEY, kept: false },
    ],
  );
  assert.deepEqual(parsePendingValidation("\nkept relative\nold /x\nnew /a b\nkept "), [
    { path: "/a b", kept: false },
  ]);
});

/** In a directory of postgres's, with postgres for the owner. */
function pgs(mode: number, more: Partial<FileObservation> = {}): Partial<FileObservation> {
  const last: Ancestor = { directory: "/etc/nginx", uid: 26, gid: 26, owner: "postgres", mode };
  const owner = { kind: "given", name: "postgres", id: 26 } as const;
  return { ancestors: [last], owner, ...more };
}

pureTest("a record without inodes rolls nothing back if others could have put a file there", () => {
  const made = planFor(RECORD, pgs(0o1777, { replaced: true }));
  assert.deepEqual(made.certificates[0]?.blocked, [{
    kind: "impossible",
    message: 'Every user may write to "/etc/nginx" (mode 1777), and the record of an interrupted ' +
      'run does not say which file it kept as "/etc/nginx/.web.crt.vcm-old"; check that file, then restore it by "mv /etc/nginx/.web.crt.vcm-old /etc/nginx/web.crt" or remove it by ' +
      '"rm /etc/nginx/.web.crt.vcm-old"',
  }]);
  assert.deepEqual(outcome(made), []);
  // Once it is gone, nothing is in doubt; nor is what has an inode.
  const by = { uid: 26, gid: 65534 };
  const known = { path: CRT, kept: true, identity: "1:2:3" };
  for (const [record, replaced] of [[RECORD[0], false], [known, true]] as const) {
    const [recover] = outcome(
      planFor(record === undefined ? [] : [record], pgs(0o1777, { replaced })),
    );
    assert.deepEqual(recover, ["recover", { ...record, by }]);
  }
});

pureTest(
  "a record without inodes counts if only the writer, or its own group, may write",
  () => {
    const by = { uid: 26, gid: 26 };
    const host = { ownGroups: new Map([[26, 26]]) };
    for (const mode of [0o755, 0o1770]) {
      const made = planFor(RECORD.slice(0, 1), pgs(mode, { replaced: true }), host);
      assert.deepEqual(outcome(made)[0], ["recover", { ...RECORD[0], by }]);
    }
  },
);

pureTest("nothing is rolled back if one of the files is refused, so that none is lost", () => {
  const shared: Ancestor = { directory: "/etc/nginx", uid: 0, gid: 0, owner: "root", mode: 0o1777 };
  const made = planFor(RECORD, { ancestors: [shared], replaced: true });
  assert.deepEqual(outcome(made), []);
  assert.match(made.certificates[0]?.blocked[0]?.message ?? "", /^Every user may write to /);
});
