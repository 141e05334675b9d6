/** `MOUNT/issue/ROLE`: from a request body to an answer with certificate and key. */
import { type Answer, fail, succeed } from "./server_answer.ts";
import type { Authority, DemoCa, Leaf } from "./demo_ca.ts";
import { type Fields, type IssueFields, readIssueFields } from "./server_fields.ts";
import { checkNames, checkTtl, findRole, type Role } from "./server_roles.ts";

/** A PKI mount: its issuer, and whether its answers have `ca_chain`. */
export interface Mount {
  readonly issuer: keyof DemoCa;
  /** Servers without support for several issuers omit `ca_chain` below a root. */
  readonly withChain: boolean;
}

/** The PKI mounts, by the first part of the path. */
export const MOUNTS: Readonly<Record<string, Mount>> = {
  pki: { issuer: "intermediate", withChain: true },
  pki_self: { issuer: "root", withChain: true },
  pki_old: { issuer: "root", withChain: false },
};

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
    const role = findRole(roleName);
    if (role === undefined) return fail(400, `unknown role: ${roleName}`);
    if (!["pem", "der", "pem_bundle"].includes(request.format)) {
      return fail(400, 'the "format" path parameter must be "pem", "der", or "pem_bundle"');
    }
    if (request.format !== "pem") {
      return fail(400, 'the demo server supports only the format "pem"');
    }
    if (role.keyType === "any") {
      return fail(
        400,
        'role key type "any" not allowed for issuing certificates without providing key_type ' +
          "and/or key_bits request parameters",
      );
    }
    const authority = (await getCa())[mount.issuer];
    return await issueFor(mount, role, request, now, authority);
  } catch (error) {
    if (error instanceof Error) return fail(400, error.message);
    throw error;
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
    return fail(
      400,
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
  return succeed(describe(leaf, mount, request, authority), warnings);
}

function describe(leaf: Leaf, mount: Mount, request: IssueFields, authority: Authority) {
  const chain = request.removeRoot ? authority.chain.slice(0, -1) : authority.chain;
  return {
    ...(mount.withChain ? { ca_chain: chain } : {}),
    certificate: leaf.certificate,
    expiration: seconds(leaf.notAfter),
    issuing_ca: authority.certificate,
    not_before: seconds(leaf.notBefore),
    private_key: leaf.privateKey,
    private_key_type: "ec",
    serial_number: leaf.serialNumber,
  };
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
