/** `vcm run`, `issue`, `deploy` and `restart`, which differ only in their kinds of steps. */
import type { ApplyEvent } from "../apply/events.ts";
import type { CarriedOut } from "./carry_out.ts";
import { takeLock } from "../store/lock.ts";
import type { Config } from "../config/types.ts";
import { isUnit } from "../config/service_form.ts";
import { findManagers } from "../observe/find_managers.ts";
import { observe } from "../observe/observe.ts";
import { plan } from "../plan/plan.ts";
import { EVERYTHING, type Selection } from "../plan/selection.ts";
import type { Plan } from "../plan/types.ts";
import { foldOutcome, type Outcome } from "../report/outcome.ts";
import { paint } from "../report/paint.ts";
import { runEntries, runText } from "../report/run_text.ts";
import { outcomeStatus } from "../report/verdict.ts";
import type { CommandName } from "../command/command_forms.ts";
import { errFormat, sayOnErr } from "../command/log_line.ts";
import type { Host } from "../command/host.ts";
import { loadFor, narrow, paintFor } from "../command/load.ts";
import type { MetricsPlan } from "./metrics.ts";
import type { Arguments } from "../command/parse_arguments.ts";

const NOTHING: Selection = { issue: false, deploy: false, services: false, force: false };

/** The kinds of steps of each command. */
const SELECTIONS: Partial<Record<CommandName, Selection>> = {
  run: EVERYTHING,
  issue: { ...NOTHING, issue: true },
  deploy: { ...NOTHING, deploy: true },
  restart: { ...NOTHING, services: true },
};

/** Throws ConfigError, LockedError or StoreError; later failures are in the report. */
export async function runCommand(args: Arguments, host: Host): Promise<number> {
  let config = await findManagers(await loadFor(args, host));
  if (host.env("SSLKEYLOGFILE")) {
    (await import("../command/find_access.ts")).refuseKeyLog(config, host);
  }
  const specs = narrow(config, args);
  const selection = { ...SELECTIONS[args.command] ?? EVERYTHING, force: args.force };
  const say = (text: string) => {
    if (!args.quiet) sayOnErr(args, host, "info", text);
  };
  using _lock = await takeLock(config.certStore, say, args.wait);
  const began = performance.now();
  const observation = await observe(config, host.now());
  let made = plan(config, specs, observation, host.now(), selection);
  const { pendingActions } = observation;
  const isPending = pendingActions.kind === "present" && pendingActions.value.length > 0;
  // A run with nothing to do does not ask systemd.
  if ((made.steps.length > 0 || isPending) && hasUnits(config)) {
    const { observeWithUnits } = await import("../observe/units.ts");
    const asked = await observeWithUnits(config, observation);
    config = asked.config;
    made = plan(config, narrow(config, args), asked.observation, host.now(), selection);
  }
  const { metricsFile } = config;
  // Over all certificates and all steps.
  const isWhole = args.command === "run" && args.names.length === 0;
  const metrics = metricsFile !== undefined && isWhole
    ? await (await import("./metrics.ts")).planMetrics(metricsFile)
    : undefined;
  // Every run warns about a server that is not verified.
  const unverified = config.vault.trust.kind === "off" || host.env("VAULT_SKIP_VERIFY") ||
    host.env("BAO_SKIP_VERIFY");
  const idle = made.steps.length === 0 && !unverified &&
    made.certificates.every(({ blocked }) => blocked.length === 0);
  const { events, signalStatus } = idle
    ? await withoutSteps(made, metrics, args, host)
    : await (await import("./carry_out.ts")).carryOut(made, config, metrics, args, host, began);
  const outcome = foldOutcome(made, events);
  await report(made, events, outcome, args, host);
  return signalStatus ?? outcomeStatus(outcome, args.detailedExitcode);
}

function hasUnits({ certificates }: Config): boolean {
  return certificates.some(({ services }) => services.some(isUnit));
}

async function withoutSteps(
  made: Plan,
  metrics: MetricsPlan | undefined,
  args: Arguments,
  host: Host,
): Promise<CarriedOut> {
  if (metrics === undefined) return { events: [] };
  const { metricsOf, writeMetricsNow } = await import("./metrics.ts");
  const problem = await writeMetricsNow(metrics, metricsOf(made, [], host));
  if (problem !== undefined) sayOnErr(args, host, "warning", problem);
  return { events: [] };
}

async function report(
  made: Plan,
  events: readonly ApplyEvent[],
  outcome: Outcome,
  args: Arguments,
  host: Host,
): Promise<void> {
  if (args.json) {
    const { runJson } = await import("../report/json.ts");
    host.out(runJson(made, events, outcome));
  } else if (!args.quiet) host.out(runText(made, outcome, paintFor(args, host)));
  // Cron jobs often discard standard output.
  else if (outcome.failed.length > 0) tellFailures(made, outcome, args, host);
}

/** Repeats the result on standard error, which may be the only output that is read. */
function tellFailures(made: Plan, outcome: Outcome, args: Arguments, host: Host): void {
  const format = errFormat(args, host);
  if (format === "text") return host.err(runText(made, outcome, paint(false)));
  // The log has reported each already.
  if (format === "json") return;
  for (const { word, text } of runEntries(made, outcome)) {
    const level = word === "failed" ? "error" : word === undefined ? "info" : "warning";
    sayOnErr(args, host, level, text);
  }
}
