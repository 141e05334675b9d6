import assert from "node:assert/strict";
import type { FileSpec } from "../../../lib/config/types.ts";
import { findTargetBlockers } from "../../../lib/plan/blockers.ts";
import { findDrift } from "../../../lib/plan/planned_target.ts";
import { targetStep } from "../../../lib/plan/certificate_steps.ts";
import { changesContent } from "../../../lib/plan/drift.ts";
import type { Account } from "../../../lib/host/types.ts";
import type { Drift } from "../../../lib/plan/target_types.ts";
import type { FileObservation, TargetFile } from "../../../lib/observe/types.ts";
import {
  ABSENT,
  makeFile,
  makeSeen,
  makeSeenFile,
  makeTarget,
  plain,
  present,
  unreadable,
} from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";

const STORED = { stored: true, renewed: false };
const RENEWED = { stored: true, renewed: true };
const NEW_ONLY = { stored: false, renewed: true };
const NOTHING = { stored: false, renewed: false };

const SILENT: Account = { kind: "unspecified" };
const WWW: Account = { kind: "given", name: "www-data", id: 33 };

function driftOf(
  file: Partial<TargetFile>,
  spec: Partial<FileSpec> = {},
  seen: Partial<FileObservation> = {},
): Drift[] {
  const target = makeSeenFile(file, seen);
  return findDrift(makeTarget(spec), target, STORED, { forced: false, pendingValidation: false });
}

pureTest("findDrift() finds nothing if the file is as desired", () => {
  assert.deepEqual(driftOf({}), []);
  assert.deepEqual(driftOf({ uid: 33, gid: 33 }, { mode: 0o644 }, { owner: WWW, group: WWW }), []);
});

pureTest("findDrift() looks only at fields that the file gives", () => {
  assert.deepEqual(driftOf({ uid: 7, gid: 8, owner: "lp", group: "mail", mode: 0o4777 }), []);
  assert.deepEqual(driftOf({ mode: 0o770 }, { what: "privkey" }), []);
});

pureTest("a private key that every user can open is drift, whatever the file gives", () => {
  for (const what of ["privkey", "combined", "pkcs12"] as const) {
    for (
      const [mode, to] of [[0o644, "0640"], [0o604, "0600"], [0o601, "0600"], [0o777, "0770"]]
    ) {
      assert.deepEqual(driftOf({ mode: Number(mode) }, { what }), [
        { kind: "mode", from: Number(mode).toString(8).padStart(4, "0"), to },
      ]);
    }
  }
  for (const what of ["cert", "chain", "fullchain", "ca", "der"] as const) {
    assert.deepEqual(driftOf({ mode: 0o666 }, { what }), []);
  }
});

pureTest("findDrift() compares owner and group one by one", () => {
  const owner: Drift = { kind: "owner", from: "root", to: "www-data" };
  const group: Drift = { kind: "group", from: "root", to: "www-data" };
  const cases: [Account, Account, Drift[]][] = [
    [SILENT, SILENT, []],
    [WWW, SILENT, [owner]],
    [SILENT, WWW, [group]],
    [WWW, WWW, [owner, group]],
  ];
  for (const [wantedOwner, wantedGroup, expected] of cases) {
    assert.deepEqual(driftOf({}, {}, { owner: wantedOwner, group: wantedGroup }), expected);
  }
  const [one, two] = [1, 2].map((id): Account => ({ kind: "given", name: "x", id }));
  const file = { uid: 1, gid: 2 };
  assert.deepEqual(driftOf(file, {}, { owner: one ?? SILENT, group: two ?? SILENT }), []);
});

pureTest("findDrift() compares numbers, so that two names of one user are the same", () => {
  const toor: Account = { kind: "given", name: "toor", id: 0 };
  assert.deepEqual(driftOf({ owner: "root" }, {}, { owner: toor, group: toor }), []);
  const digits: Account = { kind: "given", name: "1234", id: 1234 };
  assert.deepEqual(driftOf({}, {}, { owner: digits }), [
    { kind: "owner", from: "root", to: "1234" },
  ]);
});

pureTest("findDrift() writes modes in four octal digits", () => {
  const cases: [number, number, string, string][] = [
    [0o644, 0o600, "0644", "0600"],
    [0o4755, 0o755, "4755", "0755"],
    [0, 0o40, "0000", "0040"],
    [0o644, 0, "0644", "0000"],
  ];
  for (const [mode, wanted, from, to] of cases) {
    assert.deepEqual(driftOf({ mode }, { mode: wanted }), [{ kind: "mode", from, to }]);
  }
});

pureTest("findDrift() tells content first, then owner, group, mode", () => {
  const file = { sameContent: false, mode: 0o600 };
  const drift = driftOf(file, { mode: 0o640 }, { owner: WWW, group: WWW });
  assert.deepEqual(drift.map(({ kind }) => kind), ["content", "owner", "group", "mode"]);
});

pureTest("findDrift() says of an absent file or a link only that", () => {
  const wanted = makeTarget({ mode: 0o600 });
  const parts = { owner: WWW, group: WWW };
  const link = present(makeFile({ type: "symlink", sameContent: false }));
  for (const supply of [STORED, RENEWED, NEW_ONLY]) {
    for (const forced of [false, true]) {
      const absent = makeSeen({ ...parts, file: ABSENT });
      assert.deepEqual(findDrift(wanted, absent, supply, { forced, pendingValidation: false }), [{
        kind: "missing",
      }]);
      assert.deepEqual(
        findDrift(wanted, makeSeen({ ...parts, file: link }), supply, {
          forced,
          pendingValidation: false,
        }),
        [
          { kind: "not-a-file", found: "symlink" },
        ],
      );
    }
  }
});

