/** A login at one server: what is logged in to is what answers all later calls. */
import type { Credentials, VaultAccess } from "./access.ts";
import { errorsOf, notReady, parseObject, readAnswer, type VaultAnswer } from "./answer.ts";
import { VaultError } from "./errors.ts";
import { plainLine } from "./plain_line.ts";
import {
  explainFailure,
  type HttpRequest,
  openTransport,
  probe,
  type RawAnswer,
  type Transport,
} from "./transport.ts";

export interface VaultSession {
  readonly address: string;
  /** Writes to an API path such as `pki/issue/web`. Throws VaultError. */
  write(path: string, body: Readonly<Record<string, unknown>>): Promise<VaultAnswer>;
  /** Gives up a token that was got by logging in; one that we were given is left alone. */
  close(): Promise<void>;
}

/**
 * Logs in at the first address that can be reached and is in working order.
 *
 * Throws VaultError: of the last address where none can be used, at once where a login is refused.
 */
export async function openSession(access: VaultAccess): Promise<VaultSession> {
  let last: unknown;
  for (const address of access.addresses) {
    const transport = await openTransport(access, address);
    const session = new Session(address, access, transport);
    try {
      await session.open(access.addresses.length > 1);
      return session;
    } catch (error) {
      transport.close();
      last = error;
      if (error instanceof VaultError && isFinal(error)) break;
    }
  }
  throw last;
}

/** A server that says no to us is the right one; another would say the same. */
function isFinal({ status }: VaultError): boolean {
  return status !== undefined && status >= 400 && status < 500;
}

/** So many requests in a row without an answer, and the server counts as gone for this run. */
const PATIENCE = 3;

class Session implements VaultSession {
  readonly address: string;
  readonly #access: VaultAccess;
  readonly #transport: Transport;
  #token = "";
  #ownToken = false;
  #unanswered = 0;
  #gone: VaultError | undefined;

  constructor(address: string, access: VaultAccess, transport: Transport) {
    this.address = address;
    this.#access = access;
    this.#transport = transport;
  }

  /** @param choose Other addresses can be tried, so learn now whether this one works. */
  async open(choose: boolean): Promise<void> {
    if (!this.#access.proxied) await probe(this.address, this.#access.limits);
    const { credentials } = this.#access;
    if (credentials.kind === "token") {
      this.#token = credentials.token;
      if (choose) await this.#requireWorkingOrder();
      return;
    }
    this.#token = await this.#logIn(credentials);
    this.#ownToken = true;
  }

  readonly #clean = (text: string) => {
    const { credentials } = this.#access;
    const ids = credentials.kind === "approle" ? [credentials.secretId, credentials.roleId] : [];
    return plainLine(text, [this.#token, ...ids]);
  };

  async write(path: string, body: Readonly<Record<string, unknown>>): Promise<VaultAnswer> {
    return readAnswer(this.address, path, await this.#send("POST", path, body), this.#clean);
  }

  async close(): Promise<void> {
    try {
      // Batch tokens cannot be revoked (400), and an unreachable server forgets the token in time.
      if (this.#ownToken) await this.#send("POST", "auth/token/revoke-self", {});
    } catch {
      return;
    } finally {
      this.#transport.close();
    }
  }

  /** `GET sys/health` answers 200 active, 429 and 473 standby, which forwards (Vault API). */
  async #requireWorkingOrder(): Promise<void> {
    const { status } = await this.#send("GET", "sys/health");
    if (![200, 429, 473].includes(status)) throw notReady(this.address, 503);
  }

  async #logIn(credentials: Credentials & { kind: "approle" }): Promise<string> {
    const path = "auth/approle/login";
    const answer = await this.#send("POST", path, {
      role_id: credentials.roleId,
      secret_id: credentials.secretId,
    });
    const isRefusal = answer.status === 400 || answer.status === 403;
    if (isRefusal && parseObject(answer.body)?.["errors"] !== undefined) {
      throw new VaultError(
        `"${this.address}" refused the AppRole of ${credentials.from} (${answer.status}: ${
          errorsOf(answer, this.#clean)
        }); check both, and whether the secret id has expired`,
        { status: answer.status },
      );
    }
    const token = readAnswer(this.address, path, answer, this.#clean).auth["client_token"];
    if (typeof token !== "string" || token === "") {
      throw new VaultError(`"${this.address}" logged us in but gave no token`);
    }
    return token;
  }

  async #send(
    method: HttpRequest["method"],
    path: string,
    body?: Readonly<Record<string, unknown>>,
  ): Promise<RawAnswer> {
    const { namespace } = this.#access;
    const headers = {
      "content-type": "application/json",
      "x-vault-request": "true",
      ...(this.#token === "" ? {} : { "x-vault-token": this.#token }),
      ...(namespace === undefined ? {} : { "x-vault-namespace": namespace }),
    };
    if (this.#gone !== undefined) throw this.#gone;
    const url = `${this.address}/v1/${path.split("/").map(encodeURIComponent).join("/")}`;
    try {
      const answer = await this.#transport.send({
        method,
        url,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      this.#unanswered = 0;
      return answer;
    } catch (error) {
      const failure = explainFailure(this.address, error, this.#access.limits);
      if (++this.#unanswered >= PATIENCE) this.#gone = failure;
      throw failure;
    }
  }
}
