/** A run that logs in, writes files in place and metrics, and is killed at any change. */
import { testsNeeding } from "../support/tests_needing.ts";
import { testKills } from "./crash_kills.ts";

// Root, as for a machine, so that files can be given to others.
const test = await testsNeeding("openbao", "strace", "machine");

testKills(test, {
  "a first run with a login": { start: { renews: false, service: "loads" }, full: true },
  "a run that renews in place what is judged": {
    start: { renews: true, service: "judges" },
    full: true,
  },
  "a run that renews in place": {
    start: { renews: true, service: "loads" },
    only: /^(ssl|metrics)/,
    full: true,
  },
});
