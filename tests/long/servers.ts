import { runTests } from "../run_tests.ts";
import { passed, type Step } from "./step.ts";

export const servers: Step = {
  name: "servers",
  title:
    "recipes of docs/recipes with the real servers: issue, start, renew, see the new certificate",
  async run() {
    const { counts, failed } = await runTests({ flags: ["-A"], paths: ["tests/long/servers"] });
    if (failed.length > 0) throw new Error(failed.join("\n"));
    return passed(`${counts.passed} recipes`);
  },
};
