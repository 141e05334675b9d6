import assert from "node:assert/strict";
import { formatTime } from "../../../lib/text/format_time.ts";
import { pureTest } from "../../support/pure_test.ts";

pureTest("formatTime() writes UTC to the minute, and cuts rather than rounds", () => {
  const cases = {
    "2026-12-03T11:20:00Z": "2026-12-03 11:20 UTC",
    "2026-12-03T11:20:59.999Z": "2026-12-03 11:20 UTC",
    "2026-12-31T23:30:00-02:00": "2027-01-01 01:30 UTC",
    "9999-12-31T23:59:59Z": "9999-12-31 23:59 UTC",
  };
  for (const [moment, text] of Object.entries(cases)) {
    assert.equal(formatTime(new Date(moment)), text);
  }
});
