/**
 * Checks a role of the PKI secrets engine against the configuration before a certificate is
 * requested (Vault API, PKI, "Create/update role"). The server decides in the end; a test compares
 * the two.
 */
import { BACKDATED, formatRenew, isCapped, windowSeconds } from "../../certificate/renewal.ts";
import { DEFAULT_KEY_TYPE } from "../../config/defaults.ts";
import { formatDuration } from "../../text/duration.ts";
import { type CertificateSpec, KEY_TYPES } from "../../config/types.ts";
import { checkNames, fatal, type Role, type RoleProblem } from "./role_names.ts";
import { numberOf } from "../../vault/wire/parse_object.ts";

/** Problems in the order of names, lifetime, key. */
export function checkRole(role: Role, spec: CertificateSpec): RoleProblem[] {
  return [...checkNames(role, spec), ...checkLifetime(role, spec), ...checkKey(role, spec)];
}

function checkLifetime(role: Role, { ttl, renew }: CertificateSpec): RoleProblem[] {
  const max = numberOf(role["max_ttl"]);
  const desired = ttl ?? numberOf(role["ttl"]);
  const lifetime = max > 0 && (desired === 0 || desired > max) ? max : desired;
  const problems: RoleProblem[] = [];
  if (ttl !== undefined && typeof role["not_after"] === "string" && role["not_after"] !== "") {
    return [fatal(`the role has a fixed end (not_after), which excludes "ttl": remove "ttl"`)];
  }
  if (ttl !== undefined && max > 0 && ttl > max) {
    const message = `the ttl of ${formatDuration(ttl)} is cut to the role's max_ttl of ` +
      formatDuration(max);
    problems.push({ fatal: false, message });
  }
  if (lifetime <= 0) return problems;
  // By how much servers set the start of a certificate back counts only if it is short.
  const back = numberOf(role["not_before_duration"]);
  const notBefore = new Date(back >= BACKDATED ? 0 : -back * 1000);
  const notAfter = new Date(lifetime * 1000);
  const window = windowSeconds(renew, { notBefore, notAfter });
  const issues = `the role issues certificates for ${formatDuration(lifetime)}`;
  if (isCapped(renew, { notBefore, notAfter })) {
    const message = `${issues}, and "renew" (${formatRenew(renew)}) covers all of it: they are ` +
      `renewed ${formatDuration(window)} before they expire`;
    problems.push({ fatal: false, message });
  } else if (window >= lifetime) {
    const than = `and "renew" is at least as long (${formatDuration(window)})`;
    problems.push(fatal(`${issues}, ${than}: they would be due at once`));
  }
  return problems;
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
  // A role signs keys that are longer than its own.
  const isSigned = (type: string) => {
    const [typeKind, typeBits = 0] = type.split("-");
    return typeKind === kind && Number(typeBits) >= (bits ?? 0);
  };
  if (wanted === made || (local && isSigned(wanted))) return [];
  if (local && !KEY_TYPES.some(isSigned)) {
    return [fatal(`the role is for ${made} keys, which VCM cannot make: set "key: vault"`)];
  }
  return [fatal(`the role is for ${made} keys, but "key_type" asks for ${wanted}`)];
}
