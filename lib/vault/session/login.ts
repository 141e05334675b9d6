/** A login with each auth method: what is sent, and what a refusal means. */
import { type Clean, errorsOf, readAnswer } from "../wire/answer.ts";
import { type JsonObject, parseObject } from "../wire/parse_object.ts";
import { clockHint } from "../wire/clock_difference.ts";
import { isForeign } from "../wire/foreign_answer.ts";
import type { Credentials } from "../access/credentials.ts";
import { sendable } from "../access/secrets.ts";
import { VaultError } from "../errors.ts";
import { causeAndFix, plainCause } from "../../text/plain_cause.ts";
import { socketPath } from "../../text/socket_path.ts";
import type { Answered, Unsafe } from "../wire/connections.ts";
import type { RawAnswer } from "../wire/transport.ts";

/** A token, and how often it may be used. */
export interface Token {
  /** Absent: none is sent. */
  readonly id?: string;
  /** How many requests it may still make. Infinity: no limit. */
  readonly uses: number;
  /** Its policies, if the server named them. */
  readonly policies?: readonly string[];
}

/** Sends a request without a token, or with the one given. */
export type Ask = (
  path: string,
  body: JsonObject,
  token?: string,
  unsafe?: Unsafe,
) => Promise<Answered>;

type LoginCredentials = Exclude<
  Credentials,
  { kind: "token" | "none" | "unusable" | "wrapped" | "jwt-command" }
>;

/**
 * Logs in (Vault API: AppRole "Login With AppRole", TLS Certificates "Login with TLS Certificate
 * Method", JWT/OIDC "JWT Login", Kubernetes "Login").
 *
 * Throws VaultError, with the status if the server refused.
 */
export async function logIn(by: LoginCredentials, ask: Ask, clean: Clean): Promise<Token> {
  const path = `auth/${by.mount}/login`;
  const method = by.kind === "jwt" && by.method || by.kind;
  const { address, answer } = await ask(path, bodyOf(by));
  const { status } = answer;
  if (isForeign(answer)) readAnswer(address, path, answer, clean);
  const said = errorsOf(answer, clean);
  const clock = clockHint(answer.serverTime);
  if (status === 403) {
    throw new VaultError(
      `"${address}" denied a login at "auth/${by.mount}" (403: ${said}); is an auth method ` +
        `"${method}" mounted there? If it is elsewhere, set "mount" under "auth"${
          method === "kubernetes" ? NO_REVIEW : boundHint(by)
        }${clock}`,
      { status },
    );
  }
  if (isRefusal(by, answer)) {
    throw new VaultError(`"${address}" ${refusal(by, `(${status}: ${said})`, address)}${clock}`, {
      status,
    });
  }
  const { client_token, num_uses, policies } = readAnswer(address, path, answer, clean).auth;
  if (typeof client_token !== "string" || client_token === "") {
    throw new VaultError(`"${address}" accepted the login but returned no token`);
  }
  const limited = typeof num_uses === "number" && num_uses > 0;
  // A line break in it would add a header to the next request.
  const id = sendable(client_token, `The token from "${address}"`);
  const named = Array.isArray(policies) ? policies.map((name) => clean(String(name))) : [];
  return { id, uses: limited ? num_uses : Infinity, policies: named };
}

/** The login of an AppRole itself is not bound by token_bound_cidrs. */
function boundHint({ kind }: LoginCredentials): string {
  return kind === "approle"
    ? ""
    : "; or its role is bound to other addresses than this host's (token_bound_cidrs)";
}

const NO_REVIEW =
  ". If it is there, Kubernetes did not accept the service account's token: check " +
  '"kubernetes_host" and "token_reviewer_jwt" of its config';

