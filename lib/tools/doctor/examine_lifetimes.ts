/** Checks the lifetime of certificates without a `ttl` against the end of the CA. */
import { openCertificate, readFacts } from "../../certificate/certificate.ts";
import type { CertificateSpec } from "../../config/types.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import { formatDuration } from "../../text/duration.ts";
import { formatTime } from "../../text/format_time.ts";
import type { VaultSession } from "../../vault/session/session.ts";
import { issuerPath, readData } from "./issuer_path.ts";
import { numberOf } from "../../vault/wire/parse_object.ts";

/** Seconds. `default_lease_ttl` of the server if its configuration does not set it (32 days). */
const SYSTEM_DEFAULT = 768 * 3600;

/** Says nothing of a role that cannot be read. One result for each role. */
export async function examineLifetimes(
  session: VaultSession,
  specs: readonly CertificateSpec[],
  now: Date,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const open = specs.filter(({ ttl }) => ttl === undefined);
  const groups = Map.groupBy(open, ({ pki, role, issuerRef }) => `${pki} ${role} ${issuerRef}`);
  for (const [spec] of groups.values()) {
    if (spec === undefined) continue;
    const path = `${spec.pki}/roles/${spec.role}`;
    const role = await readData(session, path);
    const pem = role && (await readData(session, issuerPath(spec, role)))?.["certificate"];
    if (role === undefined || pem === undefined) continue;
    let end: Date;
    try {
      end = readFacts(openCertificate(String(pem))).notAfter;
    } catch {
      // It is reported with the mount.
      continue;
    }
    const left = (end.getTime() - now.getTime()) / 1000;
    const max = numberOf(role["max_ttl"]) || Infinity;
    if (left <= 0 || max <= left) continue;
    const lifetime = Math.min(numberOf(role["ttl"]) || await mountDefault(session, spec.pki), max);
    if (lifetime <= left) continue;
    const detail = `the CA expires ${formatTime(end)}, but "${spec.name}" has no ttl and the ` +
      `default is ${
        formatDuration(lifetime)
      }: the server refuses that unless the issuer shortens it`;
    const fix = `set a shorter "ttl", or renew the CA; to look at it: bao read ${
      issuerPath(spec, role)
    }`;
    results.push(found("warning", path, detail, fix));
  }
  return results;
}

/** Any token that may use the mount can read it (Vault API, `sys/internal/ui/mounts`). */
async function mountDefault(session: VaultSession, mount: string): Promise<number> {
  const data = await readData(session, `sys/internal/ui/mounts/${mount}`);
  const { default_lease_ttl } = (data?.["config"] ?? {}) as Readonly<Record<string, unknown>>;
  return numberOf(default_lease_ttl) || SYSTEM_DEFAULT;
}
