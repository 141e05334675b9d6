/**
 * Checks everything that the first certificate needs from the server, without requesting one:
 * addresses, TLS, seal state, clock, login, mounts, policy, roles.
 */
import { reserveFile } from "../../apply/reserved_file.ts";
import type { Host } from "../../command/host.ts";
import { loadFor, narrow, paintFor } from "../../command/load.ts";
import type { Arguments } from "../../command/parse_arguments.ts";
import type { CertificateSpec, Config } from "../../config/types.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import { doctorJson } from "../../report/json.ts";
import type { Paint } from "../../report/paint.ts";
import { EXIT_FAILED, EXIT_OK } from "../../report/verdict.ts";
import { formatDuration } from "../../text/duration.ts";
import { addCredentials, type VaultAccess } from "../../vault/access/access.ts";
import { secretsOf } from "../../vault/access/credentials.ts";
import type { Environment } from "../../vault/access/environment.ts";
import { resolveServers, type ServerAccess } from "../../vault/access/server_access.ts";
import { messageOf } from "../../text/plain_cause.ts";
import { VaultError } from "../../vault/errors.ts";
import type { Helpers } from "../../vault/session/login.ts";
import { NO_HELPERS, openSession, type VaultSession } from "../../vault/session/session.ts";
import { plainLine } from "../../vault/wire/answer.ts";
import { examineAddress } from "./examine_address.ts";
import { examineHost } from "./examine_host.ts";
import { examineRevocations } from "./examine_revocations.ts";
import { examineUnits } from "./examine_units.ts";
import { examineMounts, examinePolicy, examineRoles } from "./examine_pki.ts";

/** Throws ConfigError. */
export async function doctor(args: Arguments, host: Host): Promise<number> {
  const config = await loadFor(args, host);
  const specs = narrow(config, args);
  const paint = paintFor(args, host);
  const results: CheckResult[] = [];
  const report = (result: CheckResult) => {
    results.push(result);
    // Printed at once, so that a check that hangs is visible.
    if (!args.json && (!args.quiet || result.verdict !== "ok")) {
      host.out(doctorText(result, paint));
    }
  };
  const ofHost = [
    ...examineRevocations(config, specs),
    ...await examineHost(config, host),
    ...await examineUnits(config, specs, host.now()),
  ];
  for (const result of ofHost) report(result);
  const helpers = { ...NO_HELPERS, reserve: reserveFile };
  await examine({ config, specs, environment: host, now: () => host.now(), helpers }, report);
  if (args.json) host.out(doctorJson(results));
  return results.some(({ verdict }) => verdict === "problem") ? EXIT_FAILED : EXIT_OK;
}

const COLOURS = { ok: "good", warning: "warn", problem: "bad" } as const;

export function doctorText(
  { verdict, subject, detail, remedy }: CheckResult,
  paint: Paint,
): string {
  const word = paint[COLOURS[verdict]](verdict) + " ".repeat("problem".length - verdict.length);
  const line = `${word}  ${subject}: ${detail}\n`;
  return remedy === undefined ? line : `${line}         ${remedy}\n`;
}

/** What is checked, and from where. */
export interface Examination {
  readonly config: Config;
  readonly specs: readonly CertificateSpec[];
  readonly environment: Environment;
  readonly now: () => Date;
  readonly helpers: Helpers;
}

type Report = (result: CheckResult) => void;

/** Logs in, and revokes that token at the end. A failed check is a result, not an error. */
export async function examine(examination: Examination, report: Report): Promise<void> {
  const { config, environment } = examination;
  const resolved = attempt(() => resolveServers(config.vault, environment));
  if (typeof resolved === "string") return report(found("problem", "settings", resolved));
  const { servers } = resolved;
  const access = attempt(() => addCredentials(resolved, config.vault, environment));
  const secrets = typeof access === "string" ? [] : access.credentials.flatMap(secretsOf);
  const clean = (text: string) => plainLine(text, secrets);
  const reportClean = cleaned(clean, report);
  if (servers.tls.authorities === undefined) reportClean(unverified(servers));
  let usable = 0;
  for (const address of servers.addresses) {
    const results = await examineAddress(address, servers, examination.now, clean);
    results.forEach(reportClean);
    // The remaining checks are useful even if the clock is wrong.
    if (results[0]?.verdict !== "problem") usable++;
  }
  if (typeof access === "string") return reportClean(found("problem", "login", access));
  if (usable > 0) await examineRights(access, examination, reportClean);
}

/** Makes each result one plain line without secrets, whatever the server sent. */
function cleaned(clean: (text: string) => string, report: Report): Report {
  return (result) => report({ ...result, detail: clean(result.detail) });
}

function attempt<T extends object>(resolve: () => T): T | string {
  try {
    return resolve();
  } catch (error) {
    return messageOf(error);
  }
}

function unverified({ tls }: ServerAccess): CheckResult {
  const detail = `the server certificate is not verified (${tls.unverifiedBy}): an attacker ` +
    "between this host and the server can read tokens and keys";
  return found("warning", "TLS", detail, 'set "vault_ssl_verify" to the CA file');
}

async function examineRights(
  access: VaultAccess,
  { specs, helpers, now }: Examination,
  report: Report,
): Promise<void> {
  let session: VaultSession;
  try {
    // It tells how things are now, so it does not wait for a server that is down.
    session = await openSession({ ...access, retries: 0 }, {
      ...helpers,
      note: (text) => report(found("warning", "login", text)),
    });
  } catch (error) {
    return report(found("problem", "login", messageOf(error)));
  }
  const reportClean = cleaned(session.clean, report);
  try {
    const login = await examineToken(session);
    reportClean(login);
    if (login.verdict === "problem") return;
    for (const result of await examineMounts(session, specs, now())) reportClean(result);
    for (const result of await examinePolicy(session, specs)) reportClean(result);
    for (const result of await examineRoles(session, specs)) reportClean(result);
  } finally {
    await session.close();
  }
}

async function examineToken(session: VaultSession): Promise<CheckResult> {
  const method = `with ${session.loginMethod}`;
  try {
    const { data } = await session.read("auth/token/lookup-self");
    const policies = Array.isArray(data["policies"]) ? data["policies"].join(", ") : "none";
    const ttl = typeof data["ttl"] === "number" && data["ttl"] > 0
      ? `expires in ${formatDuration(Math.ceil(data["ttl"] / 60) * 60)}`
      : "never expires";
    return found("ok", "login", `${method}; policies: ${policies}; the token ${ttl}`);
  } catch (error) {
    if (!isPolicyRefusal(error)) return found("problem", "login", `${method}: ${messageOf(error)}`);
    const detail = `${method}; the policy does not allow the token to look itself up`;
    return found("ok", "login", detail);
  }
}

function isPolicyRefusal(error: unknown): boolean {
  return error instanceof VaultError && error.status === 403 &&
    /error occurred/.test(error.message);
}
