/** Observes the host and plans; what is to be done is looked at more closely. */
import type { Host } from "../command/host.ts";
import { narrow } from "../command/load.ts";
import type { Arguments } from "../command/parse_arguments.ts";
import { isUnit } from "../config/service_form.ts";
import { type Config, entriesOf } from "../config/types.ts";
import { observe } from "../observe/observe.ts";
import type { Observation } from "../observe/types.ts";
import { plan } from "../plan/plan.ts";
import type { Selection } from "../plan/selection.ts";
import type { Plan } from "../plan/types.ts";

/** A plan, and the configuration in which each unit has systemd's own name. */
export interface MadePlan {
  readonly config: Config;
  readonly made: Plan;
  readonly observation: Observation;
}

/** For a command that tells how things are: systemd is asked about all units. */
export async function planCheck(before: Config, args: Arguments, host: Host): Promise<MadePlan> {
  const { askUnits } = await import("../observe/units.ts");
  const { config, units } = await askUnits(before);
  const specs = narrow(entriesOf(config), config, args);
  const observation = await observe(config, host.now(), units);
  const made = plan(config, specs, observation, host.now());
  return { config, observation, made: await withAcls(made, config, args, host, observation) };
}

/** For a run: nothing is asked if there is nothing to do. */
export async function planRun(
  before: Config,
  args: Arguments,
  host: Host,
  selection: Selection,
): Promise<MadePlan> {
  let config = before;
  let observation = await observe(config, host.now());
  let made = plan(
    config,
    narrow(entriesOf(config), config, args),
    observation,
    host.now(),
    selection,
  );
  const { pendingActions } = observation;
  const isPending = pendingActions.kind === "present" && pendingActions.value.length > 0;
  if ((made.steps.length > 0 || isPending) && hasUnits(config)) {
    const { observeWithUnits } = await import("../observe/units.ts");
    ({ config, observation } = await observeWithUnits(config, observation));
    made = plan(
      config,
      narrow(entriesOf(config), config, args),
      observation,
      host.now(),
      selection,
    );
  }
  made = await withAcls(made, config, args, host, observation, selection);
  return { config, observation, made };
}

function hasUnits(config: Config): boolean {
  return entriesOf(config).some(({ services }) => services.some(isUnit));
}

/** Plans again if files are written whose ACLs have to be kept. */
async function withAcls(
  made: Plan,
  config: Config,
  args: Arguments,
  host: Host,
  observation: Observation,
  selection?: Selection,
): Promise<Plan> {
  const written = made.steps.flatMap((step) => step.kind === "deploy" ? step.targets : []);
  if (written.length === 0) return made;
  const { observeAcls } = await import("../observe/acls.ts");
  const seen = await observeAcls(observation, new Set(written.map(({ path }) => path)));
  return seen === observation
    ? made
    : plan(config, narrow(entriesOf(config), config, args), seen, host.now(), selection);
}
