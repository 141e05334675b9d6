/**
 * Checks a role of the PKI secrets engine against the configuration before a certificate is
 * requested (Vault API, PKI, "Create/update role"). The server decides in the end; a test compares
 * the two.
 */
import { formatRenew, isCapped, windowSeconds } from "../../certificate/renewal.ts";
import { DEFAULT_KEY_TYPE } from "../../config/defaults.ts";
import { formatDuration } from "../../text/duration.ts";
import type { CertificateSpec } from "../../config/types.ts";
import { checkNames, fatal, type Role, type RoleProblem } from "./role_names.ts";

/** Problems in the order of names, lifetime, key. */
export function checkRole(role: Role, spec: CertificateSpec): RoleProblem[] {
  return [...checkNames(role, spec), ...checkLifetime(role, spec), ...checkKey(role, spec)];
}

function checkLifetime(role: Role, spec: CertificateSpec): RoleProblem[] {
  const max = numberOf(role["max_ttl"]);
  const desired = spec.ttl ?? numberOf(role["ttl"]);
  const roleProblems: RoleProblem[] = [];
  if (spec.ttl !== undefined && max > 0 && spec.ttl > max) {
    const message = `the ttl of ${formatDuration(spec.ttl)} is cut to the role's max_ttl of ` +
      `${formatDuration(max)}`;
    roleProblems.push({ fatal: false, message });
  }
  const lifetime = max > 0 && (desired === 0 || desired > max) ? max : desired;
  // Servers set the start of a certificate back, which makes a share of the lifetime longer.
  const notBefore = new Date(-numberOf(role["not_before_duration"]) * 1000);
  const notAfter = new Date(lifetime * 1000);
  const window = windowSeconds(spec.renew, { notBefore, notAfter });
  if (lifetime > 0 && isCapped(spec.renew, { notBefore, notAfter })) {
    const message = `the role issues certificates for ${formatDuration(lifetime)}, and "renew" ` +
      `(${formatRenew(spec.renew)}) covers all of it: they are renewed ${formatDuration(window)} ` +
      `before they expire`;
    roleProblems.push({ fatal: false, message });
  } else if (lifetime > 0 && window >= lifetime) {
    roleProblems.push(fatal(
      `the role issues certificates for ${formatDuration(lifetime)}, which is not longer than ` +
        '"renew" ' +
        `(${formatDuration(window)}): they would be due at once`,
    ));
  }
  return roleProblems;
}

/** Key sizes if the role has 0, which means the default of the engine. */
const DEFAULT_BITS: Readonly<Record<string, number>> = { rsa: 2048, ec: 256 };

function checkKey(role: Role, { key }: CertificateSpec): RoleProblem[] {
  const kind = String(role["key_type"] ?? "rsa");
  const local = key.origin === "local";
  if (kind === "any") {
    return local
      ? []
      : [fatal('the role has key_type=any, so it only signs requests: set "key: local"')];
  }
  const bits = numberOf(role["key_bits"]) || DEFAULT_BITS[kind];
  const made = kind === "ed25519" ? kind : `${kind}-${bits}`;
  const wanted = key.type ?? (local ? DEFAULT_KEY_TYPE : made);
  const [wantedKind, wantedBits = 0] = splitType(wanted);
  // A role signs keys that are longer than its own.
  if (wanted === made || (local && wantedKind === kind && wantedBits >= (bits ?? 0))) return [];
  return [fatal(`the role is for ${made} keys, but "key_type" asks for ${wanted}`)];
}

function splitType(type: string): [string, number?] {
  const [kind = "", bits] = type.split("-");
  return bits === undefined ? [kind] : [kind, Number(bits)];
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
