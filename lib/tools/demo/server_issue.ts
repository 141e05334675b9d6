/** `MOUNT/issue/ROLE`: answers with a certificate and its key if the role allows the request. */
import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { messageOf } from "../../text/plain_cause.ts";
import type { Authority, DemoCa } from "./demo_ca.ts";
import { type Answer, fail, succeed, unixSeconds } from "./server_answer.ts";
import { formatDuration } from "./server_duration.ts";
import { type Fields, type IssueFields, readIssueFields } from "./server_fields.ts";

/** A PKI mount: its issuer, and whether its answers have `ca_chain`. */
interface Mount {
  readonly issuer: keyof DemoCa;
  /** Servers without support for several issuers omit `ca_chain` below a root. */
  readonly withChain: boolean;
}

/** The PKI mounts, by the first part of the path. */
export const MOUNTS: ReadonlyMap<string, Mount> = new Map<string, Mount>([
  ["pki", { issuer: "intermediate", withChain: true }],
  ["pki_self", { issuer: "root", withChain: true }],
  ["pki_old", { issuer: "root", withChain: false }],
]);

const HOUR_S = 3600;

/** The default and maximum lifetime of the server: 32 days. */
const SYSTEM_TTL_S = 768 * HOUR_S;

/** What a role allows. */
interface Role {
  /** "any": a client can have its request signed, but the server generates no key. */
  readonly keyType: "ec" | "any";
  /** If set, only names below this domain are allowed. */
  readonly allowedDomain?: string;
  readonly maxTtlSeconds?: number;
}

const ROLES: ReadonlyMap<string, Role> = new Map<string, Role>([
  ["web", { keyType: "ec", maxTtlSeconds: 90 * 24 * HOUR_S }],
  ["short", { keyType: "ec", maxTtlSeconds: HOUR_S }],
  ["denied", { keyType: "ec", allowedDomain: "allowed.test" }],
  ["any", { keyType: "any" }],
]);

/** Answers an `issue` request. `getCa` is called only for a valid request. */
export async function issue(
  mount: Mount,
  roleName: string,
  fields: Fields,
  now: Date,
  getCa: () => Promise<DemoCa>,
): Promise<Answer> {
  try {
    const request = readIssueFields(fields);
    const role = ROLES.get(roleName);
    if (role === undefined) throw new Error(`unknown role: ${roleName}`);
    if (!["pem", "der", "pem_bundle"].includes(request.format)) {
      throw new Error('the "format" path parameter must be "pem", "der", or "pem_bundle"');
    }
    if (request.format !== "pem") throw new Error('the demo server supports only the format "pem"');
    if (role.keyType === "any") {
      throw new Error(
        'role key type "any" not allowed for issuing certificates without providing key_type ' +
          "and/or key_bits request parameters",
      );
    }
    const authority = (await getCa())[mount.issuer];
    return await issueFor(mount, role, request, now, authority);
  } catch (error) {
    return fail(400, messageOf(error));
  }
}

async function issueFor(
  mount: Mount,
  role: Role,
  request: IssueFields,
  now: Date,
  authority: Authority,
): Promise<Answer> {
  const names = checkNames(role, request);
  const { seconds, warnings } = checkTtl(role, request.ttlSeconds);
  const notAfter = new Date(now.getTime() + seconds * 1000);
  if (notAfter > authority.notAfter) {
    throw new Error(
      `cannot satisfy request, as TTL would result in notAfter of ${notAfter.toISOString()} that ` +
        `is beyond the expiration of the CA certificate at ${authority.notAfter.toISOString()}`,
    );
  }
  const leaf = await authority.issue({
    commonName: request.commonName,
    ...names,
    now,
    notAfter,
    keyFormat: request.privateKeyFormat === "pkcs8" ? "pkcs8" : "sec1",
  });
  if (request.unknown.length > 0) {
    warnings.push(`Endpoint ignored these unrecognized parameters: [${request.unknown.join(" ")}]`);
  }
  const chain = request.removeRoot ? authority.chain.slice(0, -1) : authority.chain;
  const answer = {
    ca_chain: mount.withChain ? chain : undefined,
    certificate: leaf.certificate,
    expiration: unixSeconds(leaf.notAfter),
    issuing_ca: authority.certificate,
    not_before: unixSeconds(leaf.notBefore),
    private_key: leaf.privateKey,
    private_key_type: "ec",
    serial_number: leaf.serialNumber,
  };
  return succeed(answer, warnings);
}

const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const HOST_NAME = new RegExp(`^(?:\\*\\.)?(?:${LABEL}\\.)*${LABEL}\\.?$`);

/** The names for the certificate. Throws Error with the server's message. */
function checkNames(
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
  if (!(isHostName(commonName) || isWildcard(commonName)) || !isAllowed(role, commonName)) {
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
function checkTtl(role: Role, desired: number): { seconds: number; warnings: string[] } {
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

/** One "*" anywhere in the first label. Unless that is all of it, the name never becomes a SAN. */
function isWildcard(name: string): boolean {
  const [first = "", ...rest] = name.split(".");
  const base = rest.join(".");
  return first.split("*").length === 2 && (base === "" || isHostName(base)) && !base.includes("*");
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
