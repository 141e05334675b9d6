/** The roles of the demo server, and how a role checks names and lifetimes. */
import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { formatDuration } from "./server_duration.ts";
import type { IssueFields } from "./server_fields.ts";

const HOUR_S = 3600;

/** The default and maximum lifetime of the server: 32 days. */
const SYSTEM_TTL_S = 768 * HOUR_S;

/** What a role allows. */
export interface Role {
  /** "any": a client can have its request signed, but the server generates no key. */
  readonly keyType: "ec" | "any";
  /** If set, only names below this domain are allowed. */
  readonly allowedDomain?: string;
  readonly maxTtlSeconds?: number;
}

const ROLES: Readonly<Record<string, Role>> = {
  web: { keyType: "ec", maxTtlSeconds: 90 * 24 * HOUR_S },
  short: { keyType: "ec", maxTtlSeconds: HOUR_S },
  denied: { keyType: "ec", allowedDomain: "allowed.test" },
  any: { keyType: "any" },
};

const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const HOST_NAME = new RegExp(`^(?:\\*\\.)?(?:${LABEL}\\.)*${LABEL}\\.?$`);

/** Finds a role by its name. */
export function findRole(name: string): Role | undefined {
  return Object.hasOwn(ROLES, name) ? ROLES[name] : undefined;
}

/** The names for the certificate. Throws Error with the server's message. */
export function checkNames(
  role: Role,
  fields: IssueFields,
): { dnsSans: string[]; ipSans: string[] } {
  const { commonName } = fields;
  if (commonName === "") {
    throw new Error(
      "the common_name field is required, or must be provided in a CSR with " +
        '"use_csr_common_name" set to true, unless "require_cn" is set to false',
    );
  }
  // A bare "*" is allowed as a common name, but never becomes a SAN.
  const named = commonName === "*" || isHostName(commonName);
  if (!named || !isAllowed(role, commonName)) {
    throw new Error(`common name ${commonName} not allowed by this role`);
  }
  const desired = fields.excludeCommonName ? fields.altNames : [commonName, ...fields.altNames];
  // The server silently drops values that are not host names.
  const dnsSans = [...new Set(desired.filter(isHostName).map(toAscii))];
  const denied = dnsSans.find((name) => !isAllowed(role, name));
  if (denied !== undefined) {
    throw new Error(`subject alternate name ${denied} not allowed by this role`);
  }
  return { dnsSans, ipSans: fields.ipSans.map(normaliseIp) };
}

/** The lifetime in seconds, cut to the maximum of the role with a warning. */
export function checkTtl(role: Role, desired: number): { seconds: number; warnings: string[] } {
  const seconds = desired === 0 ? SYSTEM_TTL_S : desired;
  const { maxTtlSeconds } = role;
  if (maxTtlSeconds === undefined || seconds <= maxTtlSeconds) return { seconds, warnings: [] };
  return {
    seconds: maxTtlSeconds,
    warnings: [
      `TTL "${formatDuration(seconds)}" is longer than permitted maxTTL ` +
      `"${formatDuration(maxTtlSeconds)}", so maxTTL is being used`,
    ],
  };
}

function isHostName(name: string): boolean {
  return HOST_NAME.test(toAscii(name));
}

function isAllowed(role: Role, name: string): boolean {
  const { allowedDomain } = role;
  return allowedDomain === undefined || name === "localhost" ||
    name.toLowerCase().endsWith(`.${allowedDomain}`);
}

function toAscii(name: string): string {
  // deno-lint-ignore no-control-regex
  return /[^\x00-\x7f]/.test(name) ? domainToASCII(name) : name;
}

function normaliseIp(address: string): string {
  if (isIP(address) === 0) throw new Error(`the value "${address}" is not a valid IP address`);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}
