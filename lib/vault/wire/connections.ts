/** Requests to single servers, with at most one redirect. */
import type { ServerAccess } from "../access/server_access.ts";
import type { Clean } from "./answer.ts";
import { VaultError } from "../errors.ts";
import { explainFailure } from "./explain_failure.ts";
import { afterRedirect, findRedirect, redirectsAgain } from "./redirect.ts";
import {
  type HttpRequest,
  isProxied,
  openTransport,
  probe,
  type RawAnswer,
  type Transport,
} from "./transport.ts";

/** A request by its API path, `pki/issue/web`. */
export interface Call extends Omit<HttpRequest, "url"> {
  readonly path: string;
  /** Set if each repetition can do harm on the server. */
  readonly unsafe?: Unsafe | undefined;
}

/** A request whose effect is lost with its answer. */
export interface Unsafe {
  /** How often it may be repeated after its answer was lost. */
  readonly repeats: number;
  /** What the server may have done: "issued a certificate". */
  readonly effect: string;
}

export interface Answered {
  /** Base address of the server that answered. */
  readonly address: string;
  readonly answer: RawAnswer;
}

export class Connections {
  readonly #access: ServerAccess;
  readonly #clean: Clean;
  readonly #transports = new Map<string, Promise<Transport>>();

  constructor(access: ServerAccess, clean: Clean) {
    this.#access = access;
    this.#clean = clean;
  }

  /**
   * Sends a request, and follows one redirect to a known server.
   *
   * @param limit Milliseconds for both together.
   *
   * Throws VaultError about the server that failed.
   */
  async exchange(address: string, call: Call, limit: number): Promise<Answered> {
    const url = `${address}/v1/${call.path.split("/").map(encodeURIComponent).join("/")}`;
    const until = Date.now() + limit;
    const answer = await this.#request(address, url, call, limit);
    const target = findRedirect(url, answer, this.#access, this.#clean);
    if (target === undefined) return { address, answer };
    const left = Math.max(1, until - Date.now());
    const second = await this.#request(target.origin, target.url, call, left).catch((error) => {
      throw afterRedirect(address, target.origin, error);
    });
    if (second.status >= 300 && second.status < 400) {
      throw redirectsAgain(target.origin, second, this.#clean);
    }
    return { address: target.origin, answer: second };
  }

  async close(): Promise<void> {
    for (const opening of this.#transports.values()) {
      await opening.then((transport) => transport.close(), () => {});
    }
  }

  async #request(address: string, url: string, call: Call, limit: number): Promise<RawAnswer> {
    const { method, headers, body } = call;
    const until = Date.now() + limit;
    try {
      const transport = await this.#transportTo(address);
      return await transport.send({ method, url, headers, body }, Math.max(1, until - Date.now()));
    } catch (error) {
      if (error instanceof VaultError) throw error;
      const limits = { ...this.#access.limits, answer: limit };
      throw explainFailure(address, error, limits, isProxied(this.#access, address));
    }
  }

  /** Connects once to each server, to report in plain words that it cannot be reached. */
  async #transportTo(address: string): Promise<Transport> {
    const opening = this.#transports.get(address) ?? this.#open(address);
    this.#transports.set(address, opening);
    try {
      return await opening;
    } catch (error) {
      if (this.#transports.get(address) === opening) this.#transports.delete(address);
      throw error;
    }
  }

  async #open(address: string): Promise<Transport> {
    const { addresses, limits } = this.#access;
    const transport = await openTransport(this.#access, address);
    try {
      // Each address has its share of the time, and connecting is part of it.
      const connect = Math.min(limits.connect, Math.ceil(limits.answer / addresses.length));
      if (!isProxied(this.#access, address)) await probe(address, { ...limits, connect });
      return transport;
    } catch (error) {
      transport.close();
      throw error;
    }
  }
}
