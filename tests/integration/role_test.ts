/** The keys and lifetimes that checkRole() objects to are those that a real OpenBao does not give. */
import assert from "node:assert/strict";
import { issue, lifetimeWarning } from "../../lib/apply/issue.ts";
import type { KeySpec } from "../../lib/config/types.ts";
import { requestFor } from "../../lib/plan/request.ts";
import { issueCertificate } from "../../lib/vault/pki/pki.ts";
import { checkRole } from "../../lib/tools/doctor/role.ts";
import { DAY } from "../support/fixtures.ts";
import { makeDirectory } from "../support/rig.ts";
import { testsNeeding } from "../support/tests_needing.ts";
import {
  compare,
  type Desired,
  desiredOf,
  makeRole,
  ORIGINS,
  refusal,
  type Settings,
  withSession,
} from "./checked_roles.ts";

const noPendingActions = { beforeStored: () => Promise.resolve(), warn: () => {} };

const test = await testsNeeding("openbao");

/** Roles by their keys; each is tried with each of KEYS. */
const KEY_ROLES: readonly Settings[] = [
  { key_type: "ec", key_bits: 224 },
  { key_type: "ec", key_bits: 256 },
  { key_type: "ec", key_bits: 384 },
  { key_type: "ec", key_bits: 521 },
  { key_type: "ec" },
  { key_type: "ed25519" },
  { key_type: "rsa" },
  { key_type: "any" },
];

const KEY_TYPES = [undefined, "ec-256", "ec-384", "ed25519", "rsa-2048"] as const;

const KEYS: readonly KeySpec[] = ORIGINS.flatMap((origin) =>
  KEY_TYPES.map((type) => ({ origin, reuse: false, ...(type === undefined ? {} : { type }) }))
);

const HOUR = 3600;

/** Lifetimes of roles, each with what is asked for: a lifetime, and a window to renew in. */
const LIFETIMES: readonly (readonly [Settings, Desired])[] = [
  { max_ttl: "1h" },
  { ttl: "1h", max_ttl: "48h" },
  { ttl: "12h" },
].flatMap((role) =>
  [undefined, HOUR / 2, HOUR, 30 * HOUR, 3 * DAY].flatMap((ttl) =>
    ([
      { kind: "duration", seconds: 60 },
      { kind: "duration", seconds: HOUR },
      { kind: "duration", seconds: 2 * DAY },
      { kind: "share", percent: 33 },
      { kind: "share", percent: 99 },
    ] as const).map((renew) => [role, { renew, ...(ttl === undefined ? {} : { ttl }) }] as const)
  )
);

test("checkRole() objects to the keys that a role does not give or sign, and to no others", (t) =>
  withSession(async (bao, session) => {
    for (const settings of KEY_ROLES) {
      await t.step(JSON.stringify(settings), async () => {
        const role = await makeRole(bao, session, { allow_any_name: true, ...settings });
        const apart: string[] = [];
        for (const key of KEYS) {
          const spec = desiredOf({ key });
          const refused = await refusal(() => issueCertificate(session, requestFor(spec)));
          apart.push(...compare(JSON.stringify(key), refused, checkRole(role, spec)));
        }
        assert.deepEqual(apart, []);
      });
    }
  }));

test("checkRole() foresees what is cut, and what is due at once", () =>
  withSession(async (bao, session) => {
    using store = makeDirectory();
    const due = { reason: "missing", detail: "none" } as const;
    for (const [settings, desired] of LIFETIMES) {
      const role = await makeRole(bao, session, { allow_any_name: true, ...settings });
      const spec = desiredOf(desired);
      const { name, renew } = spec;
      const step = {
        kind: "issue",
        certificate: name,
        due,
        request: requestFor(spec),
        renew,
        spread: 0,
        services: [],
        ifRefused: { entry: "0123", count: 0 },
      };
      let warning: string | undefined;
      const refused = await refusal(async () => {
        const issued = await issue(
          { ...step, kind: "issue" },
          store.path,
          session,
          noPendingActions,
        );
        warning = lifetimeWarning({ ...step, kind: "issue" }, issued, new Date());
      });
      const what = JSON.stringify([settings, desired]);
      const roleProblems = checkRole(role, spec);
      assert.deepEqual(compare(what, refused, roleProblems), []);
      const cut = roleProblems.some(({ fatal }) => !fatal);
      if (refused === undefined) assert.equal(cut, warning !== undefined, what);
    }
  }));
