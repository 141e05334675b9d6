/** `vcm run`, `issue`, `deploy` and `restart`, which differ only in their kinds of steps. */
import type { CarriedOut } from "./carry_out.ts";
import { takeLock } from "../store/lock.ts";
import { findManagers } from "../observe/find_managers.ts";
import type { Config } from "../config/types.ts";
import { EVERYTHING, type Selection } from "../plan/selection.ts";
import type { Plan } from "../plan/types.ts";
import { foldOutcome, type Outcome } from "../report/outcome.ts";
import { paint } from "../report/paint.ts";
import { runEntries, runText } from "../report/run_text.ts";
import { outcomeStatus } from "../report/verdict.ts";
import { entriesOf } from "../config/types.ts";
import type { CommandName } from "../command/command_forms.ts";
import { errFormat, sayOnErr } from "../command/log_line.ts";
import type { Host } from "../command/host.ts";
import { loadFor, narrow, paintFor } from "../command/load.ts";
import { planRun } from "./make_plan.ts";
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
  const loaded = await findManagers(await loadFor(args, host));
  if (host.env("SSLKEYLOGFILE")) {
    (await import("../command/find_access.ts")).refuseKeyLog(loaded, host);
  }
  // A name that is not in the file is an error before anything is waited for.
  narrow(entriesOf(loaded), loaded, args);
  const selection = { ...SELECTIONS[args.command] ?? EVERYTHING, force: args.force };
  const say = (text: string) => {
    if (!args.quiet) sayOnErr(args, host, "info", text);
  };
  using _lock = await takeLock(loaded.certStore, say, args.wait);
  const began = performance.now();
  const { config, made } = await planRun(loaded, args, host, selection);
  const { metricsFile } = config;
  // Over all certificates and all steps.
  const isWhole = args.command === "run" && args.names.length === 0;
  const metrics = metricsFile !== undefined && isWhole
    ? await (await import("./metrics.ts")).planMetrics(metricsFile, made)
    : undefined;
  return await finishRun(config, made, metrics, args, host, began);
}

/** Carries a plan out, reports it, and returns the exit status. Needs the lock. */
export async function finishRun(
  config: Config,
  made: Plan,
  metrics: MetricsPlan | undefined,
  args: Arguments,
  host: Host,
  began: number,
): Promise<number> {
  // Every run warns about a server that is not verified.
  const unverified = config.vault.trust.kind === "off" || host.env("VAULT_SKIP_VERIFY") ||
    host.env("BAO_SKIP_VERIFY");
  const idle = made.steps.length === 0 && !unverified &&
    made.certificates.every(({ blocked }) => blocked.length === 0);
  const { events, told, signalStatus } = idle
    ? await withoutSteps(made, metrics, args, host)
    : await (await import("./carry_out.ts")).carryOut(made, config, metrics, args, host, began);
  const outcome = foldOutcome(made, events);
  await report(made, { events, told }, outcome, args, host);
  return signalStatus ?? outcomeStatus(outcome, args.detailedExitcode);
}

async function withoutSteps(
  made: Plan,
  metrics: MetricsPlan | undefined,
  args: Arguments,
  host: Host,
): Promise<CarriedOut> {
  const nothing = { events: [], told: [] };
  if (metrics === undefined) return nothing;
  const { metricsOf, writeMetricsNow } = await import("./metrics.ts");
  const problem = await writeMetricsNow(metrics, metricsOf(metrics, made, [], host));
  if (problem !== undefined) sayOnErr(args, host, "warning", problem);
  return nothing;
}

async function report(
  made: Plan,
  { events, told }: Omit<CarriedOut, "signalStatus">,
  outcome: Outcome,
  args: Arguments,
  host: Host,
): Promise<void> {
  if (args.json) {
    const { runJson } = await import("../report/json.ts");
    host.out(runJson(made, events, outcome));
  } else if (args.quiet) {
    // Cron jobs often discard standard output.
    if (outcome.failed.length > 0) tellFailures(made, outcome, args, host);
  } else {
    // On a terminal the summary follows the log; elsewhere the two may have different readers.
    const follows = host.outIsTerminal && host.errIsTerminal && errFormat(args, host) === "text";
    host.out(runText(made, outcome, paintFor(args, host), follows ? told : []));
  }
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
