/**
 * Checks everything that the first certificate needs from the server, without requesting one:
 * addresses, TLS, seal state, clock, login, mounts, policy, roles. Before that, it checks this host.
 */
import { reserveFile } from "../../apply/reserved_file.ts";
import { Stop } from "../../apply/stop.ts";
import { optionFor } from "../../command/config_option.ts";
import type { Host } from "../../command/host.ts";
import { Interruption } from "../../command/interruption.ts";
import { runJwtCommand } from "../../command/run_jwt_command.ts";
import { loadFor, narrow, paintFor } from "../../command/load.ts";
import type { Arguments } from "../../command/parse_arguments.ts";
import { STANDARD_INPUT } from "../../config/load.ts";
import type { CertificateSpec, Config } from "../../config/types.ts";
import { findManagers } from "../../observe/find_managers.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import { doctorJson } from "../../report/json.ts";
import type { Paint } from "../../report/paint.ts";
import { EXIT_FAILED, EXIT_OK } from "../../report/exit_status.ts";
import { formatDuration } from "../../text/duration.ts";
import { shellWord } from "../../text/quote.ts";
import { addCredentials, type VaultAccess } from "../../vault/access/access.ts";
import { secretsOf } from "../../vault/access/credentials.ts";
import type { Environment } from "../../vault/access/environment.ts";
import { resolveServers, type ServerAccess } from "../../vault/access/server_access.ts";
import { messageOf } from "../../text/plain_cause.ts";
import { socketPath } from "../../text/socket_path.ts";
import { VaultError } from "../../vault/errors.ts";
import type { Helpers } from "../../vault/session/login.ts";
import { LOOKUP_SELF } from "../../vault/session/token_paths.ts";
import { NO_HELPERS, openSession, type VaultSession } from "../../vault/session/session.ts";
import { plainLine } from "../../vault/wire/answer.ts";
import { examineAddress } from "./examine_address.ts";
import { examineAncestors } from "./examine_ancestors.ts";
import { examineContainers } from "./examine_containers.ts";
import { examineLimits } from "./examine_limits.ts";
import { examineEntries } from "./examine_entries.ts";
import { examineHost } from "./examine_host.ts";
import { examineRevocations } from "./examine_revocations.ts";
import { examineLifetimes } from "./examine_lifetimes.ts";
import { examineStored } from "./examine_stored.ts";
import { examineUnits } from "./examine_units.ts";
import { examineMounts, examinePolicy, examineRoles } from "./examine_pki.ts";
import { explained } from "./remedy.ts";
import { type ServiceHost, serviceHost } from "../install/service_host.ts";
import { rememberReads } from "./remembered_reads.ts";
import { nameProgram, type ServerProgram } from "./server_program.ts";

/** Throws ConfigError. */
export async function doctor(
  args: Arguments,
  host: Host,
  on: Pick<ServiceHost, "directory" | "environmentFile" | "hasSystemd" | "systemctl"> =
    serviceHost(),
): Promise<number> {
  const config = await findManagers(await loadFor(args, host));
  const specs = narrow(config.certificates, config, args);
  const paint = paintFor(args, host);
  using interruption = new Interruption();
  const { stop } = interruption;
  const results: CheckResult[] = [];
  const told = new Set<string>();
  const option = config.file === STANDARD_INPUT ? "" : optionFor(config.file, host);
  const report = (checked: CheckResult) => {
    const result = withOption(checked, option);
    const line = `${result.subject}: ${result.detail}`;
    // A plan finds some of it, too.
    if (told.has(line)) return;
    told.add(line);
    results.push(result);
    // Printed at once, so that a check that hangs is visible.
    if (!args.json && (!args.quiet || result.verdict !== "ok")) {
      host.out(doctorText(result, paint));
    }
  };
  for (const result of examineRevocations(config, specs)) report(result);
  await untilHurried(stop, async () => {
    (await examineHost(config, host, on)).forEach(report);
    (await examineAncestors(config, specs)).forEach(report);
    (await examineEntries(config, specs, host.now())).forEach(report);
    (await examineUnits(config, specs, host.now())).forEach(report);
    (await examineContainers(config, specs)).forEach(report);
  });
  const helpers = { ...NO_HELPERS, reserve: reserveFile };
  await examine({ config, specs, environment: host, now: () => host.now(), helpers, stop }, report);
  if (stop.why !== undefined) {
    report(found("problem", "doctor", `not all was checked, because ${stop.why}`, "vcm doctor"));
  }
  if (args.json) host.out(doctorJson(results));
  if (interruption.status !== undefined) return interruption.status;
  return results.some(({ verdict }) => verdict === "problem") ? EXIT_FAILED : EXIT_OK;
}

