/** A store that others could replace. */
import assert from "node:assert/strict";
import type { HostUsers } from "../../../lib/host/replacers.ts";
import { unsafeStore } from "../../../lib/store/store_trust.ts";
import type { Ancestor } from "../../../lib/host/types.ts";
import { pureTest } from "../../support/pure_test.ts";
import { ancestor, ROOT } from "../plan/chosen_writer.ts";

pureTest("a store is refused if another user may replace it", () => {
  const store = "/home/pg/store";
  const next = { path: store, uid: 0, owner: "root" };
  const unsafe = (above: Ancestor, users = ROOT) => unsafeStore(store, [above], users);
  assert.equal(unsafe({ ...ancestor("/home/pg", 0, 0o755), next }), undefined);
  assert.equal(unsafe({ ...ancestor("/home/pg", 0, 0o1777), next }), undefined);
  const message = 'User "postgres" may replace anything in "/home/pg", and with it the store ' +
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
