import { filesBelow } from "../../scripts/files_below.ts";
import { fetchParts } from "../fetch_parts.ts";
import { runTests } from "../run_tests.ts";
import { findPart } from "../support/parts.ts";
import { passed, skipped, type Step } from "./step.ts";
import { SWEEPS } from "./sweeps.ts";

const VERSION = "2.7.2";

/** `deno task test` runs them against the oldest version. */
export const newerOpenBao: Step = {
  name: "openbao-2.7",
  title: `the contract and all integration tests against OpenBao ${VERSION}`,
  async run() {
    await fetchParts();
    const part = await findPart("openbao-2.7");
    if (part.kind === "missing") return skipped(part.reason);
    const files = await filesBelow("tests/integration");
    const { counts, failed } = await runTests({
      flags: ["-A"],
      paths: files.filter((path) => path.endsWith("_test.ts") && !SWEEPS.includes(path)),
      env: { OPENBAO_VERSION: VERSION },
    });
    if (failed.length > 0) throw new Error(failed.join("\n"));
    return passed(`${counts.passed} integration tests against OpenBao ${VERSION}`);
  },
};
