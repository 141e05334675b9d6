import assert from "node:assert/strict";
import { chooseWriter } from "../../../lib/plan/choose_writer.ts";
import type { HostUsers } from "../../../lib/host/replacers.ts";
import { unsafeStore } from "../../../lib/store/store_trust.ts";
import type { Ancestor } from "../../../lib/host/types.ts";
import type { FileObservation } from "../../../lib/observe/types.ts";
import {
  ABSENT,
  makeBundleTarget,
  makeFile,
  makeSeen,
  makeTarget,
  present,
  unreadable,
} from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";

const PATH = "/srv/pg/web.crt";
const ROOT: HostUsers = { runner: 0, ownGroups: new Map([[26, 260], [1000, 1000]]) };
const ELSE = "use a path below directories that are writable only by root";
/** What is said where root would write beside what others may put there. */
const ROUND =
  'give a path in a directory of the user whom "owner" names, or below directories that ' +
  "only root may write to";
const PG = { kind: "given", name: "postgres", id: 26 } as const;

/** A directory on the way that leads on to the next one. */
function ancestor(
  directory: string,
  uid: number,
  mode: number,
  more: Partial<Ancestor> = {},
): Ancestor {
  return { directory, uid, gid: uid, owner: uid === 26 ? "postgres" : String(uid), mode, ...more };
}

/** What is chosen for a target in `/srv/pg`, which is as the change has it, in directories of root. */
function chosen(
  last: Partial<Ancestor>,
  seen: Partial<FileObservation> = {},
  users: HostUsers = ROOT,
) {
  const ancestors = [
    ancestor("/", 0, 0o755, { next: { path: "/srv", uid: 0, owner: "root" } }),
    ancestor("/srv", 0, 0o755, { next: { path: "/srv/pg", uid: last.uid ?? 0, owner: "x" } }),
    { ...ancestor("/srv/pg", last.uid ?? 0, 0o755), ...last },
  ];
  return chooseWriter(
    makeTarget({ path: PATH }),
    makeSeen({ path: PATH, file: ABSENT, ancestors, ...seen }),
    users,
  );
}

function refusal(...args: Parameters<typeof chosen>): string {
  const choice = chosen(...args);
  assert.ok(choice.kind === "refused", JSON.stringify(choice));
  return choice.message ?? "";
}

pureTest("root writes where only root may replace what is on the way", () => {
  assert.deepEqual(chosen({}), { kind: "own" });
  assert.deepEqual(chosen({}, { owner: PG }), { kind: "own" });
  assert.deepEqual(chosen({ mode: 0o2755 }), { kind: "own" });
});

pureTest("in a user's directory that user writes, with the user's own group or nobody's", () => {
  const by = { uid: 26, gid: 260 };
  assert.deepEqual(chosen({ uid: 26 }, { owner: PG }), { kind: "user", by });
  const unknown = { runner: 0, ownGroups: new Map() };
  assert.deepEqual(chosen({ uid: 26 }, { owner: PG }, unknown), {
    kind: "user",
    by: { uid: 26, gid: 65534 },
  });
});

pureTest("a file of root's, or of a third one's, in a user's directory is refused", () => {
  const message = 'User "postgres" may replace anything in "/srv/pg", so "/srv/pg/web.crt" must ' +
    `belong to that user too: set "owner" to "postgres", or ${ELSE}`;
  assert.equal(refusal({ uid: 26, owner: "postgres" }), message);
  const file = present(makeFile({ uid: 0 }));
  assert.equal(refusal({ uid: 26, owner: "postgres" }, { file }), message);
  const owner = { kind: "given", name: "web", id: 33 } as const;
  assert.equal(refusal({ uid: 26, owner: "postgres" }, { owner }), message);
  // Whose the file is that lies there says nothing: that user may have put it there.
  for (const type of ["file", "symlink"] as const) {
    const theirs = present(makeFile({ type, uid: 26 }));
    assert.equal(refusal({ uid: 26, owner: "postgres" }, { file: theirs }), message);
  }
});

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

