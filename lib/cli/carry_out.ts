/** Carries out the plan of a run. A run with nothing to do does not load this file. */
import { type ApplyEvent, unfailing } from "../apply/events.ts";
import { rightsFor } from "../apply/permissions.ts";
import type { AccessInput } from "../apply/session_once.ts";
import type { Config } from "../config/types.ts";
import type { Plan } from "../plan/types.ts";
import { eventLevel, eventText } from "../report/event_text.ts";
import { blockedEntries } from "../report/outcome.ts";
import { findAccess, warnUnverified } from "../command/find_access.ts";
import type { Host } from "../command/host.ts";
import { Log } from "../command/log.ts";
import { metricsOf, type MetricsPlan, writeMetricsNow } from "./metrics.ts";
import type { Arguments } from "../command/parse_arguments.ts";

const NO_SERVER: AccessInput = { problem: "This plan needs no server" };

/** The options of a run. */
export interface RunOptions {
  readonly args: Arguments;
  /** Absent: no metrics are written. */
  readonly metrics: MetricsPlan | undefined;
}

/**
 * Carries out a plan, and logs the events. Afterwards this process has no permissions, only its open
 * files. Throws an Error if the worker ends early.
 */
export async function carryOut(
  made: Plan,
  config: Config,
  { args, metrics }: RunOptions,
  host: Host,
): Promise<ApplyEvent[]> {
  const log = new Log(host, {
    quiet: args.quiet,
    verbose: args.verbose,
    ...(config.logFile !== undefined && { file: config.logFile }),
    ...(args.logFormat !== undefined && { logFormat: args.logFormat }),
    expected: made.steps.filter((step) => step.kind === "issue").length,
  });
  const events: ApplyEvent[] = [];
  const emit = unfailing((event) => {
    events.push(event);
    if (event.kind === "failed") log.failure(eventText(event), event.message, event);
    else if (event.kind === "warning") log.warning(eventText(event), event.message, event);
    else log.line(eventLevel(event), eventText(event), event);
    if (event.kind === "issued" || (event.kind === "failed" && event.step === "issue")) {
      log.progress();
    }
  });
  for (const { subject, message } of blockedEntries(made)) {
    log.failure(`${subject}: ${message}`, message);
  }
  warnUnverified(config, host, emit);
  (await import("../tools/install/warn_narrow_unit.ts")).warnNarrowUnit(config, emit);
  const needsServer = made.steps.some(({ kind }) => kind === "issue" || kind === "revoke");
  const request = { plan: made, access: needsServer ? findAccess(config, host) : NO_SERVER };
  let problem = metrics?.kind === "nowhere" ? metrics.problem : undefined;
  if (made.steps.length > 0 && host.usesWorker) {
    log.open();
    const { runInWorker } = await import("../apply/run_in_worker.ts");
    const place = metrics?.kind === "place" ? metrics.place : undefined;
    // The plan is carried out even if the metrics cannot be written.
    const failure = await runInWorker({
      order: request,
      rights: rightsFor(made, request.access, place),
      giveUp: () => host.giveUp("read", "write", "net", "run", "env", "sys"),
      emit,
      ...(place && { metrics: { place, text: () => metricsOf(made, events, host) } }),
    });
    problem ??= failure;
  } else {
    if (made.steps.length > 0) await (await import("../apply/apply.ts")).apply(request, emit);
    problem = metrics && await writeMetricsNow(metrics, metricsOf(made, events, host));
  }
  log.end();
  if (problem !== undefined) log.warning(problem, problem);
  return events;
}
