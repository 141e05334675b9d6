import { runTests } from "../run_tests.ts";
import { passed, type Step } from "./step.ts";

export const fuzz: Step = {
  name: "fuzz",
  title: "the properties hold for whatever chance makes in five minutes (FUZZ_SECONDS)",
  async run() {
    const { counts, failed } = await runTests({ flags: ["-A"], paths: ["tests/fuzz/long.ts"] });
    if (failed.length > 0) throw new Error(failed.join("\n"));
    return passed(`${counts.passed} properties held`);
  },
};