/** OpenBao 2.6 answers 500 for an expired client certificate, and 400 for all other refusals. */
function isRefusal(by: LoginCredentials, { status, body }: RawAnswer): boolean {
  if (parseObject(body)?.["errors"] === undefined) return false;
  return status === 400 ||
    (by.kind === "cert" && status === 500 && /verify client's certificate/.test(body));
}

function bodyOf(by: LoginCredentials): JsonObject {
  switch (by.kind) {
    case "approle":
      return { role_id: by.roleId, secret_id: by.secretId };
    case "cert":
      return { name: by.role };
    case "jwt":
      return { role: by.role, jwt: by.jwt };
  }
}

function refusal(by: LoginCredentials, said: string, address: string): string {
  if (/CIDR restrictions/.test(said)) {
    return `refused the login with ${by.from} ${said}; this host's address is not in the ` +
      "bound CIDRs of the role or the secret id";
  }
  switch (by.kind) {
    case "approle":
      if (by.secretId === undefined) {
        return `refused the AppRole from ${by.from} without a secret id ${said}; set VAULT_SECRET_ID, ` +
          'or "secret_id_file" under "auth"; a role id alone is enough only with bind_secret_id=false';
      }
      return `refused the AppRole from ${by.from} ${said}; check both ids; the secret id may have ` +
        "expired";
    case "cert":
      if (socketPath(address) !== undefined) {
        return `refused the login at "auth/${by.mount}" ${said}; a client certificate is not sent ` +
          'through a socket: use another method, or "auth: {method: none}" if the agent logs in';
      }
      return `refused the client certificate ${by.from} ${said}; check that it is valid, allows ` +
        `client authentication, and is registered at "auth/${by.mount}"; to issue a new one, run ` +
        "once with VAULT_TOKEN";
    case "jwt":
      return `refused the JWT from ${by.from} ${said}; check its audience, its expiry, and the ` +
        (by.method === "kubernetes" ? "role with its service accounts and namespaces" : "role");
  }
}

/** A file that is created before its content is known, so that the content can be saved later. */
export interface Reserved {
  keep(text: string): void;
  /** Removes the file if nothing was saved in it. */
  release(): void;
}

/** What a session needs from its caller. */
export interface Helpers {
  /** Reports something that does not stop the run. */
  note(text: string): void;
  /**
   * Reserves the file for a secret id before it is requested. Throws Error with a plain message.
   */
  reserve(path: string): Promise<Reserved>;
}

/**
 * Unwraps the secret id behind a wrapping token (Vault API, `/sys/wrapping/unwrap`). The server
 * gives it out once, so it is saved to its file before it is used.
 *
 * Throws VaultError.
 */
export async function unwrap(
  by: Credentials & { readonly kind: "wrapped" },
  ask: Ask,
  clean: Clean,
  { note, reserve }: Helpers,
): Promise<LoginCredentials & { readonly kind: "approle"; readonly secretId: string }> {
  const path = "sys/wrapping/unwrap";
  const { from, secretIdFile } = by;
  const place = await reserveFor(secretIdFile, reserve);
  try {
    const unsafe = { repeats: 0, effect: `given out the secret id from ${from}` };
    const { address, answer } = await ask(path, {}, by.wrappingToken, unsafe);
    if (!isForeign(answer) && (answer.status === 400 || answer.status === 403)) {
      throw new VaultError(
        `"${address}" refused to unwrap the secret id from ${from} (${answer.status}: ${
          errorsOf(answer, clean)
        }); the wrapping token has expired or was used before; if this host did not use it, ` +
          "another party has the secret id; revoke the secret id and create a new one",
        { status: answer.status },
      );
    }
    const secretId = readAnswer(address, path, answer, clean).data["secret_id"];
    if (typeof secretId !== "string" || secretId === "") {
      throw new VaultError(`The wrapping token from ${from} contains no secret id`);
    }
    try {
      place.keep(secretId);
      note(`unwrapped the secret id from ${from} and saved it in "${secretIdFile}"`);
    } catch (error) {
      note(
        `cannot save the secret id from ${from} in "${secretIdFile}": ${plainCause(error)}; the ` +
          "next run needs a new one",
      );
    }
    const { mount, roleId } = by;
    return { kind: "approle", mount, roleId, secretId, from: `the role id and "${secretIdFile}"` };
  } finally {
    place.release();
  }
}

async function reserveFor(path: string, reserve: Helpers["reserve"]): Promise<Reserved> {
  try {
    return await reserve(path);
  } catch (error) {
    throw new VaultError(
      `Cannot write "${path}": ${causeAndFix(error, path)}; the secret id was not unwrapped`,
      { cause: error },
    );
  }
}
