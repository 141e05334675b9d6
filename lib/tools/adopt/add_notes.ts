/** Tells in a plan which certificates need not be issued, because their files can be adopted. */
import type { Config } from "../../config/types.ts";
import { storedCrls } from "../../observe/trust.ts";
import type { Observation } from "../../observe/types.ts";
import type { Plan } from "../../plan/types.ts";
import { shellWord } from "../../text/quote.ts";
import { examine } from "./examine.ts";

export async function addNotes(
  plan: Plan,
  config: Config,
  observation: Observation,
): Promise<Plan> {
  const crls = storedCrls(config);
  const certificates = await Promise.all(plan.certificates.map(async (state) => {
    const at = config.certificates.findIndex(({ name }) => name === state.name);
    const [spec, observed] = [config.certificates[at], observation.certificates[at]];
    if (spec === undefined || observed === undefined || state.due === undefined) return state;
    const found = await examine(spec, observed, observation, crls, plan.at);
    if (found.kind !== "adoptable") return state;
    const message = `its files hold a certificate that can be adopted, so that none is issued: ` +
      `vcm adopt ${shellWord(state.name)}`;
    return { ...state, warnings: [...state.warnings, { kind: "adoptable" as const, message }] };
  }));
  return { ...plan, certificates };
}
