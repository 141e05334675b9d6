import { fetchParts } from "../fetch_parts.ts";
import { runTests } from "../run_tests.ts";
import { passed, type Step } from "./step.ts";

/** Test files that disturb a run at each of its changes, or start a cluster, and take minutes. */
export const SWEEPS: readonly string[] = [
  "tests/e2e/crash_adopt_test.ts",
  "tests/e2e/crash_bundle_test.ts",
  "tests/e2e/crash_errors_test.ts",
  "tests/e2e/crash_overlay_test.ts",
  "tests/e2e/crash_in_place_test.ts",
  "tests/e2e/crash_inodes_test.ts",
  "tests/e2e/crash_power_test.ts",
  "tests/e2e/crash_prune_test.ts",
  "tests/e2e/crash_reads_test.ts",
  "tests/e2e/crash_renewal_test.ts",
  "tests/e2e/crash_revoke_test.ts",
  "tests/e2e/crash_rollback_test.ts",
  "tests/e2e/init_killed_test.ts",
  "tests/integration/election_test.ts",
];

export const sweeps: Step = {
  name: "sweeps",
  title:
    "bundles, files in place, system errors, power cuts, and prune, revoke, adopt, rollback and init at each change; a cluster without a leader",
  async run() {
    await fetchParts();
    const { counts, failed } = await runTests({ flags: ["-A"], paths: [...SWEEPS] });
    if (failed.length > 0) throw new Error(failed.join("\n"));
    return passed(`${counts.passed} sweeps`);
  },
};
