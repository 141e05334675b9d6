/** Maps requests to answers, in the order in which the server checks them. */
import { type Answer, fail, failGathered } from "./server_answer.ts";
import { type Fields, parseBody } from "./server_fields.ts";
import type { DemoCa } from "./demo_ca.ts";
import { issue, type Mount, MOUNTS } from "./server_issue.ts";
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
    return fail(400, error instanceof Error ? error.message : String(error));
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
  const mount = Object.hasOwn(MOUNTS, mountName) ? MOUNTS[mountName] : undefined;
  const isIssue = mount !== undefined && engine === "issue" && roleName !== "";
  const route = isIssue ? "issue" : call.path;
  if (!token.isRoot && !POLICY[route]?.includes(call.method)) {
    return failGathered(403, "permission denied");
  }
  if (mount === undefined && !["auth", "sys"].includes(mountName)) {
    return fail(404, `no handler for route "${call.path}". route entry not found.`);
  }
  if (POLICY[route] === undefined || more.length > 0) return failGathered(404, "unsupported path");
  if (!POLICY[route].includes(call.method)) return failGathered(405, "unsupported operation");
  if (route === "auth/token/lookup-self") return state.tokens.lookUp(token, state.now());
  if (route === "auth/token/revoke-self") return state.tokens.revoke(token);
  return await issue(mount as Mount, roleName, fields, state.now(), () => state.getCa());
}

/**
 * Methods by route: all that a login of VCM may do (its policy, and the `default` policy of the
 * server). POST and PUT are the same to the server. The root token may use the same methods only,
 * because the demo server has no others.
 */
const POLICY: Readonly<Record<string, readonly string[]>> = {
  issue: ["POST", "PUT"],
  "auth/token/lookup-self": ["GET"],
  "auth/token/revoke-self": ["POST", "PUT"],
};

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
    server_time_utc: Math.floor(state.now().getTime() / 1000),
    version: VERSION,
    ...(state.sealed ? {} : {
      cluster_name: `vault-cluster-${state.clusterId.slice(0, 8)}`,
      cluster_id: state.clusterId,
    }),
  };
  return { status: state.sealed ? 503 : 200, body };
}
