/** `vcm revoke`: revokes certificates, after a question for each. */
import { unfailing } from "../../apply/events.ts";
import { completeRevocation } from "../../apply/revocation.ts";
import { SessionOnce } from "../../apply/session_once.ts";
import { findAccess, warnUnverified } from "../../command/find_access.ts";
import { runJwtCommand } from "../../command/run_jwt_command.ts";
import type { Host } from "../../command/host.ts";
import { Interruption } from "../../command/interruption.ts";
import { loadFor, narrow } from "../../command/load.ts";
import type { Arguments } from "../../command/parse_arguments.ts";
import { Reporter, requireAnswers, type Result } from "../../command/results.ts";
import type { Config } from "../../config/types.ts";
import { eventLevel, eventText } from "../../report/event_text.ts";
import { revokeJson } from "../../report/json.ts";
import { writePendingRevocation } from "../../store/pending_revocation.ts";
import { takeLock } from "../../store/lock.ts";
import { type Candidate, gather, isRefused, type Refused, type Revocation } from "./candidates.ts";
import { describeRevoked } from "./describe_revoked.ts";

/** Throws ConfigError, UsageError, LockedError or StoreError. */
export async function revoke(args: Arguments, host: Host): Promise<number> {
  const config = await loadFor(args, host);
  requireAnswers(args, host, "the name of a certificate");
  const found = gather(config, args.names, args.forgetKey);
  const unknown = args.names.filter((name) => found.every((candidate) => candidate.name !== name));
  if (unknown.length > 0) narrow(config.certificates, config, { ...args, names: unknown });
  // The questions come before the lock and the login, which must not wait for an answer.
  const candidates = found.map((candidate) => args.yes ? candidate : ask(candidate, host));
  const reporter = new Reporter<Result>(config, args, host);
  for (const refused of candidates.filter(isRefused)) reporter.tell(refusalOf(refused));
  const granted = candidates.filter((one): one is Revocation => !isRefused(one));
  if (granted.length === 0) return reporter.end(revokeJson);
  const say = (text: string) => reporter.log.line("info", text);
  using _lock = await takeLock(config.certStore, say, args.wait);
  using interruption = new Interruption();
  await carryOut(granted, config, reporter, host, interruption);
  const status = reporter.end(revokeJson);
  return interruption.status ?? status;
}

function refusalOf({ name, problem }: Refused): Result {
  return { name, done: false, message: problem };
}

function ask(candidate: Candidate, host: Host): Candidate {
  if (isRefused(candidate) || host.ask(candidate.question)) return candidate;
  return { name: candidate.name, problem: "Not revoked" };
}

async function carryOut(
  granted: readonly Revocation[],
  config: Config,
  reporter: Reporter<Result>,
  host: Host,
  interruption: Interruption,
): Promise<void> {
  const emit = unfailing((event) => reporter.log.line(eventLevel(event), eventText(event)));
  warnUnverified(config, host, emit);
  const sessions = new SessionOnce(
    await runJwtCommand(findAccess(config, host)),
    emit,
    interruption.stop,
  );
  try {
    for (const revocation of granted) {
      const { name, pending } = revocation;
      const why = await interruption.look();
      if (why !== undefined) {
        reporter.tell(refusalOf({ name, problem: `Not revoked, because ${why}` }));
        continue;
      }
      const [now] = gather(config, [name], pending.forgetKey);
      const problem = changeSince(revocation, now);
      reporter.tell(
        now === undefined || isRefused(now) || problem !== undefined
          ? refusalOf({ name, problem: `Not revoked: ${problem}` })
          : await revokeOne(now, config, sessions, host),
      );
    }
  } finally {
    await sessions.close();
  }
}

/** What changed in a set between the question and the lock. */
function changeSince(
  { pending }: Revocation,
  now: Candidate | undefined,
): string | undefined {
  if (now === undefined) return "another run finished it in the meantime";
  if (isRefused(now)) return now.problem;
  return now.pending.serial === pending.serial
    ? undefined
    : "another run replaced it in the meantime";
}

async function revokeOne(
  revocation: Revocation,
  config: Config,
  sessions: SessionOnce,
  host: Host,
): Promise<Result> {
  const { name, pending, earlier } = revocation;
  const { certStore } = config;
  try {
    await writePendingRevocation(certStore, name, pending, earlier);
  } catch (error) {
    return refusalOf({ name, problem: `Not revoked: ${(error as Error).message}` });
  }
  try {
    const archive = await completeRevocation({ certStore, name, pending, earlier }, sessions);
    return { name, done: true, message: describeRevoked(revocation, archive, config, host) };
  } catch (error) {
    return { name, done: false, message: (error as Error).message };
  }
}
