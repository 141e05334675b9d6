/** Why the server denies a request (403): the possible causes, and how to tell which one it is. */
/** The capability that a request needs in a policy. */
export type Capability = "read" | "update";

/** Whose token a request had. */
export interface Requester {
  /** Names the login method, such as "the AppRole from VAULT_ROLE_ID". */
  readonly from: string;
  /** A login of this run got it. */
  readonly own: boolean;
  /** Its policies, if the login named them. */
  readonly policies: readonly string[];
  /** How many addresses the configuration has. */
  readonly servers: number;
}

/**
 * Whether the token itself is refused, not what it may do. A refusal by a policy is wrapped in "1
 * error occurred" (Vault 1.14, OpenBao 2.6). That of a token is not, or says "invalid token" (Vault
 * 1.17).
 */
export function isTokenDenial(said: string): boolean {
  return /invalid token/i.test(said) || /^permission denied/.test(said);
}

/** Whether the token is accepted, and its policies do not allow the request. */
export function isPolicyDenial(said: string): boolean {
  return /errors? occurred/.test(said) && !isTokenDenial(said);
}

/** @param mount Of the PKI secrets engine, if the path is one of its paths. */
export function denialCauses(
  path: string,
  said: string,
  capability: Capability,
  mount: string | undefined,
  by: Requester | undefined,
): string {
  if (isTokenDenial(said)) return tokenCauses(by);
  const rule = `path "${path}" { capabilities = ["${capability}"] }`;
  if (!isPolicyDenial(said)) {
    const engine = mount === undefined ? "" : `no engine is mounted at "${mount}", `;
    return `the token is wrong or has expired, ${engine}or the policy lacks: ${rule}`;
  }
  const login = by?.own ? `the login with ${by.from} worked` : "the server accepts the token";
  const policies = by === undefined || by.policies.length === 0
    ? "its policies"
    : `its policies (${by.policies.join(", ")})`;
  if (mount === undefined) return `${login}, but ${policies} lack: ${rule}`;
  const role = roleOf(path);
  const name = role === undefined
    ? ""
    : `the role's name "${role}" is wrong (bao list ${mount}/roles), `;
  return `${login}, but ${policies} do not allow this path: ${name}"pki: ${mount}" is wrong (bao ` +
    `secrets list), or a policy lacks: ${rule}`;
}

/** The role in a path of the PKI secrets engine. */
export function roleOf(path: string): string | undefined {
  return /\/(?:issue|sign|roles)\/([^/]+)$/.exec(path)?.[1];
}

function tokenCauses(by: Requester | undefined): string {
  if (by?.own) {
    const cluster = by.servers > 1 ? ', the addresses of "vault" are not one cluster' : "";
    return `the login with ${by.from} worked, but the server does not accept its token: the role ` +
      `of the login is bound to other addresses than this host's (token_bound_cidrs)${cluster}, ` +
      "or the token was revoked";
  }
  const from = by === undefined ? "" : ` from ${by.from}`;
  return `the server does not accept the token${from}: it has expired, was revoked, is of another ` +
    "server or namespace, or is bound to other addresses than this host's; to tell which, run " +
    '"bao token lookup TOKEN" as an administrator, which shows bound_cidrs if the token is valid';
}
