/** Requests to single servers by their address, with the one redirect that may be followed. */
import type { VaultAccess } from "./access.ts";
import type { Clean } from "./answer.ts";
import { explainFailure } from "./explain_failure.ts";
import { findRedirect, redirectsAgain } from "./redirect.ts";
import {
  type HttpRequest,
  openTransport,
  probe,
  type RawAnswer,
  type Transport,
} from "./transport.ts";

/** A request by its API path, `pki/issue/web`. */
export interface Call {
  readonly method: HttpRequest["method"];
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answered {
  /** Base address of the server that answered. */
  readonly address: string;
  readonly answer: RawAnswer;
}

export class Connections {
  readonly #access: VaultAccess;
  readonly #clean: Clean;
  readonly #transports = new Map<string, Promise<Transport>>();

  constructor(access: VaultAccess, clean: Clean) {
    this.#access = access;
    this.#clean = clean;
  }

  /**
   * One request, and a second where the first is redirected to a server that may have it.
   *
   * @param limit Milliseconds for each of the two.
   *
   * Throws VaultError, in the words of the server that failed.
   */
  async exchange(address: string, call: Call, limit: number): Promise<Answered> {
    const url = `${address}/v1/${call.path.split("/").map(encodeURIComponent).join("/")}`;
    const answer = await this.#request(address, url, call, limit);
    const target = findRedirect(url, answer, this.#access, this.#clean);
    if (target === undefined) return { address, answer };
    const second = await this.#request(target.origin, target.url, call, limit);
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
    const request = { method, url, headers, ...(body === undefined ? {} : { body }) };
    try {
      const transport = await this.#transportTo(address);
      return await transport.send(request, limit);
    } catch (error) {
      const { limits, proxied } = this.#access;
      throw explainFailure(address, error, { ...limits, answer: limit }, proxied);
    }
  }

  /** Connects once to each server, to learn in plain words whether it is there. */
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
    const transport = await openTransport(this.#access, address);
    try {
      if (!this.#access.proxied) await probe(address, this.#access.limits);
      return transport;
    } catch (error) {
      transport.close();
      throw error;
    }
  }
}
