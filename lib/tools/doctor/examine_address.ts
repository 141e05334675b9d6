/** Checks one server: reachable, TLS verified, unsealed, clock. */
import { formatDuration } from "../../text/duration.ts";
import type { Clean } from "../../vault/wire/answer.ts";
import { secondsAhead } from "../../vault/wire/clock_difference.ts";
import { VaultError } from "../../vault/errors.ts";
import { explainFailure } from "../../vault/wire/explain_failure.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import type { ServerAccess } from "../../vault/access/server_access.ts";
import { askHealth, type HealthAnswer, healthCommand } from "../../vault/wire/health.ts";
import { explained } from "./remedy.ts";
import { isProxied, openTransport, probe } from "../../vault/wire/transport.ts";
import { programOf, type ServerProgram } from "./server_program.ts";

/** What is found out about one server. */
export interface AddressChecks {
  readonly results: readonly CheckResult[];
  /** Undefined if it does not answer like a Vault server. */
  readonly program?: ServerProgram;
}

/**
 * Never throws for a failed check. The first result is about the address itself.
 *
 * @param clean Removes secrets from a server's text.
 */
export async function examineAddress(
  address: string,
  access: ServerAccess,
  now: () => Date,
  clean: Clean,
): Promise<AddressChecks> {
  try {
    const transport = await openTransport(access, address);
    try {
      if (!isProxied(access, address)) await probe(address, access.limits);
      const answer = await askHealth(transport, address, access.limits.answer);
      const { health } = answer;
      const results = [
        ...checkHealth(address, answer, now(), clean),
        ...checkNamespace(address, access.namespace, health),
      ];
      return { results, ...(health?.["sealed"] !== undefined && { program: programOf(health) }) };
    } finally {
      transport.close();
    }
  } catch (error) {
    const { message } = error instanceof VaultError
      ? error
      : explainFailure(address, error, access.limits, isProxied(access, address));
    return { results: [explained("problem", address, message, healthCommand(address))] };
  }
}

/**
 * HashiCorp Vault without Enterprise ignores the namespace of a request. Newer versions say
 * `enterprise`; of older ones, Enterprise has "+ent" in its version. OpenBao's versions begin with 2.
 */
function checkNamespace(
  address: string,
  namespace: string | undefined,
  health: Readonly<Record<string, unknown>> | undefined,
): CheckResult[] {
  const version = String(health?.["version"] ?? "");
  const isPlain = health?.["enterprise"] === false ||
    (/^[01]\./.test(version) && !version.includes("+ent"));
  if (namespace === undefined || !isPlain) return [];
  const detail =
    "it is HashiCorp Vault without Enterprise, which ignores the namespace: requests go " +
    "to mounts and policies outside of it";
  return [found(
    "warning",
    address,
    detail,
    'remove "namespace" from the file, or: unset VAULT_NAMESPACE',
  )];
}

/** Statuses of `GET sys/health` (Vault API). */
function checkHealth(
  address: string,
  { status, health, hint }: HealthAnswer,
  now: Date,
  clean: Clean,
): CheckResult[] {
  const problem = (detail: string, remedy: string) => [found("problem", address, detail, remedy)];
  if (health?.["sealed"] === undefined) {
    const fix = hint === undefined
      ? healthCommand(address)
      : `${hint.replace(/^fix: /, "")}; then: vcm doctor`;
    return problem(`does not answer like a Vault server (${status})`, fix);
  }
  const version = `version ${clean(String(health["version"] ?? "unknown")).slice(0, 40)}`;
  if (status === 501) return problem(`${version}, not initialized`, "bao operator init");
  if (health["sealed"] === true) return problem(`${version}, sealed`, "bao operator unseal");
  if (status === 472) {
    return problem(
      `${version}, a disaster recovery secondary, which issues no certificates`,
      'set "vault" to its primary; to find it: bao read sys/replication/dr/status',
    );
  }
  const state = health["standby"] === true ? "standby" : "active";
  const tls = address.startsWith("https:") ? "TLS, " : "";
  const result = found("ok", address, `${tls}${version}, initialized, unsealed, ${state}`);
  const time = health["server_time_utc"];
  return typeof time === "number" ? [result, checkClock(address, time, now)] : [result];
}

/** Servers set the start of a certificate 30 s back, for such clocks (`not_before_duration`). */
const BEHIND_LIMIT = 30;
const AHEAD_LIMIT = 60;

function checkClock(address: string, serverTime: number, now: Date): CheckResult {
  const ahead = secondsAhead(new Date(serverTime * 1000), now);
  const subject = `clock of ${address}`;
  const remedy = "set this host's clock: timedatectl set-ntp true";
  if (ahead < -BEHIND_LIMIT) {
    const behind = `this host is ${formatDuration(-ahead)} behind`;
    return found("problem", subject, `${behind}: new certificates would not be valid yet`, remedy);
  }
  if (ahead > AHEAD_LIMIT) {
    return found("warning", subject, `this host is ${formatDuration(ahead)} ahead`, remedy);
  }
  return found("ok", subject, "agrees with this host's clock");
}
