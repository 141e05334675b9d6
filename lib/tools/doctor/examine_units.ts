/** Checks the units of the configuration by what systemd says about them. */
import type { CertificateSpec, Config } from "../../config/types.ts";
import { isUnit } from "../../config/service_form.ts";
import { askUnits } from "../../observe/units.ts";
import { unitProblem } from "../../plan/unit_problem.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import { explained } from "./remedy.ts";
import { shellWord } from "../../text/quote.ts";

/** @param specs The certificates that the command is about, with the manager of each service. */
export async function examineUnits(
  config: Config,
  specs: readonly CertificateSpec[],
  now: Date,
): Promise<CheckResult[]> {
  const { config: asked, units } = await askUnits({ ...config, certificates: specs });
  const services = new Map(
    asked.certificates.flatMap((spec) => spec.services.filter(isUnit))
      .map((service) => [service.name, service]),
  );
  if (services.size > 0 && units.size === 0) {
    const names = [...services.keys()].join(", ");
    const detail = `does not answer here, so the actions of ${names} would fail`;
    const remedy = `to see why: systemctl show ${[...services.keys()].map(shellWord).join(" ")}`;
    return [found("warning", "systemd", detail, remedy)];
  }
  return [...services.values()].flatMap(({ name, settle }) => {
    const state = units.get(name);
    const problem = state && unitProblem(state, now, settle);
    if (problem !== undefined) {
      return explained("warning", name, problem.message, `systemctl status ${shellWord(name)}`);
    }
    return state === undefined
      ? []
      : found("ok", name, `systemd knows it, and it is ${state.active}`);
  });
}
