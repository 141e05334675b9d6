/** Owner, group, mode and ACL of what is written. */
import assert from "node:assert/strict";
import type { TargetFile } from "../../../lib/observe/types.ts";
import type { Ancestor } from "../../../lib/host/types.ts";
import { aclWarnings } from "../../../lib/plan/acl_warnings.ts";
import { attributesOf, writtenAs } from "../../../lib/plan/attributes.ts";
import type { PlannedTarget } from "../../../lib/plan/planned_target.ts";
import type { Drift } from "../../../lib/plan/target_types.ts";
import { ABSENT, makeFile, makeSeen, makeTarget, present } from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";

const BY = { uid: 61001, gid: 61001 };
const UNKNOWN = { kind: "unknown", problem: "no tools", exists: true } as const;
const READS = { kind: "entries", group: "---", named: ["user:33:r--"] } as const;

function keyBy(file: Partial<TargetFile>, mode?: number, by?: typeof BY) {
  const spec = mode === undefined ? {} : { mode };
  return attributesOf(spec, "privkey", makeSeen(), present(makeFile(file)), by);
}

pureTest(
  "a mode that is not given is that of the replaced file, and no key is open to others",
  () => {
    for (const mode of [0o400, 0o600, 0o640, 0o440, 0o660, 0o770]) {
      assert.equal(keyBy({ mode }).mode, mode);
      assert.equal(keyBy({ mode: mode | 0o7 }).mode, mode);
      assert.equal(keyBy({ mode: mode | 0o6000 }).mode, mode);
    }
    const open = attributesOf({}, "cert", makeSeen(), present(makeFile({ mode: 0o666 })));
    assert.equal(open.mode, 0o666);
  },
);

pureTest("what is no file, or another user's in a user's directory, hands nothing on", () => {
  const nothing = { uid: 61001, gid: 61001, mode: 0o600 };
  assert.deepEqual(keyBy({ uid: 0, gid: 4, mode: 0o640, acl: READS }, undefined, BY), nothing);
  assert.deepEqual(keyBy({ uid: 61001, gid: 4, mode: 0o640 }, undefined, BY), {
    uid: 61001,
    gid: 4,
    mode: 0o640,
  });
  assert.deepEqual(keyBy({ type: "symlink", uid: 7, gid: 7, mode: 0o777 }), { mode: 0o600 });
});

pureTest("a user's new file gets the group of a set-group-ID directory", () => {
  const directory: Ancestor = { directory: "/d", uid: 61001, gid: 44, owner: "u", mode: 0o2755 };
  const gidIn = (mode: number) =>
    attributesOf({}, "cert", makeSeen({ ancestors: [{ ...directory, mode }] }), ABSENT, BY).gid;
  assert.equal(gidIn(0o2755), 44);
  assert.equal(gidIn(0o755), 61001);
});

pureTest(
  "an ACL comes with the mode as its mask, and until it is set only the owner has rights",
  () => {
    const kept = keyBy({ mode: 0o640, acl: READS });
    assert.equal(kept.acl, "user::rw-\nother::---\ngroup::---\nmask::r--\nuser:33:r--");
    assert.equal(writtenAs(kept).mode, 0o600);
    assert.equal(keyBy({ mode: 0o644, acl: READS }).acl, kept.acl);
    const wider = keyBy({ mode: 0o640, acl: READS }, 0o660);
    assert.equal(wider.acl, "user::rw-\nother::---\ngroup::rw-\nmask::rw-\nuser:33:r--");
    const cert = attributesOf({}, "cert", makeSeen(), present(makeFile({ acl: READS })));
    assert.equal(writtenAs(cert).mode, 0o600);
  },
);

pureTest("set-ID bits that the file gives stay with an ACL", () => {
  const { acl } = keyBy({ mode: 0o640, acl: READS }, 0o2640);
  assert.match(acl ?? "", /^# flags: -s-\n/);
});

pureTest("a file without an ACL is kept from inheriting one, and is else written as ever", () => {
  const none = { kind: "none", inherits: false } as const;
  assert.equal(keyBy({ mode: 0o640, acl: none }).acl, undefined);
  const { acl } = keyBy({ mode: 0o640, acl: { ...none, inherits: true } });
  assert.equal(acl, "user::rw-\nother::---\ngroup::r--");
});

pureTest(
  "group bits that may be a mask are not kept on a key, unless the file gives the mode",
  () => {
    for (const exists of [true, false]) {
      const acl = { ...UNKNOWN, exists };
      assert.deepEqual(keyBy({ mode: 0o640, acl }), { uid: 0, gid: 0, mode: 0o600 });
      assert.equal(keyBy({ mode: 0o640, acl }, 0o640).mode, 0o640);
      const cert = attributesOf({}, "cert", makeSeen(), present(makeFile({ mode: 0o640, acl })));
      assert.equal(cert.mode, 0o640);
    }
  },
);

pureTest("a lost ACL is a warning only if the file has one, or its key loses rights", () => {
  const drift: Drift[] = [{ kind: "renewed" }];
  const count = (file: Partial<TargetFile>, spec = {}, differs = drift) => {
    const planned: PlannedTarget = {
      spec: makeTarget({ what: "privkey", ...spec }),
      seen: makeSeen({ file: present(makeFile(file)) }),
      drift: differs,
      writer: { kind: "own" },
    };
    return aclWarnings([planned]).length;
  };
  const unsure = { ...UNKNOWN, exists: false };
  assert.equal(count({ mode: 0o640, acl: UNKNOWN }), 1);
  assert.equal(count({ mode: 0o640, acl: unsure }), 1);
  assert.equal(count({ mode: 0o600, acl: unsure }), 0);
  assert.equal(count({ mode: 0o640, acl: unsure }, { mode: 0o640 }), 0);
  assert.equal(count({ mode: 0o644, acl: unsure }, { what: "cert" }), 0);
  assert.equal(count({ mode: 0o644, acl: UNKNOWN }, { what: "cert" }), 1);
  assert.equal(count({ mode: 0o640, acl: READS }), 0);
  assert.equal(count({ mode: 0o640, acl: UNKNOWN }, {}, []), 0);
});
