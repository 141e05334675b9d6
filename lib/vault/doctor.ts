/**
 * Looks at all that the first certificate needs of the server, without asking for one: addresses,
 * TLS, seal, clock, login, policy, roles.
 */
import { formatDuration } from "../config/duration.ts";
import type { CertificateSpec, Config } from "../config/types.ts";
import { requestFor, requestPath } from "../plan/request.ts";
import { resolveAccess, type VaultAccess } from "./access.ts";
import { parseObject } from "./answer.ts";
import { VaultError } from "./errors.ts";
import { explainFailure } from "./explain_failure.ts";
import { type Finding, found } from "./finding.ts";
import type { Helpers } from "./login.ts";
import { judgeRole } from "./role.ts";
import { openSession, type VaultSession } from "./session.ts";
import type { Surroundings } from "./surroundings.ts";
import { openTransport, probe } from "./transport.ts";

/** What `vcm doctor` looks at, and by whose clock. */
export interface Examination {
  readonly config: Config;
  readonly specs: readonly CertificateSpec[];
  readonly around: Surroundings;
  readonly now: () => Date;
  readonly helpers: Helpers;
}

/** Never throws for what can be wrong: it is a finding. Logs in, and gives that token up again. */
export async function examine(
  examination: Examination,
  tell: (finding: Finding) => void,
): Promise<void> {
  let access: VaultAccess;
  try {
    access = resolveAccess(examination.config.vault, examination.around);
  } catch (error) {
    return tell(found("problem", "settings", (error as Error).message));
  }
  if (access.tls.authorities === undefined) {
    const detail = `TLS certificates are not verified (${access.tls.unverifiedBy}); whoever is ` +
      "between this host and the server can read tokens and keys";
    tell(found("warning", "TLS", detail, 'give the CA file by "vault_ssl_verify"'));
  }
  let usable = 0;
  for (const address of access.addresses) {
    const findings = await examineAddress(address, access, examination.now);
    findings.forEach(tell);
    // A wrong clock is no reason to leave the rest unseen.
    if (findings[0]?.verdict !== "problem") usable++;
  }
  if (usable > 0) await examineRights(access, examination, tell);
}

async function examineAddress(
  address: string,
  access: VaultAccess,
  now: () => Date,
): Promise<Finding[]> {
  try {
    const transport = await openTransport(access, address);
    try {
      if (!access.proxied) await probe(address, access.limits);
      const url = `${address}/v1/sys/health`;
      const headers = { "x-vault-request": "true" };
      const answer = await transport.send({ method: "GET", url, headers }, access.limits.answer);
      return judgeHealth(address, answer.status, parseObject(answer.body), now());
    } finally {
      transport.close();
    }
  } catch (error) {
    return [
      found(
        "problem",
        address,
        explainFailure(address, error, access.limits, access.proxied).message,
      ),
    ];
  }
}

/** Statuses of `GET sys/health` (Vault API). */
function judgeHealth(
  address: string,
  status: number,
  health: Readonly<Record<string, unknown>> | undefined,
  now: Date,
): Finding[] {
  if (health?.["sealed"] === undefined) {
    return [found("problem", address, `answers, but not as a Vault server does (${status})`)];
  }
  const version = `version ${String(health["version"] ?? "unknown").slice(0, 40)}`;
  if (status === 501) {
    return [found("problem", address, `${version}, not initialised`, "bao operator init")];
  }
  if (health["sealed"] === true) {
    return [found("problem", address, `${version}, sealed`, "bao operator unseal")];
  }
  if (status === 472) {
    return [
      found("problem", address, `${version}, a disaster recovery secondary: it issues nothing`),
    ];
  }
  const state = health["standby"] === true ? "standby" : "active";
  const tls = address.startsWith("https:") ? "TLS, " : "";
  const findings = [found("ok", address, `${tls}${version}, initialised, unsealed, ${state}`)];
  const time = health["server_time_utc"];
  return typeof time === "number" ? [...findings, judgeClock(address, time, now)] : findings;
}

/** Servers date certificates 30 s back (`not_before_duration`), for clocks that are behind. */
const BEHIND_LIMIT = 30;
const AHEAD_LIMIT = 60;

