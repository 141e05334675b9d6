import assert from "node:assert/strict";
import type { FileSpec } from "../../../lib/config/types.ts";
import { findTargetBlockers } from "../../../lib/plan/blockers.ts";
import type { Account } from "../../../lib/host/types.ts";
import type { FileObservation } from "../../../lib/observe/types.ts";
import {
  ABSENT,
  makeFile,
  makeSeen,
  makeTarget,
  present,
  unreadable,
} from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";

function blockers(seen: Partial<FileObservation>, spec: Partial<FileSpec> = {}) {
  return findTargetBlockers(makeTarget(spec), makeSeen(seen));
}

/** The messages of blockers all of which are impossible to pass. */
function impossible(seen: Partial<FileObservation>, spec: Partial<FileSpec> = {}): string[] {
  const found = blockers(seen, spec);
  for (const { kind } of found) assert.equal(kind, "impossible");
  return found.map(({ message }) => message);
}

pureTest("findTargetBlockers() lets pass files, links and what is absent in a directory", () => {
  assert.deepEqual(blockers({}), []);
  assert.deepEqual(blockers({ file: present(makeFile({ type: "symlink" })) }), []);
  assert.deepEqual(blockers({ file: ABSENT }), []);
  const www: Account = { kind: "given", name: "www-data", id: 33 };
  assert.deepEqual(blockers({ owner: www, group: www }), []);
});

pureTest("findTargetBlockers() passes on why a target cannot be read", () => {
  const problem = 'Cannot read "/etc/nginx/web.crt": permission denied';
  assert.deepEqual(blockers({ file: unreadable(problem) }), [
    { kind: "unreadable", message: problem },
  ]);
});

pureTest("findTargetBlockers() does not replace directories, devices, pipes and sockets", () => {
  assert.deepEqual(impossible({ file: present(makeFile({ type: "directory" })) }), [
    '"/etc/nginx/web.crt" is a directory; remove it, or give the path of a file in it',
  ]);
  assert.deepEqual(impossible({ file: present(makeFile({ type: "other" })) }), [
    '"/etc/nginx/web.crt" is a device, pipe or socket; give another path',
  ]);
});

pureTest("findTargetBlockers() needs the directory, or permission to create it", () => {
  const seen = { file: ABSENT, parent: "absent" } as const;
  assert.deepEqual(impossible(seen), [
    'Directory "/etc/nginx" does not exist; fix: mkdir -p /etc/nginx, or set "create_dirs: true"',
  ]);
  assert.deepEqual(impossible(seen, { createDirs: true }), []);
  assert.deepEqual(impossible(seen, { path: "/web.crt" }), [
    'Directory "/" does not exist; fix: mkdir -p /, or set "create_dirs: true"',
  ]);
});

pureTest("findTargetBlockers() refuses a directory if something else has its name", () => {
  const seen = { file: ABSENT, parent: "not-a-directory" } as const;
  for (const createDirs of [false, true]) {
    assert.deepEqual(impossible(seen, { createDirs }), [
      '"/etc/nginx" is not a directory, so "/etc/nginx/web.crt" cannot be written; give another path',
    ]);
  }
});

pureTest("findTargetBlockers() names an owner and a group that the host does not know", () => {
  const nobody = (name: string): Account => ({ kind: "unknown", name });
  const owner = 'The owner "wwwdata" of "/etc/nginx/web.crt" does not exist on this host; ' +
    'fix: useradd --system wwwdata, or correct "owner" in the configuration';
  const group = 'The group "ssl" of "/etc/nginx/web.crt" does not exist on this host; ' +
    'fix: groupadd --system ssl, or correct "group" in the configuration';
  assert.deepEqual(impossible({ owner: nobody("wwwdata") }), [owner]);
  assert.deepEqual(impossible({ group: nobody("ssl") }), [group]);
  assert.deepEqual(impossible({ owner: nobody("wwwdata"), group: nobody("ssl") }), [owner, group]);
});

pureTest("findTargetBlockers() tells all at once", () => {
  const found = impossible({
    file: ABSENT,
    parent: "absent",
    owner: { kind: "unknown", name: "a" },
    group: { kind: "unknown", name: "b" },
  });
  assert.equal(found.length, 3);
});

pureTest(
  "findTargetBlockers() does not write to a directory of the kernel, nor to one below a link",
  () => {
    for (const directory of ["/dev/shm", "/dev", "/proc/1", "/sys/fs"]) {
      const ancestor = { directory, uid: 0, gid: 0, owner: "root", mode: 0o755 };
      assert.deepEqual(impossible({ file: ABSENT, ancestors: [ancestor] }), [
        `"/etc/nginx/web.crt" leads to "${directory}", where VCM cannot use files; ` +
        "give a path in another directory, such as /run",
      ]);
    }
    const ancestor = { directory: "/devices", uid: 0, gid: 0, owner: "root", mode: 0o755 };
    assert.deepEqual(impossible({ ancestors: [ancestor] }), []);
  },
);
