/** `vcm revoke`: revokes certificates, after a question for each. */
import { unfailing } from "../../apply/events.ts";
import { SessionOnce } from "../../apply/session_once.ts";
import type { Certificate } from "../../certificate/certificate.ts";
import { findAccess, warnUnverified } from "../../command/find_access.ts";
import type { Host } from "../../command/host.ts";
import { loadFor, narrow } from "../../command/load.ts";
import { Log } from "../../command/log.ts";
import { type Arguments, UsageError } from "../../command/parse_arguments.ts";
import type { CertificateSpec, Config } from "../../config/types.ts";
import { storedCertificate } from "../../plan/stored_validity.ts";
import { eventLevel, eventText } from "../../report/event_text.ts";
import { revokeJson } from "../../report/json.ts";
import { EXIT_FAILED, EXIT_OK } from "../../report/verdict.ts";
import { archiveSet } from "../../store/archive.ts";
import { StoreReader } from "../../store/read_set.ts";
import { takeLock } from "../../store/lock.ts";
import { formatTime } from "../../text/format_time.ts";
import { plainCause } from "../../text/plain_cause.ts";
import { shellWord } from "../../text/quote.ts";
import { revokeCertificate } from "../../vault/pki/pki.ts";

/** Throws ConfigError, UsageError, LockedError or StoreError. */
export async function revoke(args: Arguments, host: Host): Promise<number> {
  const config = await loadFor(args, host);
  requireAnswers(args, host);
  const specs = narrow(config, args);
  // The questions come before the lock and the login, which must not wait for an answer.
  const candidates = gather(config, specs).map((candidate) =>
    args.yes ? candidate : ask(candidate, host)
  );
  const reporter = new Reporter(config, args, host);
  for (const refused of candidates.filter(isRefused)) reporter.tell(refusalOf(refused));
  const granted = candidates.filter((one): one is Revocation => !isRefused(one));
  if (granted.length > 0) {
    const say = (text: string) => reporter.log.line("info", text);
    using _lock = await takeLock(config.certStore, say, args.wait);
    await carryOut(granted, config, reporter, host);
  }
  return reporter.end();
}

function requireAnswers(args: Arguments, host: Host): void {
  if (args.names.length === 0) {
    throw new UsageError('"vcm revoke" needs the name of a certificate', "revoke");
  }
  if (args.yes) return;
  if (args.json) throw new UsageError("No questions with --json: pass --yes too", "revoke");
  if (host.canAsk) return;
  throw new UsageError("No terminal to ask on: pass --yes to revoke without a question", "revoke");
}

/** The result for one name. */
interface Result {
  readonly name: string;
  readonly done: boolean;
  readonly message: string;
}

interface Refused {
  readonly name: string;
  readonly problem: string;
}

type Candidate = Revocation | Refused;

function isRefused(revocation: Candidate): revocation is Refused {
  return "problem" in revocation;
}

function refusalOf({ name, problem }: Refused): Result {
  return { name, done: false, message: problem };
}

function gather(config: Config, specs: readonly CertificateSpec[]): Candidate[] {
  const store = new StoreReader(config.certStore);
  return specs.map((spec): Candidate => {
    const { stored } = store.look(spec);
    const certificate = storedCertificate(stored);
    if (certificate !== undefined) return { name: spec.name, mount: spec.pki, certificate };
    const problem = stored.leaf.kind === "unreadable"
      ? stored.leaf.problem
      : stored.leaf.kind === "absent"
      ? "There is no certificate in the store"
      : "cert.pem in the store is not a certificate";
    return { name: spec.name, problem };
  });
}

function ask(revocation: Candidate, host: Host): Candidate {
  if (isRefused(revocation)) return revocation;
  const { serial, issuer, notAfter } = revocation.certificate;
  const question = `Revoke "${revocation.name}" (serial ${serial}, issued by "${issuer}", valid ` +
    "until " +
    `${formatTime(notAfter)})? Peers that check revocation will reject it.`;
  return host.ask(question) ? revocation : { name: revocation.name, problem: "Not revoked" };
}

async function carryOut(
  granted: readonly Revocation[],
  config: Config,
  reporter: Reporter,
  host: Host,
): Promise<void> {
  const specs = config.certificates.filter(({ name }) =>
    granted.some((revocation) => revocation.name === name)
  );
  const now = new Map(gather(config, specs).map((revocation) => [revocation.name, revocation]));
  const emit = unfailing((event) => reporter.log.line(eventLevel(event), eventText(event)));
  warnUnverified(config, host, emit);
  const sessions = new SessionOnce(findAccess(config, host), emit);
  try {
    for (const revocation of granted) {
      const change = changeSince(revocation, now.get(revocation.name));
      reporter.tell(
        change === undefined
          ? await revokeGranted(revocation, config, sessions)
          : refusalOf({ name: revocation.name, problem: `Not revoked: ${change}` }),
      );
    }
  } finally {
    await sessions.close();
  }
}

/** What changed in a set between the question and the lock. */
function changeSince(revocation: Revocation, now: Candidate | undefined): string | undefined {
  if (now !== undefined && isRefused(now)) return now.problem;
  return now?.certificate.serial === revocation.certificate.serial
    ? undefined
    : "another run replaced it in the meantime";
}

async function revokeGranted(
  revocation: Revocation,
  { certStore }: Config,
  sessions: SessionOnce,
): Promise<Result> {
  const { name } = revocation;
  try {
    const { archive } = await revokeOne(revocation, certStore, sessions);
    const message =
      `revoked, serial ${revocation.certificate.serial}; its files are in "${archive}"; ` +
      "the next run issues a new one";
    return { name, done: true, message };
  } catch (error) {
    return { name, done: false, message: (error as Error).message };
  }
}

/** Reports each result at once, so that an interruption loses none. */
class Reporter {
  readonly log: Log;
  readonly #args: Arguments;
  readonly #host: Host;
  readonly #results: Result[] = [];

  constructor({ logFile }: Config, args: Arguments, host: Host) {
    this.#args = args;
    this.#host = host;
    const { quiet, verbose } = args;
    const file = logFile === undefined ? {} : { file: logFile };
    this.log = new Log(host, { quiet, verbose, ...file, expected: 0 });
  }

  tell(result: Result): void {
    this.#results.push(result);
    const text = `${result.name}: ${result.message}`;
    this.log.append(result.done ? "info" : "error", text);
    if (this.#args.json) return;
    if (!result.done) this.#host.err(`failed  ${text}\n`);
    else if (!this.#args.quiet) this.#host.out(`${text}\n`);
  }

  /** Exit status. */
  end(): number {
    if (this.#args.json) this.#host.out(revokeJson(this.#results));
    return this.#results.every(({ done }) => done) ? EXIT_OK : EXIT_FAILED;
  }
}

/** A certificate that is to be revoked. */
export interface Revocation {
  readonly name: string;
  /** Path of the mount that issued it. */
  readonly mount: string;
  readonly certificate: Certificate;
}

/**
 * Throws Error with a plain message, which also says if the certificate was revoked but not moved.
 */
export async function revokeOne(
  { name, mount, certificate }: Revocation,
  certStore: string,
  sessions: SessionOnce,
): Promise<{ readonly archive: string }> {
  const session = await sessions.get();
  await revokeCertificate(session, mount, certificate.serial);
  try {
    return { archive: archiveSet(certStore, name, certificate.serial) };
  } catch (error) {
    throw new Error(
      `The certificate is revoked, but its set cannot be moved out of the store: ` +
        `${plainCause(error)}; run ` +
        `"vcm issue --force ${shellWord(name)}" to replace it`,
      { cause: error },
    );
  }
}
