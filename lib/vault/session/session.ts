/** Requests with a token, to any server that answers. */
import type { VaultAccess } from "../access/access.ts";
import { nameOf, secretsOf } from "../access/credentials.ts";
import { sendable } from "../access/secrets.ts";
import { VaultError } from "../errors.ts";
import {
  type Clean,
  errorsOf,
  explainRefusal,
  plainLine,
  readAnswer,
  type VaultAnswer,
} from "../wire/answer.ts";
import type { JsonObject } from "../wire/parse_object.ts";
import { CLOCK, type Clock } from "../wire/clock.ts";
import type { Answered, Call, Unsafe } from "../wire/connections.ts";
import { type Capability, isPolicyDenial, isTokenDenial, type Requester } from "../wire/denial.ts";
import { Servers } from "../wire/servers.ts";
import type { RawAnswer } from "../wire/transport.ts";
import { type LeaseToken, readTokenLife, type TokenLife } from "./lease.ts";
import type { Helpers } from "./login.ts";
import { type Held, TokenKeeper } from "./token_keeper.ts";
import { CAPABILITIES_SELF, LOOKUP_SELF } from "./token_paths.ts";
import { explainLimits, hasCapability, refusedToUnwrap, WRAP_TTL } from "./wrapping.ts";

/** An answer, with the token that a lease in it depends on. */
export interface SessionAnswer extends VaultAnswer {
  readonly leaseToken?: LeaseToken | undefined;
}

export interface VaultSession {
  /** Names the login method in use, for messages. */
  readonly loginMethod: string;
  /** Removes secrets from a server's text. */
  readonly clean: Clean;
  /** Credentials and tokens, those of logins too. */
  readonly secrets: Iterable<string>;
  /** Writes to an API path such as `pki/issue/web`. Throws VaultError. */
  write(path: string, body: JsonObject, unsafe?: Unsafe): Promise<SessionAnswer>;
  /** Reads an API path such as `pki/roles/web`, or lists what is below it. Throws VaultError. */
  read(path: string, method?: "GET" | "LIST"): Promise<VaultAnswer>;
  /** Revokes the token of a login. A token that VCM was given is left alone. */
  close(): Promise<void>;
}

/** Helpers for callers that report and save nothing. */
export const NO_HELPERS: Helpers = {
  note: () => {},
  reserve: () => Promise.resolve({ keep: () => {}, release: () => {} }),
};

/**
 * Logs in, if needed, at the first server that is reachable and ready.
 *
 * Throws VaultError.
 */
