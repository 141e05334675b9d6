/** What a run does once there is something to do; a run that finds nothing to do does not load it. */
import { apply, needsServer } from "../apply/apply.ts";
import { type ApplyEvent, unfailing } from "../apply/events.ts";
import type { AccessOrder } from "../apply/session_once.ts";
import type { Config } from "../config/types.ts";
import type { Plan } from "../plan/types.ts";
import { eventLevel, eventText } from "../report/event_text.ts";
import { findAccess, warnUnverified } from "./find_access.ts";
import type { Host } from "./host.ts";
import { Log } from "./log.ts";
import type { Arguments } from "./parse_arguments.ts";

const NO_SERVER: AccessOrder = { problem: "This plan needs no server" };

/** Carries out a plan, and logs what comes about; never throws for it. */
export async function carryOut(
  made: Plan,
  config: Config,
  args: Arguments,
  host: Host,
): Promise<ApplyEvent[]> {
  const log = new Log(host, {
    quiet: args.quiet,
    verbose: args.verbose,
    ...(config.logFile === undefined ? {} : { file: config.logFile }),
    expected: made.steps.filter((step) => step.kind === "issue").length,
  });
  const events: ApplyEvent[] = [];
  const emit = unfailing((event) => {
    events.push(event);
    if (event.kind === "failed") log.failure(eventText(event), event.message);
    else if (event.kind === "warning") log.warning(eventText(event), event.message);
    else log.line(eventLevel(event), eventText(event));
    if (event.kind === "issued" || (event.kind === "failed" && event.step === "issue")) {
      log.progress();
    }
  });
  warnUnverified(config, host, emit);
  const access = needsServer(made) ? findAccess(config, host) : NO_SERVER;
  await apply({ plan: made, access }, emit);
  log.end();
  return events;
}
