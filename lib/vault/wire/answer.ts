/**
 * Reads an answer of the server: its parts if it is a success, otherwise an error in plain words.
 */
import { oneLine, redact } from "../../text/secret.ts";
import { socketPath } from "../../text/socket_path.ts";
import { VaultError } from "../errors.ts";
import { clockHint } from "./clock_difference.ts";
import { type Capability, denialCauses, isPolicyDenial, type Requester, roleOf } from "./denial.ts";
import { describePage, foreignCauses, isForeign } from "./foreign_answer.ts";
import { nameHint } from "./name_hint.ts";
import { asObject, type JsonObject, parseObject } from "./parse_object.ts";
import { pathHint } from "./path_hint.ts";
import type { RawAnswer } from "./transport.ts";

/** Removes secrets and control characters from a server's text. */
export type Clean = (text: string) => string;

/** A successful answer. */
export interface VaultAnswer {
  /** Base address of the server that answered. */
  readonly address: string;
  /** When it answered, by its own clock. */
  readonly serverTime?: Date | undefined;
  readonly data: JsonObject;
  readonly auth: JsonObject;
  readonly warnings: readonly string[];
  /** Undefined if the answer has no lease. */
  readonly leaseId?: string | undefined;
  /** The token to unwrap the rest with, if the answer is wrapped. */
  readonly wrappingToken?: string | undefined;
}

/** The error for a server that is sealed or not ready. */
export function notReady(address: string, status: number): VaultError {
  return new VaultError(`"${address}" is sealed or not ready (${status}); unseal it first`, {
    status,
  });
}

/** The parts of a successful answer. Throws VaultError for any other. */
export function readAnswer(
  address: string,
  path: string,
  answer: RawAnswer,
  clean: Clean,
  capability: Capability = "update",
  by?: Requester,
): VaultAnswer {
  const { status, serverTime } = answer;
  if (status >= 400) throw explainRefusal(address, path, answer, clean, capability, by);
  const body = parseObject(answer.body);
  if (body === undefined) {
    throw new VaultError(
      `"${address}" answered "${path}" with something other than JSON (${
        describePage(answer, clean)
      }): ${foreignCauses(address)}`,
    );
  }
  return {
    address,
    serverTime,
    leaseId: textOf(body["lease_id"]),
    wrappingToken: textOf(asObject(body["wrap_info"])["token"]),
    data: asObject(body["data"]),
    auth: asObject(body["auth"]),
    warnings: textsOf(body["warnings"]).map(clean),
  };
}