export async function openSession(
  access: VaultAccess,
  helpers: Helpers = NO_HELPERS,
  clock: Clock = CLOCK,
): Promise<VaultSession> {
  const session = new Session(access, helpers, clock);
  try {
    await session.open();
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

const UNWRAP = "sys/wrapping/unwrap";

/** What is sent, besides the headers of each request. */
interface Sent extends Pick<Call, "method" | "path" | "unsafe"> {
  readonly body?: JsonObject | undefined;
  readonly token?: string | undefined;
  /** Asks for a wrapped answer. */
  readonly wrapTtl?: string | undefined;
}

function lookUpWith(token: string | undefined): Sent {
  return { method: "GET", path: LOOKUP_SELF, token };
}

class Session implements VaultSession {
  readonly #access: VaultAccess;
  readonly #servers: Servers;
  readonly #keeper: TokenKeeper;
  /** Secrets that no message may show. */
  readonly secrets: Set<string>;
  readonly #lives = new WeakMap<Held, Promise<TokenLife>>();
  readonly #ends = new WeakMap<Held, Promise<VaultError | undefined>>();
  /** Whether a policy allows the request to a path at all, by method and path. */
  readonly #allowed = new Map<string, Promise<boolean>>();

  constructor(access: VaultAccess, helpers: Helpers, clock: Clock) {
    this.#access = access;
    this.secrets = new Set(access.credentials.flatMap(secretsOf));
    this.#servers = new Servers(access, this.clean, clock);
    this.#keeper = new TokenKeeper(
      access.credentials,
      (path, body, token, unsafe) => this.#send({ method: "POST", path, body, token, unsafe }),
      this.clean,
      helpers,
      (secret) => this.secrets.add(secret),
    );
  }

  async open(): Promise<void> {
    // A token that VCM was given is tried only once it is needed.
    if (this.#access.credentials[0]?.kind !== "token") await this.#keeper.open();
  }

  readonly clean = (text: string) => plainLine(text, [...this.secrets]);

  get loginMethod(): string {
    return this.#keeper.loginMethod;
  }

  write(path: string, body: JsonObject, unsafe?: Unsafe): Promise<SessionAnswer> {
    return this.#call("POST", path, body, unsafe);
  }

  read(path: string, method: "GET" | "LIST" = "GET"): Promise<VaultAnswer> {
    return this.#call(method, path);
  }

  async close(): Promise<void> {
    try {
      const own = await this.#keeper.ownToken();
      // Batch tokens cannot be revoked (400), and on an unreachable server the token expires by
      // itself.
      if (own !== undefined) {
        await this.#servers.sendOnce(
          this.#request({ method: "POST", path: "auth/token/revoke-self", body: {}, token: own }),
        );
      }
    } catch {
      return;
    } finally {
      await this.#servers.close();
    }
  }

  async #call(
    method: Call["method"],
    path: string,
    body?: JsonObject,
    unsafe?: Unsafe,
    wrapTtl?: string,
  ): Promise<SessionAnswer> {
    for (;;) {
      const held = await this.#keeper.take();
      const sent = { method, path, body, token: held.id, unsafe, wrapTtl };
      const { address, answer } = await this.#send(sent);
      const capability = method === "POST" ? "update" : "read";
      if (isTokenRefused(answer)) {
        if (this.#keeper.replace(held)) continue;
        const by = this.#requester(held);
        const refusal = explainRefusal(address, path, answer, this.clean, capability, by);
        if (path === LOOKUP_SELF) throw refusal;
        const end = this.#ends.get(held) ?? this.#findEnd(held, refusal);
        this.#ends.set(held, end);
        throw await end ?? refusal;
      }
      held.accepted = true;
      const by = this.#requester(held);
      if (isPolicyRefused(answer)) {
        const refusal = explainRefusal(address, path, answer, this.clean, capability, by);
        if (!await this.#isAllowed(path, capability)) throw refusal;
        if (wrapTtl !== undefined) throw explainLimits(address, path, capability, body);
        return await this.#call(method, path, body, unsafe, WRAP_TTL);
      }
      const first = readAnswer(address, path, answer, this.clean, capability, by);
      const read = wrapTtl === undefined ? first : await this.#unwrap(path, first);
      if (read.leaseId === undefined) return read;
      return { ...read, leaseToken: await this.#leaseToken(held) };
    }
  }

  #requester({ by, own, policies }: Held): Requester {
    return { from: nameOf(by), own, policies, servers: this.#access.addresses.length };
  }

  #isAllowed(path: string, capability: Capability): Promise<boolean> {
    if (path === CAPABILITIES_SELF || path === LOOKUP_SELF) return Promise.resolve(false);
    const key = `${capability} ${path}`;
    const asking = this.#allowed.get(key) ?? this.write(CAPABILITIES_SELF, { paths: [path] })
      .then(({ data }) => hasCapability(data[path], capability), () => false);
    this.#allowed.set(key, asking);
    return asking;
  }

  /** The answer in a wrapped one, which the server gives out once. */
  async #unwrap(path: string, wrapped: VaultAnswer): Promise<VaultAnswer> {
    const { wrappingToken } = wrapped;
    if (wrappingToken === undefined) return wrapped;
    this.secrets.add(wrappingToken);
    const unsafe = { repeats: 0, effect: `given out its answer to "${path}"` };
    const token = sendable(wrappingToken, `The wrapping token from "${wrapped.address}"`);
    const sent = { method: "POST", path: UNWRAP, body: {}, token, unsafe } as const;
    const { address, answer } = await this.#send(sent);
    if (answer.status === 400 || answer.status === 403) {
      throw refusedToUnwrap(address, path, answer, this.clean);
    }
    return readAnswer(address, UNWRAP, answer, this.clean);
  }

  /**
   * The error of all further requests if the server refuses the token for everything, not only for
   * one path.
   */
  async #findEnd(held: Held, refusal: VaultError): Promise<VaultError | undefined> {
    try {
      const { address, answer } = await this.#send(lookUpWith(held.id));
      if (!isTokenRefused(answer)) return undefined;
      const { status } = answer;
      const error = held.accepted
        ? new VaultError(
          `"${address}" no longer accepts the token from ${nameOf(held.by)} (${status}: ` +
            `${errorsOf(answer, this.clean)}): it has expired, was revoked, or has no uses left; ` +
            'replace it, then run "vcm run" again',
          { status },
        )
        : refusal;
      this.#keeper.end(held, error);
      return error;
    } catch (error) {
      if (error instanceof VaultError) return undefined;
      throw error;
    }
  }

  async #leaseToken(held: Held): Promise<LeaseToken> {
    if (held.own) return { kind: "own" };
    const life = this.#lives.get(held) ?? this.#lookUp(held);
    this.#lives.set(held, life);
    return { kind: "given", from: nameOf(held.by), life: await life };
  }

  async #lookUp({ id }: Held): Promise<TokenLife> {
    try {
      const { address, answer } = await this.#send(lookUpWith(id));
      if (isTokenRefused(answer)) return { kind: "limited-uses" };
      return readTokenLife(readAnswer(address, LOOKUP_SELF, answer, this.clean, "read").data);
    } catch (error) {
      if (error instanceof VaultError) return { kind: "unknown" };
      throw error;
    }
  }

  #send(sent: Sent): Promise<Answered> {
    return this.#servers.send({ ...this.#request(sent), unsafe: sent.unsafe });
  }

  #request({ method, path, body, token, wrapTtl }: Sent): Call {
    const { namespace } = this.#access;
    const headers = {
      "content-type": "application/json",
      "x-vault-request": "true",
      ...(token !== undefined && { "x-vault-token": token }),
      ...(namespace !== undefined && { "x-vault-namespace": namespace }),
      ...(wrapTtl !== undefined && { "x-vault-wrap-ttl": wrapTtl }),
    };
    return { method, path, headers, body: body && JSON.stringify(body) };
  }
}

function isTokenRefused(answer: RawAnswer): boolean {
  return answer.status === 403 && isTokenDenial(plainErrorsOf(answer));
}

function isPolicyRefused(answer: RawAnswer): boolean {
  const said = plainErrorsOf(answer);
  return answer.status === 403 && isPolicyDenial(said) && said.includes("permission denied");
}

function plainErrorsOf(answer: RawAnswer): string {
  return errorsOf(answer, (text) => text);
}
