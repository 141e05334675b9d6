/** Checks mounts, policy and roles with the token that a run would use. */
import { openCertificate, readFacts } from "../../certificate/certificate.ts";
import { findInvalidPath, findValidPath, isValidAt } from "../../certificate/chain_paths.ts";
import { authorityPaths } from "../../certificate/path_finder.ts";
import { isSelfSigned } from "../../certificate/stored_chain.ts";
import { formatDuration } from "../../text/duration.ts";
import type { CertificateSpec } from "../../config/types.ts";
import { requestFor, requestPath } from "../../plan/request.ts";
import { formatTime } from "../../text/format_time.ts";
import { messageOf } from "../../text/plain_cause.ts";
import { VaultError } from "../../vault/errors.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import { CAPABILITIES_SELF } from "../../vault/session/token_paths.ts";
import { hasCapability } from "../../vault/session/wrapping.ts";
import { leaseFix } from "../../vault/session/lease.ts";
import { authorityPath } from "./issuer_path.ts";
import { explained } from "./remedy.ts";
import { checkRole } from "./role.ts";
import type { VaultSession } from "../../vault/session/session.ts";

/** Checks that each mount is a PKI secrets engine with the issuer, and is valid long enough. */
export async function examineMounts(
  session: VaultSession,
  specs: readonly CertificateSpec[],
  now: Date,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const [path, users] of Map.groupBy(specs, authorityPath)) {
    try {
      const { data } = await session.read(path);
      const pem = String(data["certificate"]);
      const authority = openCertificate(pem);
      const chain = isSelfSigned(authority) ? "" : await readChain(session, path, data);
      results.push(
        checkPaths(path, pem, chain, now) ??
          checkAuthority(path, readFacts(authority).notAfter, users, now),
      );
    } catch (error) {
      results.push(explainMount(path, error));
    }
  }
  return results;
}

/**
 * The CAs above an issuer, as PEM (Vault API, PKI, "Read CA certificate chain"). The answer about a
 * named issuer has them. If the server does not say, the issuer is checked alone.
 */
async function readChain(
  session: VaultSession,
  path: string,
  issuer: Readonly<Record<string, unknown>>,
): Promise<string> {
  if (Array.isArray(issuer["ca_chain"])) return issuer["ca_chain"].map(String).join("\n");
  if (!path.endsWith("/cert/ca")) return "";
  try {
    const { data } = await session.read(`${path}_chain`);
    return String(data["ca_chain"] ?? data["certificate"] ?? "");
  } catch (error) {
    if (error instanceof VaultError) return "";
    throw error;
  }
}

/** A problem if a CA has expired or is not valid yet, unless another path to a root is valid. */
function checkPaths(path: string, pem: string, chain: string, now: Date): CheckResult | undefined {
  // Checked as if the issuer were above a leaf.
  const known = authorityPaths(`${pem}\n${chain}`);
  if (findValidPath(known, now) !== undefined) return undefined;
  const invalid = (findInvalidPath(known, now) ?? []).filter((link) => !isValidAt(link, now));
  if (invalid.length === 0) return undefined;
  const detail = invalid.map(({ name, notBefore, notAfter }) =>
    notBefore > now
      ? `the CA "${name}" is valid only from ${formatTime(notBefore)}`
      : `the CA "${name}" expired ${formatTime(notAfter)}`
  ).join(", ");
  const remedy = invalid.some(({ notAfter }) => notAfter <= now)
    ? `renew that CA at the server; to look at it: bao read ${path}`
    : `compare this host's clock with the server's: date -u`;
  return found("problem", path, `${detail}: peers reject certificates that it issues`, remedy);
}