/** Whether a success ends before its JSON does. */
export function isCutShort({ status, body }: RawAnswer): boolean {
  return status === 200 && /^\s*(?:\{|$)/.test(body) && parseObject(body) === undefined;
}

/** Whether an internal error (500) is a refusal that no repetition changes. */
export function isRefusal({ status, body }: RawAnswer): boolean {
  if (status !== 500) return false;
  return /verify client's certificate/.test(body) || findHint(body) !== undefined;
}

/** Statuses as in the Vault API's "HTTP status codes". */
export function explainRefusal(
  address: string,
  path: string,
  answer: RawAnswer,
  clean: Clean,
  capability: Capability,
  by?: Requester,
): VaultError {
  const { status } = answer;
  const refused = (message: string) => new VaultError(`"${address}" ${message}`, { status });
  if (/HTTP request (?:was sent )?to an HTTPS server/i.test(answer.body)) {
    const fix = socketPath(address) === undefined
      ? 'use "https://"'
      : "set tls_disable=true on this listener of the agent or proxy";
    return refused(`speaks TLS; ${fix}`);
  }
  if (isForeign(answer)) {
    return refused(
      `answered "${path}" with something other than JSON (${describePage(answer, clean)}): ` +
        foreignCauses(address),
    );
  }
  const said = errorsOf(answer, clean);
  const mount = mountOf(path);
  if (status === 403) {
    const clock = isPolicyDenial(said) ? "" : clockHint(answer.serverTime);
    const causes = denialCauses(path, said, capability, mount, by);
    return refused(
      `denied "${capability}" on "${path}" (403: ${said}); ${causes}${mountHint(mount)}${clock}`,
    );
  }
  if (status === 404 && /namespace not found/.test(said)) {
    return refused(
      `has no such namespace (404: ${said}); check "namespace" or VAULT_NAMESPACE`,
    );
  }
  if (status === 404) {
    const engine = mount === undefined
      ? ""
      : `; check that "pki: ${mount}" is the path of a PKI secrets engine${mountHint(mount)}`;
    // An API path that does not exist has a reason; a path outside of the API has none.
    const place = said === NO_REASON ? pathHint(address) : undefined;
    return refused(`has nothing at "${path}" (404: ${said})${place ? `; ${place}` : engine}`);
  }
  if (status === 503) return notReady(address, status);
  const start = said.slice(0, SEARCHED);
  const role = roleOf(path);
  const hint = nameHint(start, mount && role && `${mount}/roles/${role}`) ??
    findHint(start)?.replace("MOUNT", mount ?? path);
  return refused(`refused "${path}" (${status}: ${said})${hint === undefined ? "" : `; ${hint}`}`);
}

/**
 * Whether the token itself is refused, not what it may do. A refusal by a policy is wrapped in "1
 * error occurred" (Vault 1.14, OpenBao 2.6). That of a token is not, or says "invalid token" (Vault
 * 1.17).
 */
export function isTokenRefused(answer: RawAnswer): boolean {
  if (answer.status !== 403) return false;
  const said = errorsOf(answer, (text) => text);
  return /invalid token/i.test(said) || /^permission denied/.test(said);
}

/** Whether a policy refuses the request. */
export function isPolicyRefusal(answer: RawAnswer): boolean {
  return answer.status === 403 && !isTokenRefused(answer) &&
    /permission denied/.test(errorsOf(answer, (text) => text));
}

/** Hints for refusals of the PKI secrets engine that do not say what to do. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/key type "any" not allowed/, 'a role with key_type=any only signs requests: set "key: local"'],
  [
    /role requires (?:keys of type (?!(?:rsa|ec|ed25519)\b)|a minimum of a (?:521|8192)-bit)/,
    'VCM makes no such keys: set "key: vault", or use another role',
  ],
  [/role requires (?:keys of type|a minimum of)/, 'set "key_type" to what the role requires'],
  [/unknown role/, 'check "role"'],
  [/idna: invalid label/, "a label of a name has 1 to 63 characters: correct the name"],
  [
    /cannot be encoded as an IA5String/,
    "write the domain of the e-mail address in its ASCII form (xn--…), and only ASCII before the @",
  ],
  [
    /IP (?:Subject Alternative Names are not|address .* is not) allowed/i,
    "allow them in the role, or remove them; if the common name itself is the IP address, set " +
    '"exclude_cn_from_sans: true"',
  ],
  [/Subject Alternative Names are not allowed/, "allow them in the role, or remove them"],
  [
    /beyond the expiration of the CA/,
    'the CA expires earlier: set a shorter "ttl", or renew the CA',
  ],
  [
    /Either ttl or not_after/,
    'the role has a fixed end (not_after), so no lifetime can be asked for: remove "ttl", or take ' +
    "not_after out of the role",
  ],
  [/unable to verify signature on presented cert/, 'check that it was issued at the mount "MOUNT"'],
  [/unable to find PKI issuer/, 'check "issuer_ref"'],
  [/leased credentials were/, "set generate_lease=false on the role: the token has one use left"],
  [/certificate with serial .* not found/, 'check that it was issued at the mount "MOUNT"'],
];

/** Characters in which a hint is looked for: a server's text could keep its patterns busy for hours. */
const SEARCHED = 1_000;

function findHint(text: string): string | undefined {
  const start = text.slice(0, SEARCHED);
  return HINTS.find(([pattern]) => pattern.test(start))?.[1];
}

/** The mount in an API path of the PKI secrets engine, by what follows it. */
function mountOf(path: string): string | undefined {
  if (/^(?:auth|sys)\//.test(path)) return undefined;
  return [
    /^(.+)\/issuer\/[^/]+(?:\/(?:(?:issue|sign)\/[^/]+|json))?$/,
    /^(.+)\/(?:(?:issue|sign|roles|cert)\/[^/]+|revoke)$/,
  ].map((pattern) => pattern.exec(path)?.[1]).find((mount) => mount !== undefined);
}

/** The fix if a mount has a part of the API's paths, which the client adds. */
function mountHint(mount = ""): string {
  const bare = mount.replace(/^v1\//, "").replace(/\/(?:issue|sign|roles|issuer)(?:\/.*)?$/, "");
  return bare === mount ? "" : `; "${mount}" has a part that VCM adds: try "pki: ${bare}"`;
}

const NO_REASON = "no reason given";

/** The reasons that Vault gives, on one line. */
export function errorsOf(answer: RawAnswer, clean: Clean): string {
  const text = clean(textsOf(parseObject(answer.body)?.["errors"]).join("; "));
  return text === "" ? NO_REASON : text;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The strings of a list. Other values are ignored. */
function textsOf(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === "string") : [];
}

/** Sentences of a server are shorter. */
const LONGEST = 500;

/** Characters in which secrets are looked for; what follows is not shown. */
const LONGEST_READ = 20_000;

/** One printable line without known secrets. A proxy may echo what it received. */
export function plainLine(text: string, secrets: readonly string[]): string {
  return redact(oneLine(text.slice(0, LONGEST_READ)), secrets).trim().slice(0, LONGEST);
}
