/** Tokens of the demo server, and the AppRole login that creates them. */
import { randomBytes } from "node:crypto";
import { admit, type Answer, fail, succeed, unixSeconds } from "./server_answer.ts";
import type { Fields } from "./server_fields.ts";

/** Lifetime of a token from a login (token_ttl of the AppRole). */
const TOKEN_TTL_S = 20 * 60;

/** A token. */
export interface Token {
  readonly id: string;
  readonly accessor: string;
  /** The root token may do everything and never expires. */
  readonly isRoot: boolean;
  readonly issued: Date;
}

/** Creates, finds and deletes tokens. They last only as long as the process. */
export class TokenStore {
  readonly root: Token;
  readonly roleId: string = crypto.randomUUID();
  readonly secretId: string = crypto.randomUUID();
  readonly #entityId = crypto.randomUUID();
  readonly #tokens = new Map<string, Token>();

  constructor(now: Date) {
    this.root = this.#create(true, now);
  }

  /** The token of a request, unless it has expired. */
  find(id: string | null, now: Date): Token | undefined {
    const token = this.#tokens.get(id ?? "");
    return token !== undefined && (token.isRoot || expiry(token) > now) ? token : undefined;
  }

  /** Answers `auth/approle/login`. */
  login(fields: Fields, now: Date): Answer {
    // The server answers 500 here, although it is an error of the client.
    if (!fields.role_id) return fail(500, "missing role_id");
    if (fields.role_id === this.roleId && !fields.secret_id) return fail(400, "missing secret_id");
    if (fields.role_id !== this.roleId || fields.secret_id !== this.secretId) {
      return fail(400, "invalid role or secret ID");
    }
    const token = this.#create(false, now);
    return admit({
      client_token: token.id,
      accessor: token.accessor,
      policies: policies(token),
      token_policies: policies(token),
      metadata: { role_name: "vcm" },
      lease_duration: TOKEN_TTL_S,
      renewable: true,
      entity_id: this.#entityId,
      token_type: "service",
      unclaimed: true,
      mfa_requirement: null,
      num_uses: 0,
    });
  }

  /** Answers `auth/token/lookup-self`. */
  lookUp(token: Token, now: Date): Answer {
    return succeed({
      accessor: token.accessor,
      creation_time: unixSeconds(token.issued),
      creation_ttl: token.isRoot ? 0 : TOKEN_TTL_S,
      display_name: token.isRoot ? "token" : "approle",
      entity_id: token.isRoot ? "" : this.#entityId,
      expire_time: token.isRoot ? null : expiry(token).toISOString(),
      explicit_max_ttl: 0,
      id: token.id,
      issue_time: token.issued.toISOString(),
      meta: token.isRoot ? null : { role_name: "vcm" },
      num_uses: 0,
      unclaimed: true,
      path: token.isRoot ? "auth/token/create" : "auth/approle/login",
      policies: policies(token),
      renewable: !token.isRoot,
      ttl: token.isRoot ? 0 : unixSeconds(expiry(token)) - unixSeconds(now),
      type: "service",
    });
  }

  /** Answers `auth/token/revoke-self`. */
  revoke(token: Token): Answer {
    this.#tokens.delete(token.id);
    return { status: 204 };
  }

  #create(isRoot: boolean, issued: Date): Token {
    const token = { id: `s.${randomText()}`, accessor: randomText(), isRoot, issued };
    this.#tokens.set(token.id, token);
    return token;
  }
}

function policies(token: Token): string[] {
  return token.isRoot ? ["root"] : ["default", "vcm"];
}

function expiry(token: Token): Date {
  return new Date(token.issued.getTime() + TOKEN_TTL_S * 1000);
}

/** 24 letters and digits, as long as those of the server. */
function randomText(): string {
  return randomBytes(12).toString("hex");
}
