/** Whatever a marker says is read, and what was written into one is read as it was. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { InvalidValue } from "../../../lib/config/scalars/scalar.ts";
import { certificateName } from "../../../lib/config/scalars/names.ts";
import {
  formatPendingAction,
  parsePendingAction,
  unitePendingActions,
} from "../../../lib/store/record_text.ts";
import { anyText, anyValue, damaged } from "../arbitraries/texts.ts";
import { fuzz } from "../fuzz.ts";

const GOOD = formatPendingAction("nginx.service", {
  certificates: ["web.example.com", "*.example.com"],
  until: new Date("2027-01-30T00:00:00Z"),
  actedAt: new Date("2026-12-01T09:00:00Z"),
  failure: "it ended with 1",
});

const name = anyValue.filter((text) => !(certificateName.read(text) instanceof InvalidValue));

const pendingAction = fc.record({
  certificates: fc.array(name, { maxLength: 4 }),
  until: fc.date({ noInvalidDate: true }),
  actedAt: fc.date({ noInvalidDate: true }),
  failure: anyText,
}, { requiredKeys: ["certificates"] });

export const PENDING_ACTIONS = [
  fuzz("any text of a pending action can be read", fc.oneof(damaged(GOOD), anyText), (text) => {
    const { certificates, until } = parsePendingAction(text);
    assert.ok(certificates.every((name) => !name.includes("\n")));
    assert.ok(until === undefined || !Number.isNaN(until.getTime()));
  }),
  fuzz("a pending action contains what was written into it", pendingAction, (written) => {
    const { failure, ...rest } = written;
    const read = parsePendingAction(formatPendingAction("nginx.service", written));
    assert.deepEqual(
      read,
      failure === undefined ? rest : { ...rest, failure: failure.replace(/\s+/g, " ") },
    );
  }),
  fuzz(
    "two pending actions merge into one that covers both",
    fc.tuple(pendingAction, pendingAction),
    ([one, other]) => {
      const { certificates, until } = unitePendingActions(one, other);
      assert.deepEqual(
        new Set(certificates),
        new Set([...one.certificates, ...other.certificates]),
      );
      if (until !== undefined) {
        assert.ok(
          [one, other].every((pendingAction) =>
            pendingAction.until && until <= pendingAction.until
          ),
        );
      }
    },
  ),
];
