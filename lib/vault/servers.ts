/**
 * The servers that are one Vault: a request goes to the one that answered last, on to the next where
 * that cannot be reached or cannot work now, and round again after a while. What was refused is
 * refused by all.
 */
import type { VaultAccess } from "./access.ts";
import { errorsOf, notReady } from "./answer.ts";
import { backOff, readRetryAfter } from "./back_off.ts";
import { VaultError } from "./errors.ts";
import { explainFailure } from "./explain_failure.ts";
import { findRedirect } from "./redirect.ts";
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

/** Time, as tests can make it pass. */
export interface Clock {
  now(): number;
  /** From 0 to 1. */
  random(): number;
  pause(milliseconds: number): Promise<void>;
}

export const CLOCK: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** Why one server gave no answer that counts. */
interface Setback {
  readonly error: VaultError;
  /** It may be otherwise in a while. */
  readonly passing: boolean;
  /** It is there and will answer others, so that it does not count as down. */
  readonly busy: boolean;
  /** Milliseconds that the server asked to wait. */
  readonly wait: number;
}

/** So many requests without an answer, and the server counts as gone for this run. */
const PATIENCE = 3;

/** Too many requests; a proxy before the server found none; sealed, standby, or no server behind. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export class Servers {
  readonly #access: VaultAccess;
  readonly #clock: Clock;
  readonly #clean: (text: string) => string;
  readonly #transports = new Map<string, Promise<Transport>>();
  /** Requests to each address without an answer since its last one. */
  readonly #unanswered = new Map<string, number>();
  #current = 0;
  #gone: VaultError | undefined;

  /** @param clean Takes secrets out of a server's text. */
  constructor(access: VaultAccess, clean: (text: string) => string, clock: Clock = CLOCK) {
    this.#access = access;
    this.#clean = clean;
    this.#clock = clock;
  }

  /** Throws VaultError where no server answers in time; once all are down, at once. */
  async send(call: Call): Promise<Answered> {
    const deadline = this.#clock.now() + this.#access.limits.answer;
    for (let round = 0;; round++) {
      if (this.#gone !== undefined) throw this.#gone;
      const setbacks: Setback[] = [];
      const answered = await this.#sendRound(call, deadline, setbacks);
      if (answered !== undefined) return answered;
      const passing = setbacks.filter(({ passing }) => passing);
      const asked = Math.min(...passing.map(({ wait }) => wait));
      const wait = backOff(round, this.#clock.random(), asked);
      const late = this.#clock.now() + wait >= deadline;
      if (passing.length === 0 || round >= this.#access.retries || late) {
        throw this.#giveUp(setbacks);
      }
      await this.#clock.pause(wait);
    }
  }

  /** The same without repetition and in the time of a connection, also once all are down. */
  async sendOnce(call: Call): Promise<void> {
    await this.#sendRound(call, this.#clock.now() + this.#access.limits.connect, []);
  }

  async close(): Promise<void> {
    for (const opening of this.#transports.values()) {
      await opening.then((transport) => transport.close(), () => {});
    }
  }

  /** Asks each server once, beginning with the one that answered last. */
  async #sendRound(
    call: Call,
    deadline: number,
    setbacks: Setback[],
  ): Promise<Answered | undefined> {
    const { addresses } = this.#access;
    const first = this.#current;
    for (let step = 0; step < addresses.length; step++) {
      const at = (first + step) % addresses.length;
      const address = addresses[at] as string;
      const result = await this.#sendTo(address, call, deadline);
      if ("answer" in result) {
        this.#current = at;
        return result;
      }
      setbacks.push(result);
      if (isTimeout(result.error)) {
        // It took all the time there was; the next request begins elsewhere.
        this.#current = (at + 1) % addresses.length;
        return undefined;
      }
    }
    return undefined;
  }

  async #sendTo(address: string, call: Call, deadline: number): Promise<Answered | Setback> {
    try {
      const answered = await this.#exchange(address, call, deadline);
      this.#unanswered.delete(address);
      const { answer } = answered;
      return PASSING.has(answer.status) ? this.#passing(answered) : answered;
    } catch (error) {
      const failure = explainFailure(address, error, this.#access.limits);
      if (isTimeout(failure)) this.#countSilence(address, failure);
      return { error: failure, passing: failure.passing, busy: false, wait: 0 };
    }
  }

  /** A server that takes requests and never answers costs the whole time limit each time. */
  #countSilence(address: string, failure: VaultError): void {
    this.#unanswered.set(address, (this.#unanswered.get(address) ?? 0) + 1);
    const gone = (address: string) => (this.#unanswered.get(address) ?? 0) >= PATIENCE;
    if (this.#access.addresses.every(gone)) this.#gone = failure;
  }

  #passing({ address, answer }: Answered): Setback {
    const wait = readRetryAfter(answer.retryAfter, new Date(this.#clock.now()));
    const { status } = answer;
    const said = errorsOf(answer, this.#clean);
    const error = status === 503 ? notReady(address, status) : new VaultError(
      status === 429
        ? `"${address}" is asked too often (429: ${said}); a rate limit quota may be too low`
        : `"${address}" cannot be reached behind its proxy (${status}: ${said})`,
      { status },
    );
    return { error, passing: true, busy: status === 429, wait };
  }

  /** One request, and a second where the first is redirected to a server that may have it. */
  async #exchange(address: string, call: Call, deadline: number): Promise<Answered> {
    const url = `${address}/v1/${call.path.split("/").map(encodeURIComponent).join("/")}`;
    const answer = await this.#request(address, url, call, deadline);
    const target = findRedirect(url, answer, this.#access);
    if (target === undefined) return { address, answer };
    return {
      address: target.origin,
      answer: await this.#request(target.origin, target.url, call, deadline),
    };
  }

  async #request(address: string, url: string, call: Call, deadline: number): Promise<RawAnswer> {
    const transport = await this.#transportTo(address);
    const { method, headers, body } = call;
    const request = { method, url, headers, ...(body === undefined ? {} : { body }) };
    return await transport.send(request, Math.max(1, deadline - this.#clock.now()));
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

  /** What is said where no server answered; where all are down, to all who ask from now on. */
  #giveUp(setbacks: readonly Setback[]): VaultError {
    const [first, ...others] = setbacks;
    const error = others.length === 0 && first !== undefined ? first.error : new VaultError(
      `None of the ${setbacks.length} addresses can be used: ${
        setbacks.map(({ error }) => error.message).join("; ")
      }`,
    );
    const down = setbacks.every(({ busy, error }) => !busy && !isTimeout(error));
    if (down) this.#gone ??= error;
    return this.#gone ?? error;
  }
}

/** The time limit ended it; `AbortSignal.timeout()` throws this. */
function isTimeout({ cause }: VaultError): boolean {
  return cause instanceof DOMException && cause.name === "TimeoutError";
}