/** Commands of VCM that are proposed read the same configuration. */
function withOption(result: CheckResult, option: string): CheckResult {
  const { remedy } = result;
  if (remedy === undefined) return result;
  const commands = /\bvcm [a-z]+\b(?! --config )/g;
  return { ...result, remedy: remedy.replace(commands, (command) => command + option) };
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
  /** Ends the checks; a token of a login is revoked all the same. */
  readonly stop?: Stop;
}

type Report = (result: CheckResult) => void;

/** Logs in, and revokes that token at the end. A failed check is a result, not an error. */
export async function examine(examination: Examination, report: Report): Promise<void> {
  const { config, environment } = examination;
  const resolved = attempt(() => resolveServers(config.vault, environment));
  if (typeof resolved === "string") {
    return report(explained("problem", "settings", resolved, "vcm validate"));
  }
  const { servers } = resolved;
  const access = await withJwt(
    attempt(() => addCredentials(resolved, config.vault, environment)),
  );
  const secrets = typeof access === "string" ? [] : access.credentials.flatMap(secretsOf);
  const clean = (text: string) => plainLine(text, secrets);
  let program: ServerProgram = "bao";
  const reportClean = cleaned(clean, (result) => report(nameProgram(result, program)));
  const usesTls = servers.addresses.some((address) => socketPath(address) === undefined);
  if (usesTls && servers.tls.authorities === undefined) reportClean(unverified(servers));
  let usable = 0;
  const stop = examination.stop ?? new Stop();
  for (const address of servers.addresses) {
    await untilHurried(stop, async () => {
      const checks = await examineAddress(address, servers, examination.now, clean);
      if (stop.why !== undefined) return;
      const { results } = checks;
      program = checks.program ?? program;
      results.forEach(reportClean);
      // The remaining checks are useful even if the clock is wrong.
      if (results[0]?.verdict !== "problem") usable++;
    });
  }
  if (stop.why !== undefined) return;
  if (typeof access === "string") {
    return reportClean(explained("problem", "login", access, loginFix(config)));
  }
  if (usable > 0) await examineRights(access, { ...examination, stop }, reportClean);
}

/** Does not wait any longer once the command has to end. */
async function untilHurried(stop: Stop, check: () => Promise<void>): Promise<void> {
  if (stop.why !== undefined) return;
  const { promise: hurried, resolve } = Promise.withResolvers<void>();
  stop.hurried.addEventListener("abort", () => resolve());
  await Promise.race([check(), hurried]);
}

/** Makes each result one plain line without secrets, whatever the server sent. */
function cleaned(clean: (text: string) => string, report: Report): Report {
  return ({ remedy, ...result }) =>
    report({
      ...result,
      detail: clean(result.detail),
      ...(remedy !== undefined && { remedy: clean(remedy) }),
    });
}

/** Access with the JWT of a program, or why there is none. */
async function withJwt(found: VaultAccess | string): Promise<VaultAccess | string> {
  if (typeof found === "string") return found;
  const access = await runJwtCommand(found);
  const [first] = access.credentials;
  return first?.kind === "unusable" ? first.problem : access;
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
  return found(
    "warning",
    "TLS",
    detail,
    'set "vault_ssl_verify" to the CA file; to check it: openssl x509 -noout -subject -in FILE',
  );
}

