/** A run with certificates in the store that is killed at any of its file-changing system calls. */
import { testsNeeding } from "../support/tests_needing.ts";
import { testKills } from "./crash_kills.ts";

// Root, as for a machine, so that files can be given to others.
const test = await testsNeeding("openbao", "strace", "machine");

testKills(test, {
  "a run that renews what is judged": { start: { renews: true, service: "judges" } },
  // Before it deploys it does what the one above does.
  "a run that renews": {
    start: { renews: true, service: "loads" },
    only: /^(ssl|store\/\.pending)/,
  },
  "a run that renews for readers of the store": {
    start: { renews: true, service: "reads the store" },
  },
  "a run that renews a store in a lower layer of an overlay": {
    start: { renews: true, service: "reads the store", overlay: true },
    only: /^store/,
  },
});
