/** Who writes into directories that others may write to, sticky or not. */
import assert from "node:assert/strict";
import type { HostUsers } from "../../../lib/host/replacers.ts";
import { ABSENT, makeFile, present, unreadable } from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";
import { ancestor, chosen, PG, refusal, ROUND } from "./chosen_writer.ts";

pureTest("a directory that all, or a group of several, may write to is refused", () => {
  assert.equal(
    refusal({ mode: 0o777 }),
    'Every user may write to "/srv/pg" (mode 0777), so root does not write a file there; ' +
      `fix: chmod o-w /srv/pg, or ${ROUND}`,
  );
  assert.equal(
    refusal({ mode: 0o775, gid: 50 }),
    'Group 50 may write to "/srv/pg" (mode 0775), so root does not write a file there; ' +
      `fix: chmod g-w /srv/pg, or ${ROUND}`,
  );
  assert.match(refusal({ mode: 0o2775, gid: 50 }, { owner: PG }), /^Group 50 may write .*"owner"/);
  assert.match(refusal({ uid: 26, gid: 50, mode: 0o770 }, { owner: PG }), /^Group 50 may write/);
  assert.match(refusal({ uid: 26, gid: 260, mode: 0o777 }, { owner: PG }), /^Every user may write/);
});

pureTest("a user's own group is as good as the user", () => {
  assert.equal(chosen({ uid: 26, gid: 260, mode: 0o2770 }, { owner: PG }).kind, "user");
});

const at = (uid: number) =>
  present(makeFile({ uid, owner: uid === 26 ? "postgres" : uid === 0 ? "root" : String(uid) }));

pureTest("in a sticky directory a file that is a user's is written by that user", () => {
  assert.equal(chosen({ mode: 0o1777 }, { file: at(26), owner: PG }).kind, "user");
  const root = { kind: "given", name: "root", id: 0 } as const;
  assert.equal(
    refusal({ mode: 0o1777 }, { file: at(26), owner: root }),
    'User "postgres" may replace "/srv/pg/web.crt", but "owner" does not name that user; move the ' +
      'file away, and give a path in a directory of the user whom "owner" names, or below directories ' +
      "that only root may write to",
  );
  const unspecified = refusal({ mode: 0o1777 }, { file: at(26) });
  assert.match(unspecified, /^User "postgres" may replace .*, but "owner" does not name that user/);
});

pureTest("root itself writes into no directory that others may write to, sticky or not", () => {
  const message = (who: string, mode: string) =>
    `${who} may write to "/srv/pg" (mode ${mode}), so root does not write a file there; ${ROUND}`;
  assert.equal(refusal({ mode: 0o1777 }), message("Every user", "1777"));
  assert.equal(refusal({ mode: 0o1777 }, { owner: PG }), message("Every user", "1777"));
  assert.equal(refusal({ mode: 0o1777 }, { parent: "absent" }), message("Every user", "1777"));
  assert.equal(refusal({ mode: 0o3775, gid: 50 }), message("Group 50", "3775"));
  // One that is root's can be replaced by nobody, and has to stay as it is.
  for (const [gid, mode, who] of [[0, 0o1777, "Every user"], [50, 0o1770, "Group 50"]] as const) {
    assert.deepEqual(chosen({ mode, gid }, { file: at(0) }), {
      kind: "refused",
      message: message(who, mode.toString(8)),
      onlyToWrite: true,
    });
  }
  const link = present(makeFile({ type: "symlink" }));
  assert.equal(chosen({ mode: 0o1777 }, { file: link }).kind, "refused");
  assert.equal(chosen({ mode: 0o1777 }, { file: unreadable("/srv/pg/web.crt") }).kind, "refused");
});

pureTest("a sticky ancestor counts as root's if root owns the next entry", () => {
  const ancestors = [
    ancestor("/tmp", 0, 0o1777, { next: { path: "/tmp/x", uid: 0, owner: "root" } }),
    ancestor("/tmp/x", 0, 0o755),
  ];
  assert.deepEqual(chosen({}, { ancestors }), { kind: "own" });
  // Where directories have yet to be made, others could make them first.
  const begun = {
    ancestors: ancestors.slice(0, 1).map(({ next: _, ...rest }) => rest),
    parent: "absent",
  } as const;
  assert.match(
    refusal({}, begun),
    /^Every user may write to "\/tmp" \(mode 1777\), so root does not write/,
  );
});

pureTest("the one user who owns a sticky directory may write there, and nobody for others", () => {
  const by = { uid: 26, gid: 260 };
  for (const file of [ABSENT, at(26), at(0)]) {
    assert.deepEqual(chosen({ uid: 26, mode: 0o1777 }, { file, owner: PG }), { kind: "user", by });
  }
  assert.match(
    refusal({ uid: 26, owner: "postgres", mode: 0o1777 }),
    /^User "postgres" may replace .*: set "owner" to "postgres", or use a path below/,
  );
  assert.match(
    refusal({ uid: 26, owner: "postgres", mode: 0o1777 }, { file: at(27), owner: PG }),
    /^User "27" may replace "\/srv\/pg\/web.crt"/,
  );
  assert.match(
    refusal({ uid: 26, mode: 0o1777 }, { parent: "absent", owner: PG }),
    /^Every user may write/,
  );
  const me: HostUsers = { runner: 1000, ownGroups: new Map([[1000, 1000]]) };
  for (const file of [ABSENT, at(1000)]) {
    assert.deepEqual(chosen({ uid: 1000, mode: 0o1777 }, { file }, me), { kind: "own" });
  }
});