function judgeClock(address: string, serverTime: number, now: Date): Finding {
  const ahead = Math.round(now.getTime() / 1000 - serverTime);
  const subject = `clock of ${address}`;
  const remedy = "set this host's clock, for example by chrony or systemd-timesyncd";
  if (ahead < -BEHIND_LIMIT) {
    const detail =
      `this host is ${formatDuration(-ahead)} behind: certificates would not be valid ` +
      "yet when they come";
    return found("problem", subject, detail, remedy);
  }
  if (ahead > AHEAD_LIMIT) {
    return found("warning", subject, `this host is ${formatDuration(ahead)} ahead`, remedy);
  }
  return found("ok", subject, "agrees with this host's");
}

async function examineRights(
  access: VaultAccess,
  { specs, helpers }: Examination,
  tell: (finding: Finding) => void,
): Promise<void> {
  let session: VaultSession;
  try {
    session = await openSession(access, {
      ...helpers,
      note: (text) => tell(found("warning", "login", text)),
    });
  } catch (error) {
    return tell(found("problem", "login", messageOf(error)));
  }
  try {
    const login = await examineToken(session);
    tell(login);
    if (login.verdict === "problem") return;
    for (const finding of await examinePolicy(session, specs)) tell(finding);
    for (const finding of await examineRoles(session, specs)) tell(finding);
  } finally {
    await session.close();
  }
}

async function examineToken(session: VaultSession): Promise<Finding> {
  try {
    const { data } = await session.read("auth/token/lookup-self");
    const policies = Array.isArray(data["policies"]) ? data["policies"].join(", ") : "none";
    const ttl = typeof data["ttl"] === "number" && data["ttl"] > 0
      ? `ends in ${formatDuration(Math.ceil(data["ttl"] / 60) * 60)}`
      : "does not end";
    return found("ok", "login", `by ${session.way}; policies: ${policies}; the token ${ttl}`);
  } catch (error) {
    if (isPolicyRefusal(error)) {
      return found("ok", "login", `by ${session.way}; the token may not look at itself`);
    }
    return found("problem", "login", `by ${session.way}: ${messageOf(error)}`);
  }
}

/** Whether the policy allows each path that the certificates need. */
async function examinePolicy(
  session: VaultSession,
  specs: readonly CertificateSpec[],
): Promise<Finding[]> {
  const paths = [...new Set(specs.map((spec) => requestPath(requestFor(spec))))];
  let rights: Readonly<Record<string, unknown>>;
  try {
    rights = (await session.write("sys/capabilities-self", { paths })).data;
  } catch (error) {
    return [found("warning", "policy", `cannot be looked at: ${messageOf(error)}`)];
  }
  return paths.map((path) => {
    const capabilities = rights[path];
    const may = Array.isArray(capabilities) &&
      ["update", "root"].some((capability) => capabilities.includes(capability));
    return may ? found("ok", path, 'the policy allows "update"') : found(
      "problem",
      path,
      'the policy does not allow "update"',
      `path "${path}" { capabilities = ["update"] }`,
    );
  });
}

async function examineRoles(
  session: VaultSession,
  specs: readonly CertificateSpec[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [path, users] of Map.groupBy(specs, ({ pki, role }) => `${pki}/roles/${role}`)) {
    try {
      const { data } = await session.read(path);
      const objections = users.flatMap((spec) =>
        judgeRole(data, spec).map(({ fatal, message }) =>
          found(fatal ? "problem" : "warning", path, `${spec.name}: ${message}`)
        )
      );
      findings.push(...objections);
      if (objections.length === 0) {
        findings.push(found("ok", path, "allows what the file asks for"));
      }
    } catch (error) {
      findings.push(explainRole(path, error));
    }
  }
  return findings;
}

function explainRole(path: string, error: unknown): Finding {
  if (error instanceof VaultError && error.status === 403) {
    const detail = "may not be read, so names, lifetimes and keys were not compared with it";
    return found("ok", path, detail, `path "${path}" { capabilities = ["read"] }`);
  }
  if (error instanceof VaultError && error.status === 404) {
    return found("problem", path, "there is no such role", `bao write ${path} allowed_domains=…`);
  }
  return found("problem", path, messageOf(error));
}

function isPolicyRefusal(error: unknown): boolean {
  return error instanceof VaultError && error.status === 403 &&
    /error occurred/.test(error.message);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
