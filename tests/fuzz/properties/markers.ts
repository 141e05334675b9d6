/** Whatever a marker says is read, and what was written into one is read as it was. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Mistake } from "../../../lib/config/mistake.ts";
import { readCertificateName } from "../../../lib/config/read_names.ts";
import { formatMarker, parseMarker, uniteMarkers } from "../../../lib/store/pending_action_text.ts";
import { anyText, anyValue, damaged } from "../arbitraries/texts.ts";
import { fuzz } from "../fuzz.ts";

const GOOD = formatMarker("nginx.service", {
  certificates: ["web.example.com", "*.example.com"],
  until: new Date("2027-01-30T00:00:00Z"),
  actedAt: new Date("2026-12-01T09:00:00Z"),
  failure: "it ended with 1",
});

const name = anyValue.filter((text) => !(readCertificateName(text) instanceof Mistake));

const marker = fc.record({
  certificates: fc.array(name, { maxLength: 4 }),
  until: fc.date({ noInvalidDate: true }),
  actedAt: fc.date({ noInvalidDate: true }),
  failure: anyText,
}, { requiredKeys: ["certificates"] });

export const MARKERS = [
  fuzz("whatever a marker says is read", fc.oneof(damaged(GOOD), anyText), (text) => {
    const { certificates, until } = parseMarker(text);
    assert.ok(certificates.every((name) => !name.includes("\n")));
    assert.ok(until === undefined || !Number.isNaN(until.getTime()));
  }),
  fuzz("a marker says what was written into it", marker, (written) => {
    const { failure, ...rest } = written;
    const read = parseMarker(formatMarker("nginx.service", written));
    assert.deepEqual(
      read,
      failure === undefined ? rest : { ...rest, failure: failure.replace(/\s+/g, " ") },
    );
  }),
  fuzz("two markers together owe what both owe", fc.tuple(marker, marker), ([one, other]) => {
    const { certificates, until } = uniteMarkers(one, other);
    assert.deepEqual(
      new Set(certificates),
      new Set([...one.certificates, ...other.certificates]),
    );
    if (until !== undefined) {
      assert.ok([one, other].every((marker) => marker.until && until <= marker.until));
    }
  }),
];
