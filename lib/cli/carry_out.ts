/**
 * Carries out the plan of a run with the permissions that it needs. A run with nothing to do does
 * not load this file.
 */
import { type ApplyEvent, unfailing } from "../apply/events.ts";
import type { MetricsPlace } from "../apply/metrics_file.ts";
import { requireOpenFiles } from "../apply/open_files.ts";
import { type Rights, rightsFor } from "../apply/permissions.ts";
import { runInWorker } from "../apply/run_in_worker.ts";
import type { AccessInput } from "../apply/session_once.ts";
import type { Config } from "../config/types.ts";
import { askIgnored } from "../host/end_signals.ts";
import { readPassword } from "../observe/password_file.ts";
import type { Plan } from "../plan/types.ts";
import { eventLevel, eventText } from "../report/event_text.ts";
import { blockedEntries, type OutcomeEntry } from "../report/outcome.ts";
import { findAccess, warnUnverified } from "../command/find_access.ts";
import type { Host } from "../command/host.ts";
import { Log } from "../command/log.ts";
import { metricsOf, type MetricsPlan, planMetrics, writeMetricsNow } from "./metrics.ts";
import { watchForEnds } from "./watch_for_ends.ts";
import { runJwtCommand } from "../command/run_jwt_command.ts";
import type { Arguments } from "../command/parse_arguments.ts";
import { secretsOf } from "../vault/access/credentials.ts";

const NO_SERVER: AccessInput = { problem: "This plan needs no server" };

/**
 * The permissions that a run of the plan would have. Reads what a run would read to find the server,
 * but does not log in.
 */
export async function permissionsOf(plan: Plan, config: Config, host: Host): Promise<Rights> {
  const { metricsFile } = config;
  const metrics = metricsFile === undefined ? undefined : await planMetrics(metricsFile, plan);
  return rightsFor(plan, findAccess(config, host), placeOf(metrics));
}

/** What a run did. */
export interface CarriedOut {
  readonly events: readonly ApplyEvent[];
  /** What failed or was skipped, as far as the log has printed it. */
  readonly told: readonly OutcomeEntry[];
  /** The exit status if a signal ended the run. */
  readonly signalStatus?: number | undefined;
}

/**
 * Carries out a plan, and logs the events. Afterwards this process has no permissions, only its open
 * files. Throws an Error if the worker ends early.
 *
 * @param metrics Undefined if no metrics are written.
 * @param began When the run began, on `performance.now()`.
 */
export async function carryOut(
  made: Plan,
  config: Config,
  metrics: MetricsPlan | undefined,
  args: Arguments,
  host: Host,
  began: number,
): Promise<CarriedOut> {
  const log = new Log(host, {
    quiet: args.quiet,
    verbose: args.verbose,
    file: config.logFile,
    logFormat: args.logFormat,
    expected: made.steps.filter((step) => step.kind === "issue").length,
    linesOf: linesOf(made),
  });
  const events: ApplyEvent[] = [];
  const told: OutcomeEntry[] = [];
  const emit = unfailing((event) => {
    events.push(event);
    if (event.kind === "failed") {
      if (log.failure(eventText(event), event.message, event)) told.push(event);
    } else if (event.kind === "warning") log.warning(eventText(event), event.message, event);
    else if (log.line(eventLevel(event), eventText(event), event) && event.kind === "skipped") {
      told.push(event);
    }
    if (event.kind === "issued" || (event.kind === "failed" && event.step === "issue")) {
      log.progress();
    }
  });
  for (const entry of blockedEntries(made)) {
    const { subject, message } = entry;
    if (log.failure(`${subject}: ${message}`, message)) told.push(entry);
  }
  for (const { service: subject, unit } of made.services) {
    if (unit?.kind === "missing") emit({ kind: "warning", subject, message: unit.message });
  }
  warnUnverified(config, host, emit);
  (await import("../tools/install/warn_narrow_unit.ts")).warnNarrowUnit(config, emit);
  const needsLogin = made.steps.some((step) =>
    step.kind === "revoke" || (step.kind === "issue" && step.archived === undefined)
  );
  const needsServer = needsLogin || made.steps.some(({ kind }) => kind === "fetch");
  const runsCommands = made.steps.some(({ kind }) => kind === "service" || kind === "validate");
  const found = needsServer || runsCommands ? findAccess(config, host) : NO_SERVER;
  const access = needsLogin ? await runJwtCommand(found) : found;
  const request = {
    plan: made,
    access: needsServer ? access : NO_SERVER,
    secrets: runsCommands ? knownSecrets(config, access) : [],
  };
  let signalStatus: () => number | undefined = () => undefined;
  let problem = metrics?.kind === "nowhere" ? metrics.problem : undefined;
  if (made.steps.length > 0 && host.usesWorker) {
    log.open();
    requireOpenFiles(config.certStore);
    // It runs while the workers start.
    const ignoredKnown = askIgnored();
    const written = metrics?.kind === "place" ? metrics : undefined;
    const say = (text: string) => log.warning(text, text);
    // The plan is carried out even if the metrics cannot be written.
    const failure = await runInWorker({
      order: request,
      rights: rightsFor(made, request.access, written?.place),
      giveUp: () => host.giveUp("read", "write", "net", "run", "env", "sys"),
      emit,
      control: async (ends) => {
        await ignoredKnown;
        signalStatus = watchForEnds(ends, { maxRun: config.maxRun, began, say });
      },
      ...(written && {
        metrics: { place: written.place, text: () => metricsOf(written, made, events, host) },
      }),
    });
    problem ??= failure;
  } else {
    if (made.steps.length > 0) {
      const { CommandRunner } = await import("../apply/commands/runner.ts");
      await (await import("../apply/apply.ts")).apply(request, emit, new CommandRunner(made));
    }
    problem = metrics && await writeMetricsNow(metrics, metricsOf(metrics, made, events, host));
  }
  log.end();
  if (problem !== undefined) log.warning(problem, problem);
  return { events, told, signalStatus: signalStatus() };
}

/** How many lines the steps of each certificate have in the log. */
function linesOf({ steps }: Plan): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const step of steps) {
    if (!("certificate" in step)) continue;
    const own = step.kind === "deploy" ? step.targets.length : 1;
    lines.set(step.certificate, (lines.get(step.certificate) ?? 0) + own);
  }
  return lines;
}

function placeOf(metrics: MetricsPlan | undefined): MetricsPlace | undefined {
  return metrics?.kind === "place" ? metrics.place : undefined;
}

/** Credentials and passwords that a command could print, because they are in files of this host. */
function knownSecrets(config: Config, access: AccessInput): string[] {
  const files = config.certificates.flatMap(({ targets }) =>
    targets.flatMap(({ passwordFile }) => passwordFile ?? [])
  );
  return [
    ...("problem" in access ? [] : access.credentials.flatMap(secretsOf)),
    ...[...new Set(files)].flatMap((path) => {
      try {
        return readPassword(path).reveal();
      } catch {
        return []; // It is reported when it is needed.
      }
    }),
  ];
}
