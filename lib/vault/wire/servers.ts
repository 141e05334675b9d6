/**
 * The servers of one Vault. A request goes to the server that answered last. If that one cannot be
 * reached or is not ready, the next one is tried, and after a pause all are tried again. A refusal
 * counts for all servers.
 */
import type { ServerAccess } from "../access/server_access.ts";
import { VaultError } from "../errors.ts";
import { type Clean, errorsOf, notReady } from "./answer.ts";
import { type Answered, type Call, Connections } from "./connections.ts";

/** The clock, replaceable in tests. */
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

/** Why one server gave no usable answer. */
interface ServerFailure {
  readonly error: VaultError;
  /** The request may succeed later. */
  readonly retryable: boolean;
  /** The server may answer other requests, so it does not count as down. */
  readonly reachable: boolean;
  /** Milliseconds that the server asked to wait. */
  readonly wait: number;
}

/** A server counts as down for this run after this many unanswered requests. */
const MAX_UNANSWERED = 3;

/** Too many requests, no server behind the proxy, sealed or standby, proxy timeout. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export class Servers {
  readonly #access: ServerAccess;
  readonly #clock: Clock;
  readonly #clean: Clean;
  readonly #connections: Connections;
  /** Unanswered requests to each address since its last answer. */
  readonly #unanswered = new Map<string, number>();
  #current = 0;
  #gone: VaultError | undefined;

  /** @param clean Removes secrets from a server's text. */
  constructor(access: ServerAccess, clean: Clean, clock: Clock = CLOCK) {
    this.#access = access;
    this.#clean = clean;
    this.#clock = clock;
    this.#connections = new Connections(access, clean);
  }

  /** Throws VaultError if no server answers in time. Once all are down, it throws at once. */
  async send(call: Call): Promise<Answered> {
    const deadline = this.#clock.now() + this.#access.limits.answer;
    for (let round = 0;; round++) {
      if (this.#gone !== undefined) throw this.#gone;
      const result = await this.#sendRound(call, deadline);
      if ("answer" in result) return result;
      const wait = this.#pauseAfter(round, result, deadline);
      if (wait === undefined) throw this.#giveUp(result);
      await this.#clock.pause(wait);
    }
  }

  /**
   * Sends once, without repetition and within the limit of a connection, even if all servers are
   * down.
   */
  async sendOnce(call: Call): Promise<void> {
    await this.#sendRound(call, this.#clock.now() + this.#access.limits.connect);
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  /**
   * Asks each server once, beginning with the one that answered last. Each has its share of the
   * time.
   */
  async #sendRound(call: Call, deadline: number): Promise<Answered | readonly ServerFailure[]> {
    const { addresses } = this.#access;
    const first = this.#current;
    const failures: ServerFailure[] = [];
    for (const step of addresses.keys()) {
      const at = (first + step) % addresses.length;
      const left = Math.max(1, deadline - this.#clock.now());
      const limit = Math.ceil(left / (addresses.length - step));
      const result = await this.#sendTo(addresses[at] as string, call, limit);
      if ("answer" in result) {
        this.#current = at;
        return result;
      }
      failures.push(result);
      // After a timeout the next request tries this server last.
      if (isTimeout(result.error)) this.#current = (at + 1) % addresses.length;
    }
    return failures;
  }

  async #sendTo(address: string, call: Call, limit: number): Promise<Answered | ServerFailure> {
    try {
      const answered = await this.#connections.exchange(address, call, limit);
      this.#unanswered.delete(address);
      return RETRYABLE.has(answered.answer.status) ? this.#retryable(answered) : answered;
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      const times = (this.#unanswered.get(address) ?? 0) + (isTimeout(error) ? 1 : MAX_UNANSWERED);
      this.#unanswered.set(address, times);
      // A server that accepts requests and never answers costs its whole share of the time.
      return { error, retryable: error.retryable, reachable: times < MAX_UNANSWERED, wait: 0 };
    }
  }

  #retryable({ address, answer }: Answered): ServerFailure {
    const wait = readRetryAfter(answer.retryAfter, new Date(this.#clock.now()));
    const { status } = answer;
    const said = errorsOf(answer, this.#clean);
    const error = status === 503 ? notReady(address, status) : new VaultError(
      status === 429
        ? `"${address}" limits the rate of requests (429: ${said}); its rate limit quota may be ` +
          "too low"
        : `"${address}" cannot be reached behind its proxy (${status}: ${said})`,
      { status },
    );
    return { error, retryable: true, reachable: status === 429, wait };
  }

  /** Milliseconds until the next round, or undefined if there is none. */
  #pauseAfter(
    round: number,
    failures: readonly ServerFailure[],
    deadline: number,
  ): number | undefined {
    const waits = failures.filter(({ retryable }) => retryable).map(({ wait }) => wait);
    if (waits.length === 0 || round >= this.#access.retries) return undefined;
    const left = deadline - this.#clock.now();
    const random = this.#clock.random();
    // The longest wait that a server asked for if there is time for it, otherwise the shortest.
    return [Math.max(...waits), Math.min(...waits)]
      .map((least) => backOff(round, random, least))
      .find((wait) => wait < left);
  }

  /**
   * The error if no server answered. If all are down, it is the error of all later requests too.
   */
  #giveUp(failures: readonly ServerFailure[]): VaultError {
    const [first, ...others] = failures;
    const error = others.length === 0 && first !== undefined ? first.error : new VaultError(
      `None of the ${failures.length} addresses can be used: ${
        failures.map(({ error }) => error.message).join("; ")
      }`,
    );
    if (failures.every(({ reachable }) => !reachable)) this.#gone ??= error;
    return this.#gone ?? error;
  }
}

/** `AbortSignal.timeout()` throws this. */
function isTimeout({ cause }: VaultError): boolean {
  return cause instanceof DOMException && cause.name === "TimeoutError";
}

/**
 * Milliseconds: the upper limit of the first wait. Each further limit is twice the last, up to
 * LONGEST.
 */
const FIRST = 500;
const LONGEST = 10_000;

/**
 * Exponential back-off with full jitter, so that hosts that failed at the same time do not return
 * at the same time (AWS Architecture Blog, "Exponential Backoff And Jitter").
 *
 * @param round Failed rounds before this wait, from 0 on.
 * @param random From 0 to 1.
 * @param least Milliseconds that the server asked for.
 */
export function backOff(round: number, random: number, least = 0): number {
  return least + random * Math.min(LONGEST, FIRST * 2 ** round);
}

/** Milliseconds of a `Retry-After` header: seconds, or a date (RFC 9110, 10.2.3). */
export function readRetryAfter(header: string | undefined, now: Date): number {
  if (header === undefined) return 0;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now.getTime());
}
