/** What plans say of targets that are made of several stored files, or lie behind a password. */
import assert from "node:assert/strict";
import { findTargetBlockers } from "../../../lib/plan/blockers.ts";
import { findDrift } from "../../../lib/plan/planned_target.ts";
import { targetStep } from "../../../lib/plan/certificate_steps.ts";
import { checkDue } from "../../../lib/plan/due.ts";
import { describeDrifts } from "../../../lib/report/drift_text.ts";
import {
  ABSENT,
  makeCertificate,
  makeFile,
  makeSeen,
  makeSeenFile,
  makeSpec,
  makeStored,
  makeTarget,
  NOW,
  plain,
  present,
} from "../../support/fixtures.ts";
import { pureTest } from "../../support/pure_test.ts";

const SUPPLY = { stored: true, renewed: false, certificate: makeCertificate() };
const NO_MORE = { forced: false, pendingValidation: false };
const TARGET = makeTarget({ what: "pkcs12", passwordFile: "/etc/vcm/password", mode: 0o640 });
const PROBLEM = 'The password file "/etc/vcm/password" is empty; write the password into it';

pureTest(
  "an encrypted target has the reason why it is rewritten, and its old certificate if it is known",
  () => {
    const difference = "its password does not decrypt it, or it is damaged";
    const drift = (file: Parameters<typeof makeFile>[0]) => {
      const seen = makeSeenFile({ sameContent: false, mode: 0o640, ...file });
      return findDrift(TARGET, seen, SUPPLY, NO_MORE);
    };
    assert.deepEqual(drift({ difference }), [{ kind: "content", detail: difference }]);
    assert.equal(
      describeDrifts(drift({ difference })),
      `content differs from the store: ${difference}`,
    );
    const certificate = makeCertificate({ serial: "01", fingerprint: "OLD" });
    assert.equal(
      describeDrifts(
        drift({ difference: "its key differs from the key in the store", certificate }),
      ),
      "content serial 01 -> 0a:1b:2c, until 2027-01-30",
    );
  },
);

pureTest("without its password a target is unreadable, and is not said to differ", () => {
  const file = makeFile({ sameContent: false });
  const seen = makeSeen({ file: present(file), passwordProblem: PROBLEM });
  assert.deepEqual(findTargetBlockers(TARGET, seen), [{ kind: "unreadable", message: PROBLEM }]);
  assert.deepEqual(findDrift(TARGET, seen, SUPPLY, NO_MORE), [
    { kind: "mode", from: "0644", to: "0640" },
  ]);
  assert.deepEqual(findDrift(TARGET, { ...seen, file: ABSENT }, SUPPLY, NO_MORE), [
    { kind: "missing" },
  ]);
});

pureTest("a step has all that its target's content is made by, and no password", () => {
  const drift = [{ kind: "missing" }] as const;
  const combined = makeTarget({ what: "combined", order: "key-first" });
  const steps = [TARGET, combined].map((target) =>
    targetStep(target, makeSeen({ file: ABSENT }), drift)
  );
  assert.deepEqual(plain(steps), [
    {
      what: "pkcs12",
      passwordFile: "/etc/vcm/password",
      path: "/etc/nginx/web.crt",
      drift,
      mode: 0o640,
      createDirs: false,
    },
    {
      what: "combined",
      order: "key-first",
      path: "/etc/nginx/web.crt",
      drift,
      mode: 0o600,
      createDirs: false,
    },
  ]);
});

pureTest("what is made of fullchain.pem makes a certificate without it due", () => {
  const stored = makeStored({ fullchain: ABSENT });
  for (const what of ["combined", "pkcs12"] as const) {
    assert.deepEqual(checkDue(makeSpec({ targets: [makeTarget({ what })] }), stored, NOW), {
      reason: "chain-missing",
      detail: "fullchain.pem is missing from the store, but a target needs it",
    });
  }
  const der = makeSpec({ targets: [makeTarget({ what: "der" })] });
  assert.equal(checkDue(der, stored, NOW), undefined);
});