pureTest("findDrift() says nothing of what cannot be read, a directory or a device", () => {
  const files = [
    unreadable("no"),
    present(makeFile({ type: "directory", sameContent: false })),
    present(makeFile({ type: "other", sameContent: false })),
  ];
  for (const file of files) {
    assert.deepEqual(
      findDrift(makeTarget(), makeSeen({ file, owner: WWW }), RENEWED, {
        forced: true,
        pendingValidation: true,
      }),
      [],
    );
  }
});

pureTest("findDrift() depends on what there is to deploy", () => {
  const [same, other] = [present(makeFile()), present(makeFile({ sameContent: false }))];
  const cases: [typeof NOTHING, boolean, typeof same, string[]][] = [
    [STORED, false, same, []],
    [STORED, false, other, ["content"]],
    [STORED, true, same, ["forced"]],
    [STORED, true, other, ["content"]],
    [RENEWED, false, same, ["renewed"]],
    [RENEWED, false, other, ["renewed", "content"]],
    // The store has nothing to compare with: that the files differ says nothing.
    [NEW_ONLY, false, same, ["renewed"]],
    [NEW_ONLY, false, other, ["renewed"]],
    [NOTHING, false, ABSENT, []],
    [NOTHING, true, other, []],
  ];
  for (const [supply, forced, file, expected] of cases) {
    const drift = findDrift(makeTarget(), makeSeen({ file }), supply, {
      forced,
      pendingValidation: false,
    });
    assert.deepEqual(drift.map(({ kind }) => kind), expected);
  }
});

pureTest("changesContent() is about what a service reads, not about who may", () => {
  const cases: [Drift, boolean][] = [
    [{ kind: "missing" }, true],
    [{ kind: "not-a-file", found: "symlink" }, true],
    [{ kind: "content" }, true],
    [{ kind: "renewed" }, true],
    [{ kind: "forced" }, true],
    [{ kind: "owner", from: "a", to: "b" }, false],
    [{ kind: "group", from: "a", to: "b" }, false],
    [{ kind: "mode", from: "0644", to: "0600" }, false],
  ];
  for (const [drift, expected] of cases) assert.equal(changesContent([drift]), expected);
  assert.equal(changesContent([]), false);
  assert.equal(changesContent([{ kind: "mode", from: "0", to: "1" }, { kind: "content" }]), true);
});

pureTest(
  "targetStep() carries the ids that are given, else those of the file, all four combinations",
  () => {
    const ssl: Account = { kind: "given", name: "ssl", id: 44 };
    const [owners, groups]: readonly Account[][] = [[SILENT, WWW], [SILENT, ssl]];
    for (const owner of owners ?? []) {
      for (const group of groups ?? []) {
        const { uid, gid, changes = [], ...rest } = targetStep(
          makeTarget(),
          makeSeen({ owner, group, file: present(makeFile({ uid: 5, gid: 6 })) }),
          [],
        );
        assert.equal(uid, owner === SILENT ? 5 : 33);
        assert.equal(gid, group === SILENT ? 6 : 44);
        const kinds: string[] = [owner === SILENT ? [] : "owner", group === SILENT ? [] : "group"]
          .flat();
        assert.deepEqual(changes.map(({ kind }) => kind), kinds);
        assert.deepEqual(plain(rest), {
          what: "cert",
          path: "/etc/nginx/web.crt",
          drift: [],
          mode: 0o644,
          createDirs: false,
        });
      }
    }
  },
);

pureTest("targetStep() keeps a new key to its owner unless the file gives a mode", () => {
  const modeOf = (spec: Partial<FileSpec>) =>
    targetStep(makeTarget(spec), makeSeen({ file: ABSENT }), []).mode;
  assert.equal(modeOf({ what: "privkey" }), 0o600);
  assert.equal(modeOf({ what: "cert" }), 0o644);
  assert.equal(modeOf({ what: "chain" }), 0o644);
  assert.equal(modeOf({ what: "fullchain" }), 0o644);
  assert.equal(modeOf({ what: "privkey", mode: 0o640 }), 0o640);
  assert.equal(modeOf({ what: "cert", mode: 0 }), 0);
});

pureTest("findDrift() writes again what no service has validated, whatever else it is", () => {
  const kinds = (sameContent: boolean) =>
    findDrift(makeTarget(), makeSeenFile({ sameContent }), STORED, {
      forced: false,
      pendingValidation: true,
    }).map(({ kind }) => kind);
  assert.deepEqual(kinds(true), ["pending-validation"]);
  assert.deepEqual(kinds(false), ["content", "pending-validation"]);
});

pureTest("a key is not written into a file that others may have open", () => {
  const blockers = (mode: number, change: Partial<FileSpec> = {}) =>
    findTargetBlockers(
      makeTarget({ what: "privkey", path: "/etc/web.key", inPlace: true, ...change }),
      makeSeen({ path: "/etc/web.key", file: present(makeFile({ mode })) }),
    ).map(({ message }) => message);
  assert.deepEqual(blockers(0o644), [
    '"/etc/web.key" is open to more users than a private key may be, and "in_place" keeps ' +
    "that file: a process that has it open could read the new key; fix: chmod 0640 /etc/web.key, " +
    "then check which processes have it open",
  ]);
  assert.equal(blockers(0o644, { mode: 0o640 }).length, 1);
  for (const change of [{ mode: 0o644 }, { what: "cert" }, { inPlace: false }] as const) {
    assert.deepEqual(blockers(0o644, change), []);
  }
  assert.deepEqual(blockers(0o600), []);
  assert.deepEqual(blockers(0o640), []);
});
