/**
 * The servers that are one Vault: a request goes to the one that answered last, on to the next where
 * that cannot be reached or cannot work now, and round again after a while. What was refused is
 * refused by all.
 */
import type { ServerAccess } from "../access/server_access.ts";
import { VaultError } from "../errors.ts";
import { type Clean, errorsOf, notReady } from "./answer.ts";
import { type Answered, type Call, Connections } from "./connections.ts";

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
  readonly retryable: boolean;
  /** It may answer others, so that it does not count as down. */
  readonly there: boolean;
  /** Milliseconds that the server asked to wait. */
  readonly wait: number;
}

/** So many requests without an answer, and a server counts as down for this run. */
const PATIENCE = 3;

/** Too many requests; a proxy before the server found none; sealed, standby, or no server behind. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export class Servers {
  readonly #access: ServerAccess;
  readonly #clock: Clock;
  readonly #clean: Clean;
  readonly #connections: Connections;
  /** Requests to each address without an answer since its last one. */
  readonly #unanswered = new Map<string, number>();
  #current = 0;
  #gone: VaultError | undefined;

  /** @param clean Takes secrets out of a server's text. */
  constructor(access: ServerAccess, clean: Clean, clock: Clock = CLOCK) {
    this.#access = access;
    this.#clean = clean;
    this.#clock = clock;
    this.#connections = new Connections(access, clean);
  }

  /** Throws VaultError where no server answers in time; once all are down, at once. */
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

  /** The same without repetition and in the time of a connection, also once all are down. */
  async sendOnce(call: Call): Promise<void> {
    await this.#sendRound(call, this.#clock.now() + this.#access.limits.connect);
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  /** Asks each server once, beginning with the one that answered last; each has its share of time. */
  async #sendRound(call: Call, deadline: number): Promise<Answered | readonly Setback[]> {
    const { addresses } = this.#access;
    const first = this.#current;
    const setbacks: Setback[] = [];
    for (const step of addresses.keys()) {
      const at = (first + step) % addresses.length;
      const left = Math.max(1, deadline - this.#clock.now());
      const limit = Math.ceil(left / (addresses.length - step));
      const result = await this.#sendTo(addresses[at] as string, call, limit);
      if ("answer" in result) {
        this.#current = at;
        return result;
      }
      setbacks.push(result);
      // Of what takes long, the next request asks last.
      if (isTimeout(result.error)) this.#current = (at + 1) % addresses.length;
    }
    return setbacks;
  }

  async #sendTo(address: string, call: Call, limit: number): Promise<Answered | Setback> {
    try {
      const answered = await this.#connections.exchange(address, call, limit);
      this.#unanswered.delete(address);
      return RETRYABLE.has(answered.answer.status) ? this.#retryable(answered) : answered;
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      const times = (this.#unanswered.get(address) ?? 0) + (isTimeout(error) ? 1 : PATIENCE);
      this.#unanswered.set(address, times);
      // One that takes requests and never answers costs its whole share of time each time.
      return { error, retryable: error.retryable, there: times < PATIENCE, wait: 0 };
    }
  }

  #retryable({ address, answer }: Answered): Setback {
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
    return { error, retryable: true, there: status === 429, wait };
  }

  /** Milliseconds until the next round; undefined where there is to be none. */
  #pauseAfter(round: number, setbacks: readonly Setback[], deadline: number): number | undefined {
    const waits = setbacks.filter(({ retryable }) => retryable).map(({ wait }) => wait);
    if (waits.length === 0 || round >= this.#access.retries) return undefined;
    const left = deadline - this.#clock.now();
    const random = this.#clock.random();
    // As long as each server asked, where there is time for it, or for one of them.
    return [Math.max(...waits), Math.min(...waits)]
      .map((least) => backOff(round, random, least))
      .find((wait) => wait < left);
  }

  /** What is said where no server answered; where all are down, to all who ask from now on. */
  #giveUp(setbacks: readonly Setback[]): VaultError {
    const [first, ...others] = setbacks;
    const error = others.length === 0 && first !== undefined ? first.error : new VaultError(
      `None of the ${setbacks.length} addresses can be used: ${
        setbacks.map(({ error }) => error.message).join("; ")
      }`,
    );
    if (setbacks.every(({ there }) => !there)) this.#gone ??= error;
    return this.#gone ?? error;
  }
}

/** The time limit ended it; `AbortSignal.timeout()` throws this. */
function isTimeout({ cause }: VaultError): boolean {
  return cause instanceof DOMException && cause.name === "TimeoutError";
}

/** Milliseconds: the first wait is at most this long, each further one at most twice the last. */
const FIRST = 500;
const LONGEST = 10_000;

/**
 * Exponential back-off with full jitter, so that hosts which failed together do not come back
 * together (AWS Architecture Blog, "Exponential Backoff And Jitter").
 *
 * @param round Rounds that failed before this wait, from 0 on.
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
