/** `vcm revoke`: takes certificates back, after a question. */
import { unfailing } from "../apply/events.ts";
import { lockStore } from "../apply/lock.ts";
import { type Revocation, revoke as revokeOne } from "../apply/revoke.ts";
import { SessionOnce } from "../apply/session_once.ts";
import type { CertificateSpec, Config } from "../config/types.ts";
import { readFolder } from "../observe/read.ts";
import { observeStore } from "../observe/store.ts";
import { storedCertificate } from "../plan/due.ts";
import { formatMoment } from "../plan/moment.ts";
import { revokeJson } from "../report/json.ts";
import { eventLevel, eventText } from "../report/run_text.ts";
import { EXIT_FAILED, EXIT_OK } from "../report/verdict.ts";
import { findAccess } from "./find_access.ts";
import type { Host } from "./host.ts";
import { loadFor, narrow } from "./load.ts";
import { Log } from "./log.ts";
import { type Arguments, UsageError } from "./parse_arguments.ts";

/** Throws ConfigError, UsageError, LockedError or StoreError. */
export async function revoke(args: Arguments, host: Host): Promise<number> {
  const config = await loadFor(args, host);
  if (args.names.length === 0) {
    throw new UsageError('"vcm revoke" takes the names of certificates, and got none', "revoke");
  }
  if (!args.yes && !host.canAsk) {
    throw new UsageError(
      "There is no terminal to ask on; say --yes to revoke without a question",
      "revoke",
    );
  }
  const specs = narrow(config, args);
  using _lock = lockStore(config.certStore);
  const results: Result[] = [];
  const log = new Log(host, {
    quiet: args.quiet,
    verbose: args.verbose,
    ...(config.logFile === undefined ? {} : { file: config.logFile }),
    expected: 0,
  });
  const emit = unfailing((event) => log.line(eventLevel(event), eventText(event)));
  const sessions = new SessionOnce(findAccess(config, host, emit), emit);
  try {
    for (const wish of gather(config, specs)) {
      results.push(await carryOut(wish, config, sessions, args, host));
    }
  } finally {
    await sessions.close();
  }
  for (const result of results) log.append(result.done ? "info" : "error", textOf(result));
  report(results, args, host);
  return results.every(({ done }) => done) ? EXIT_OK : EXIT_FAILED;
}

/** What came of one name. */
interface Result {
  readonly name: string;
  readonly done: boolean;
  readonly message: string;
}

type Wish = Revocation | { readonly name: string; readonly problem: string };

function gather(config: Config, specs: readonly CertificateSpec[]): Wish[] {
  const listing = readFolder(config.certStore);
  return specs.map((spec): Wish => {
    const { stored } = observeStore(config.certStore, spec, listing);
    const certificate = storedCertificate(stored);
    if (certificate !== undefined) return { name: spec.name, mount: spec.pki, certificate };
    const problem = stored.leaf.kind === "unreadable"
      ? stored.leaf.problem
      : stored.leaf.kind === "absent"
      ? "There is no certificate in the store"
      : "cert.pem in the store is no certificate";
    return { name: spec.name, problem };
  });
}

async function carryOut(
  wish: Wish,
  { certStore }: Config,
  sessions: SessionOnce,
  args: Arguments,
  host: Host,
): Promise<Result> {
  const { name } = wish;
  if ("problem" in wish) return { name, done: false, message: wish.problem };
  const { serial, issuer, notAfter } = wish.certificate;
  const question = `Revoke "${name}", serial ${serial}, of "${issuer}", until ` +
    `${formatMoment(notAfter)}? Peers that check will refuse it.`;
  if (!args.yes && !host.ask(question)) return { name, done: false, message: "Not revoked" };
  try {
    const { archive } = await revokeOne(wish, certStore, sessions);
    const message = `revoked, serial ${serial}; its files lie in "${archive}", and the next run ` +
      "issues a new one";
    return { name, done: true, message };
  } catch (error) {
    return { name, done: false, message: (error as Error).message };
  }
}

function report(results: readonly Result[], args: Arguments, host: Host): void {
  if (args.json) return host.out(revokeJson(results));
  for (const result of results) {
    if (!result.done) host.err(`failed  ${textOf(result)}\n`);
    else if (!args.quiet) host.out(`${textOf(result)}\n`);
  }
}

function textOf({ name, message }: Result): string {
  return `${name}: ${message}`;
}
