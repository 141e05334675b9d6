import { fetchDenort } from "../../scripts/denort.ts";
import { sha256 } from "../../scripts/sha256.ts";
import { compileCopy } from "./compile_copy.ts";
import { passed, type Step } from "./step.ts";

/** Two programs that are compiled one after the other, in directories of different names. */
export const doubleBuild: Step = {
  name: "double-build",
  title: "a second compile gives the same program, byte for byte",
  async run() {
    const denort = await fetchDenort();
    const sums: string[] = [];
    for (let time = 0; time < 2; time++) {
      await using copy = await compileCopy(denort);
      sums.push(sha256(await Deno.readFile(copy.path)));
    }
    const [one, two] = sums;
    if (one !== two) throw new Error(`Two compiles of the same sources differ: ${one}, ${two}`);
    return passed(`SHA-256 ${one}`);
  },
};