function checkAuthority(
  path: string,
  end: Date,
  users: readonly CertificateSpec[],
  now: Date,
): CheckResult {
  const left = (end.getTime() - now.getTime()) / 1000;
  const longer = users.find(({ ttl = 0 }) => ttl > left);
  if (longer === undefined) return found("ok", path, `the CA is valid until ${formatTime(end)}`);
  const detail = `the CA expires ${formatTime(end)}, but "${longer.name}" asks for ` +
    `${formatDuration(longer.ttl ?? 0)}: the server refuses that unless the issuer shortens it`;
  return found(
    "warning",
    path,
    detail,
    `lower "ttl", or renew the CA; to look at it: bao read ${path}`,
  );
}

/** Statuses if there is no such mount, or if it is not a PKI secrets engine. */
const NOTHING_THERE: ReadonlySet<number | undefined> = new Set([400, 403, 404]);

function explainMount(path: string, error: unknown): CheckResult {
  const issuer = path.endsWith("/json") ? ', or it has no such issuer (check "issuer_ref")' : "";
  const hint = error instanceof VaultError && NOTHING_THERE.has(error.status)
    ? `no PKI secrets engine answers there (check "pki")${issuer}: `
    : "";
  return explained("problem", path, `${hint}${messageOf(error)}`, "bao secrets list");
}

/** Checks that the policy allows each path that the certificates need. */
export async function examinePolicy(
  session: VaultSession,
  specs: readonly CertificateSpec[],
): Promise<CheckResult[]> {
  const mounts = new Map(specs.map((spec) => [requestPath(requestFor(spec)), spec.pki]));
  const paths = [...mounts.keys()];
  let rights: Readonly<Record<string, unknown>>;
  try {
    rights = (await session.write(CAPABILITIES_SELF, { paths })).data;
  } catch (error) {
    const problem = `cannot be read: ${messageOf(error)}`;
    return [explained("warning", "policy", problem, "bao token lookup")];
  }
  return paths.map((path) => {
    if (hasCapability(rights[path], "update")) {
      return found("ok", path, 'the policy allows "update"');
    }
    const remedy = `add it, and run "bao policy write NAME FILE": ${allow(path, "update")}`;
    const detail =
      'the policy does not allow "update", or the name of the role is wrong (bao list ' +
      `${mounts.get(path)}/roles)`;
    return found("problem", path, detail, remedy);
  });
}

function allow(path: string, capability: string): string {
  return `path "${path}" { capabilities = ["${capability}"] }`;
}

const LEASES = "it has generate_lease=true, so the server revokes a certificate when the token " +
  "that requested it ends";

export async function examineRoles(
  session: VaultSession,
  specs: readonly CertificateSpec[],
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const [path, users] of Map.groupBy(specs, ({ pki, role }) => `${pki}/roles/${role}`)) {
    try {
      const { data } = await session.read(path);
      const checks = users.flatMap((spec) =>
        checkRole(data, spec).map(({ fatal, message }) =>
          explained(
            fatal ? "problem" : "warning",
            path,
            about(spec.name, message),
            `change the entry, or the role: bao patch ${path} KEY=VALUE`,
          )
        )
      );
      if (data["generate_lease"] === true) {
        checks.push(found("problem", path, LEASES, leaseFix(path)));
      }
      if (checks.length === 0) checks.push(found("ok", path, "allows what the file asks for"));
      results.push(...checks);
    } catch (error) {
      results.push(explainRole(path, error));
    }
  }
  return results;
}

/** Prefixed with the name of the certificate, unless the message begins with it. */
function about(name: string, message: string): string {
  return message.startsWith(`${name}: `) ? message : `${name}: ${message}`;
}

function explainRole(path: string, error: unknown): CheckResult {
  if (error instanceof VaultError && error.status === 403) {
    const detail = "the policy does not allow reading it, so names, lifetimes and keys were not " +
      "checked";
    return found("ok", path, detail, `to check them, add to the policy: ${allow(path, "read")}`);
  }
  if (error instanceof VaultError && error.status === 404) {
    return found("problem", path, "there is no such role", `bao write ${path} allowed_domains=…`);
  }
  return explained("problem", path, messageOf(error), `bao read ${path}`);
}
