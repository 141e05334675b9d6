/** Where root creates a bundle. */
import assert from "node:assert/strict";
import { chooseWriter } from "../../../lib/plan/choose_writer.ts";
import {
  ABSENT,
  makeBundleTarget,
  makeFile,
  makeSeen,
  makeTarget,
  present,
} from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";
import { ancestor, ELSE, PATH, PG, ROOT } from "./chosen_writer.ts";

pureTest("a bundle is refused if another user may replace its ancestors", () => {
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
  "no bundle is created in a directory that every user may write to, sticky or not",
  () => {
    const ancestors = [{ ...ancestor("/srv/ssl", 0, 0o1777), owner: "root" }];
    const file = present(makeFile({ type: "bundle" }));
    const target = makeBundleTarget("/srv/ssl/web");
    const seen = makeSeen({ path: "/srv/ssl/web", file, ancestors });
    assert.deepEqual(chooseWriter(target, seen, ROOT), {
      kind: "refused",
      message:
        'Every user may write to "/srv/ssl" (mode 1777), so root does not create a bundle there; ' +
        "use a path in a separate directory",
    });
    const other = makeTarget({ path: "/srv/ssl/web" });
    assert.equal(chooseWriter(other, seen, ROOT).kind, "refused");
  },
);
