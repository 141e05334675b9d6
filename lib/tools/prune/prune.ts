/**
 * `vcm prune`: moves sets that the configuration does not name to the store's archive, after a
 * question for each. It changes nothing outside the store, and asks no server.
 */
import type { Host } from "../../command/host.ts";
import { Interruption } from "../../command/interruption.ts";
import { loadFor } from "../../command/load.ts";
import type { Arguments } from "../../command/parse_arguments.ts";
import { Reporter, requireAnswers, type Result } from "../../command/results.ts";
import type { Config } from "../../config/types.ts";
import { pruneJson } from "../../report/json.ts";
import { archiveOrphan } from "../../store/archive.ts";
import { takeLock } from "../../store/lock.ts";
import { isArchived } from "../../store/store_paths.ts";
import { errorCode, messageOf } from "../../text/plain_cause.ts";
import { examine, isRefused, type Orphan, type Refused, requireOrphans } from "./candidates.ts";

interface Pruned extends Result {
  readonly archive?: string;
}

/** Throws ConfigError, UsageError, LockedError, StoreError or Error in plain words. */
export async function prune(args: Arguments, host: Host): Promise<number> {
  host.giveUp("net");
  const config = await loadFor(args, host);
  requireAnswers(args, host, "the name of a set in the store");
  const found = requireOrphans(config, args.names).map((name) =>
    examine(config, name) ?? gone(name)
  );
  // The questions come before the lock, which must not wait for an answer.
  const candidates = found.map((candidate) => args.yes ? candidate : ask(candidate, host));
  const reporter = new Reporter<Pruned>(config, args, host);
  for (const refused of candidates.filter(isRefused)) reporter.tell(refusalOf(refused));
  const granted = candidates.filter((one): one is Orphan => !isRefused(one));
  if (granted.length === 0) return reporter.end(pruneJson);
  const say = (text: string) => reporter.log.line("info", text);
  using _lock = await takeLock(config.certStore, say, args.wait);
  using interruption = new Interruption();
  for (const orphan of granted) {
    const why = await interruption.look();
    reporter.tell(
      why === undefined
        ? archiveOne(orphan, config)
        : refusalOf({ name: orphan.name, problem: why }),
    );
  }
  const status = reporter.end(pruneJson);
  return interruption.status ?? status;
}

function gone(name: string): Refused {
  return { name, problem: "another command moved it in the meantime" };
}

function ask(candidate: Orphan | Refused, host: Host): Orphan | Refused {
  if (isRefused(candidate) || host.ask(candidate.question)) return candidate;
  return { name: candidate.name, problem: "the answer was no" };
}

function refusalOf({ name, problem }: Refused): Pruned {
  return { name, done: false, message: `Not archived: ${problem}` };
}

/** Needs the lock. */
function archiveOne({ name, identity }: Orphan, config: Config): Pruned {
  const now = examine(config, name) ?? gone(name);
  if (isRefused(now)) return refusalOf(now);
  if (now.identity !== identity) {
    return refusalOf({ name, problem: "another command replaced it in the meantime" });
  }
  try {
    const { path, problem } = archiveOrphan(config.certStore, name);
    const message = isArchived(config.certStore, path)
      ? `archived in "${path}"; deployed files stay`
      : `removed; it was a symbolic link to "${path}", whose files stay, as deployed ones do`;
    const done = problem === undefined;
    return { name, done, message: done ? message : `${message}; ${problem}`, archive: path };
  } catch (error) {
    const fix = errorCode(error) === "EXDEV"
      ? "; the archive must be on the file system of the store"
      : "";
    return refusalOf({ name, problem: messageOf(error) + fix });
  }
}