pureTest("a sticky directory further up is root's where what it leads on to is", () => {
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

pureTest("two users on one way are refused, whoever the target's is", () => {
  for (const id of [26, 27]) {
    const owner = { kind: "given", name: "x", id } as const;
    const ancestors = [ancestor("/home/a", 26, 0o755), ancestor("/home/a/b", 27, 0o755)];
    const seen = makeSeen({ path: PATH, file: ABSENT, owner, ancestors });
    assert.equal(chooseWriter(makeTarget({ path: PATH }), seen, ROOT).kind, "refused");
  }
});

pureTest(
  "a user who may not write to the last directory, and set-id bits, are refused before",
  () => {
    const ancestors = [ancestor("/home", 26, 0o755), ancestor("/home/ssl", 0, 0o755)];
    const seen = makeSeen({ path: PATH, file: ABSENT, owner: PG, ancestors });
    const closed = chooseWriter(makeTarget({ path: PATH }), seen, ROOT);
    assert.equal(
      closed.kind === "refused" && closed.message,
      'User "postgres" may replace anything in "/home", so "/srv/pg/web.crt" must be written as ' +
        `that user, who cannot write to "/home/ssl"; make that user the owner of the directory, or ${ELSE}`,
    );
    const setId = chooseWriter(makeTarget({ path: PATH, mode: 0o2640 }), {
      ...seen,
      ancestors: [ancestor("/home", 26, 0o755)],
    }, ROOT);
    assert.match(
      setId.kind === "refused" ? setId.message ?? "" : "",
      /who cannot set the set-id bits; give a/,
    );
  },
);

pureTest("a bundle is refused where somebody else may replace what is on the way", () => {
  const seen = makeSeen({
    path: PATH,
    file: ABSENT,
    owner: PG,
    ancestors: [ancestor("/home", 26, 0o755)],
  });
  const writer = chooseWriter(makeBundleTarget(PATH), seen, ROOT);
  assert.equal(
    writer.kind === "refused" && writer.message,
    'User "postgres" may replace anything in "/home", so root does not write a bundle ' +
      `there; ${ELSE}`,
  );
});

pureTest(
  "no bundle is made where everybody may write, sticky or not, whoever made what is there",
  () => {
    const ancestors = [{ ...ancestor("/srv/ssl", 0, 0o1777), owner: "root" }];
    const file = present(makeFile({ type: "bundle" }));
    const target = makeBundleTarget("/srv/ssl/web");
    const seen = makeSeen({ path: "/srv/ssl/web", file, ancestors });
    assert.deepEqual(chooseWriter(target, seen, ROOT), {
      kind: "refused",
      message:
        'Every user may write to "/srv/ssl" (mode 1777), so root does not create a bundle there; ' +
        "use a path in a directory of its own",
    });
    const other = makeTarget({ path: "/srv/ssl/web" });
    assert.equal(chooseWriter(other, seen, ROOT).kind, "refused");
  },
);

pureTest("a store is refused where somebody else may put another in its place", () => {
  const store = "/home/pg/store";
  const next = { path: store, uid: 0, owner: "root" };
  const unsafe = (above: Ancestor, users = ROOT) => unsafeStore(store, [above], users);
  assert.equal(unsafe({ ...ancestor("/home/pg", 0, 0o755), next }), undefined);
  assert.equal(unsafe({ ...ancestor("/home/pg", 0, 0o1777), next }), undefined);
  const message = 'User "postgres" may replace anything in "/home/pg", and thereby the store ' +
    '"/home/pg/store"; give a "cert_store" below directories that only root';
  assert.equal(unsafe({ ...ancestor("/home/pg", 26, 0o755), next }), `${message} may write to`);
  const me: HostUsers = { runner: 1000, ownGroups: new Map() };
  assert.equal(
    unsafe({ ...ancestor("/home/pg", 26, 0o755), next }, me),
    `${message} or you may write to`,
  );
  assert.equal(unsafe({ ...ancestor("/home/me", 1000, 0o755), next }, me), undefined);
  // Where there is none yet, whoever comes first makes it.
  assert.match(
    unsafe(ancestor("/home/pg", 0, 0o1777)) ?? "",
    /^Every user may write to "\/home\/pg" \(mode 1777\), and so replace what VCM writes there; /,
  );
  // Whose the store itself is: that is judged when it is locked.
  const theirs = { ...next, uid: 26, owner: "postgres" };
  assert.equal(unsafe({ ...ancestor("/tmp", 0, 0o1777), next: theirs }), undefined);
});

pureTest("who is not root writes where nobody but root and they may replace", () => {
  const me: HostUsers = { runner: 1000, ownGroups: new Map([[1000, 1000]]) };
  assert.deepEqual(chosen({ uid: 1000 }, {}, me), { kind: "own" });
  assert.deepEqual(chosen({ uid: 1000, mode: 0o775 }, {}, me), { kind: "own" });
  assert.equal(
    refusal({ uid: 26, owner: "postgres" }, { owner: PG }, me),
    `User "postgres" may replace anything in "/srv/pg"; ${ELSE} or you`,
  );
  assert.match(refusal({ uid: 1000, gid: 50, mode: 0o775 }, {}, me), /^Group 50 may write/);
});

pureTest(
  "where something else is said already nothing more is said, and root keeps its hands off",
  () => {
    const owner = { kind: "unknown", name: "x" } as const;
    assert.deepEqual(chosen({ uid: 26 }, { owner }), { kind: "refused" });
    // What makes it unreadable may be its owner, who waits for root to come by.
    const file = unreadable("/srv/pg/web.crt");
    assert.deepEqual(chosen({ uid: 26 }, { file, owner: PG }), { kind: "refused" });
    assert.deepEqual(chosen({}, { file }), { kind: "own" });
  },
);

pureTest("names that others chose turn no terminal's cursor", () => {
  const directory = "/srv/\x1b[2J\nerror: all is lost";
  assert.match(
    refusal({ directory, mode: 0o777 }),
    /^Every user may write to "\/srv\/\ufffd\[2J\ufffderror/,
  );
});
