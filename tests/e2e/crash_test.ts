/** A first run that is killed at any of its file-changing system calls. */
import { testsNeeding } from "../support/tests_needing.ts";
import { testKills } from "./crash_kills.ts";

// Root, as for a machine, so that files can be given to others.
const test = await testsNeeding("openbao", "strace", "machine");

testKills(test, { "a first run": { start: { renews: false, service: "loads" } } });
