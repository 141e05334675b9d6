/** Maps requests to answers, in the order in which the server checks them. */
import { messageOf } from "../../vault/errors.ts";
import { type Answer, fail, failGathered, unixSeconds } from "./server_answer.ts";
import { type Fields, parseBody } from "./server_fields.ts";
import type { DemoCa } from "./demo_ca.ts";
import { issue, MOUNTS } from "./server_issue.ts";
import type { Token, TokenStore } from "./server_tokens.ts";

/** The release whose answers are copied. */
const VERSION = "2.6.2";

/** The state of a server. */
export interface ServerState {
  readonly sealed: boolean;
  readonly tokens: TokenStore;
  readonly clusterId: string;
  now(): Date;
  getCa(): Promise<DemoCa>;
}

/** One request, with its path as in the documentation of Vault: `pki/issue/web`. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** Answers one request. */
export async function answer(state: ServerState, call: Call): Promise<Answer> {
  const namespace = call.headers.get("x-vault-namespace") ?? "";
  if (call.path === "sys/health") return answerHealth(state, call, isForeign(namespace));
  if (state.sealed) return fail(503, "Vault is sealed");
  let fields: Fields;
  try {
    fields = parseBody(call.body);
  } catch (error) {
    return fail(400, messageOf(error));
  }
  if (isForeign(namespace)) return fail(404, "namespace not found");
  if (call.path === "auth/approle/login") return state.tokens.login(fields, state.now());
  const token = state.tokens.find(tokenOf(call.headers), state.now());
  if (token === undefined) return fail(403, "permission denied");
  return await answerToken(state, call, token, fields);
}

/** The demo server has no namespaces except the root one. */
function isForeign(namespace: string): boolean {
  return !["", "root"].includes(namespace.replaceAll("/", ""));
}

function tokenOf(headers: Headers): string | null {
  const bearer = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "");
  return headers.get("x-vault-token") ?? bearer?.[1] ?? null;
}

async function answerToken(
  state: ServerState,
  call: Call,
  token: Token,
  fields: Fields,
): Promise<Answer> {
  const [mountName = "", engine, roleName = "", ...more] = call.path.split("/");
  const mount = MOUNTS.get(mountName);
  const isIssue = mount !== undefined && engine === "issue" && roleName !== "";
  const route = isIssue ? "issue" : call.path;
  const methods = METHODS.get(route);
  if (!token.isRoot && !methods?.includes(call.method)) {
    return failGathered(403, "permission denied");
  }
  if (mount === undefined && !["auth", "sys"].includes(mountName)) {
    return fail(404, `no handler for route "${call.path}". route entry not found.`);
  }
  if (methods === undefined || more.length > 0) return failGathered(404, "unsupported path");
  if (!methods.includes(call.method)) return failGathered(405, "unsupported operation");
  if (isIssue) return await issue(mount, roleName, fields, state.now(), state.getCa);
  return route === "auth/token/lookup-self"
    ? state.tokens.lookUp(token, state.now())
    : state.tokens.revoke(token);
}

/**
 * Methods by route: all that a login of VCM may do (its policy, and the `default` policy of the
 * server). POST and PUT are the same to the server. The root token may use the same methods only,
 * because the demo server has no others.
 */
const METHODS: ReadonlyMap<string, readonly string[]> = new Map([
  ["issue", ["POST", "PUT"]],
  ["auth/token/lookup-self", ["GET"]],
  ["auth/token/revoke-self", ["POST", "PUT"]],
]);

/** `sys/health` needs no token, and shows the state by its status. */
function answerHealth(state: ServerState, call: Call, foreign: boolean): Answer {
  if (foreign) return fail(400, "operation unavailable in namespaces");
  if (!["GET", "HEAD"].includes(call.method)) return { status: 405, body: { errors: [] } };
  const mode = state.sealed ? "unknown" : "disabled";
  const body = {
    initialized: true,
    sealed: state.sealed,
    standby: state.sealed,
    replication_performance_mode: mode,
    replication_dr_mode: mode,
    server_time_utc: unixSeconds(state.now()),
    version: VERSION,
    cluster_name: state.sealed ? undefined : `vault-cluster-${state.clusterId.slice(0, 8)}`,
    cluster_id: state.sealed ? undefined : state.clusterId,
  };
  return { status: state.sealed ? 503 : 200, body };
}
