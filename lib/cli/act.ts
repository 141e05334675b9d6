/** `vcm run`, `issue`, `deploy` and `restart`: kinds of steps of one engine. */
import type { ApplyEvent } from "../apply/events.ts";
import { lockStore } from "../apply/lock.ts";
import type { AccessOrder } from "../apply/session_once.ts";
import type { Config } from "../config/types.ts";
import { observe } from "../observe/observe.ts";
import { EVERYTHING, plan, type Selection } from "../plan/plan.ts";
import type { Plan } from "../plan/types.ts";
import { runJson } from "../report/json.ts";
import { foldOutcome, type Outcome } from "../report/outcome.ts";
import { eventLevel, eventText, runText } from "../report/run_text.ts";
import { outcomeStatus } from "../report/verdict.ts";
import type { CommandName } from "./commands.ts";
import type { Host } from "./host.ts";
import { loadFor, narrow, paintFor } from "./load.ts";
import { Log } from "./log.ts";
import type { Arguments } from "./parse_arguments.ts";

const NOTHING: Selection = { issue: false, deploy: false, services: false, force: false };

/** Which kinds of steps each command takes. */
const SELECTIONS: Partial<Record<CommandName, Selection>> = {
  run: EVERYTHING,
  issue: { ...NOTHING, issue: true },
  deploy: { ...NOTHING, deploy: true },
  restart: { ...NOTHING, services: true },
};

/** Throws ConfigError, LockedError or StoreError; what goes wrong later is in the report. */
export async function act(args: Arguments, host: Host): Promise<number> {
  const config = await loadFor(args, host);
  const specs = narrow(config, args);
  const selection = { ...SELECTIONS[args.command] ?? EVERYTHING, force: args.force };
  using _lock = lockStore(config.certStore);
  const made = plan(config, specs, await observe(config, specs), host.now(), selection);
  const events = made.steps.length === 0 ? [] : await carryOut(made, config, args, host);
  const outcome = foldOutcome(made, events);
  report(made, events, outcome, args, host);
  return outcomeStatus(outcome);
}

async function carryOut(
  made: Plan,
  config: Config,
  args: Arguments,
  host: Host,
): Promise<ApplyEvent[]> {
  const { apply, needsServer } = await import("../apply/apply.ts");
  const log = new Log(host, {
    quiet: args.quiet,
    verbose: args.verbose,
    ...(config.logFile === undefined ? {} : { file: config.logFile }),
    expected: made.steps.filter((step) => step.kind === "issue").length,
  });
  const events: ApplyEvent[] = [];
  const emit = (event: ApplyEvent) => {
    events.push(event);
    log.line(eventLevel(event), eventText(event));
    if (event.kind === "issued" || (event.kind === "failed" && event.step === "issue")) {
      log.progress();
    }
  };
  const access = needsServer(made) ? await findAccess(config, host, emit) : NO_SERVER;
  await apply({ plan: made, access }, emit);
  log.end();
  return events;
}

const NO_SERVER: AccessOrder = { problem: "This plan needs no server" };

async function findAccess(
  config: Config,
  host: Host,
  emit: (event: ApplyEvent) => void,
): Promise<AccessOrder> {
  const { resolveAccess } = await import("../vault/access.ts");
  try {
    const access = resolveAccess(config.vault, host);
    if (access.authorities === undefined) {
      const message = "its TLS certificate is not verified (vault_ssl_verify: false); whoever is " +
        "between this host and it can read tokens and keys";
      emit({ kind: "warning", subject: access.addresses.join(", "), message });
    }
    return access;
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

function report(
  made: Plan,
  events: readonly ApplyEvent[],
  outcome: Outcome,
  args: Arguments,
  host: Host,
): void {
  if (args.json) host.out(runJson(made, events, outcome));
  else if (!args.quiet || outcome.failed.length > 0) {
    host.out(runText(made, outcome, paintFor(args, host)));
  }
}