async function examineRights(
  access: VaultAccess,
  { config, specs, helpers, now, stop }: Examination & { readonly stop: Stop },
  report: Report,
): Promise<void> {
  let session: VaultSession;
  try {
    // It tells how things are now, so it does not wait for a server that is down.
    const opening = openSession({ ...access, retries: 0 }, {
      ...helpers,
      note: (text) => report(explained("warning", "login", text, loginFix(config))),
    });
    session = rememberReads(await stop.answerTo(opening));
  } catch (error) {
    return report(explained("problem", "login", messageOf(error), loginFix(config)));
  }
  const clean = cleaned(session.clean, report);
  const reportClean: Report = (result) => {
    if (stop.why === undefined) clean(result);
  };
  try {
    await untilHurried(stop, async () => {
      const login = await examineToken(session, config);
      reportClean(login);
      if (login.verdict === "problem") return;
      if (specs.length === 0) {
        const remedy = `add one under "certs" in ${shellWord(config.file)}; then: vcm doctor`;
        return reportClean(found("warning", "certs", "the file has no certificate", remedy));
      }
      for (const result of await examineMounts(session, specs, now())) reportClean(result);
      const policy = await examinePolicy(session, specs);
      policy.forEach(reportClean);
      const allowed = policy.filter(({ verdict }) => verdict === "ok").map(({ subject }) =>
        subject
      );
      for (const result of await examineLimits(session, specs, allowed)) reportClean(result);
      for (const result of await examineRoles(session, specs)) reportClean(result);
      for (const result of await examineLifetimes(session, specs, now())) reportClean(result);
      const { certStore } = config;
      for (const result of await examineStored(session, certStore, specs)) reportClean(result);
    });
  } finally {
    await stop.answerTo(session.close());
  }
}

/** How to find out why a login fails. */
function loginFix({ file, vault: { login } }: Config): string {
  if (login?.kind === "approle") {
    const path = `auth/${login.mount}/role/ROLE/secret-id`;
    const { wrappedSecretIdFile: wrapped, secretIdFile: plain } = login;
    const [option, field, file] = wrapped === undefined
      ? ["", "secret_id", plain]
      : ["-wrap-ttl=1h ", "wrapping_token", wrapped];
    const save = file === undefined ? "" : `, and save it in ${shellWord(file)}`;
    return `for a new secret id: bao write -f ${option}-field=${field} ${path}${save}`;
  }
  return login === undefined || login.kind === "none"
    ? `set "auth" in "${file}", or a token: export VAULT_TOKEN=$(bao print token)`
    : `to see the roles: bao list auth/${login.mount}/${login.kind === "cert" ? "certs" : "role"}`;
}

async function examineToken(session: VaultSession, config: Config): Promise<CheckResult> {
  const method = `with ${session.loginMethod}`;
  try {
    const { data } = await session.read(LOOKUP_SELF);
    const policies = Array.isArray(data["policies"]) ? data["policies"].join(", ") : "none";
    const ttl = typeof data["ttl"] === "number" && data["ttl"] > 0
      ? `expires in ${formatDuration(Math.ceil(data["ttl"] / 60) * 60)}`
      : "never expires";
    return found("ok", "login", `${method}; policies: ${policies}; the token ${ttl}`);
  } catch (error) {
    if (!isPolicyRefusal(error)) {
      return explained("problem", "login", `${method}: ${messageOf(error)}`, loginFix(config));
    }
    const detail = `${method}; the policy does not allow the token to look itself up`;
    return found("ok", "login", detail);
  }
}

function isPolicyRefusal(error: unknown): boolean {
  return error instanceof VaultError && error.status === 403 &&
    /error occurred/.test(error.message);
}
