/** Who writes a target: root, or the one user who may replace what is above it. */
import assert from "node:assert/strict";
import { chooseWriter } from "../../../lib/plan/choose_writer.ts";
import type { HostUsers } from "../../../lib/host/replacers.ts";
import {
  ABSENT,
  makeFile,
  makeSeen,
  makeTarget,
  present,
  unreadable,
} from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";
import { ancestor, chosen, ELSE, PATH, PG, refusal, ROOT } from "./chosen_writer.ts";

pureTest("root writes if only root may replace the ancestors", () => {
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

pureTest("a run without root writes if only root and its user may replace the ancestors", () => {
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
  "if there is another blocker already, none is added, and root does not write",
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
