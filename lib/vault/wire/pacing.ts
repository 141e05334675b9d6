/**
 * The pace of a run's requests. A server that answers 429 is not asked before the time that it
 * names, and half as many requests are in flight from then on. Each full round of answers allows
 * one more.
 */
import { backOff } from "./back_off.ts";
import type { Clock } from "./clock.ts";
import type { ServerFailure } from "./server_failure.ts";

/** An address that limits the rate of requests. */
interface Limited {
  readonly failure: ServerFailure;
  readonly until: number;
  /** How often it said so since its last answer. */
  readonly times: number;
}

/**
 * If the server names no time, as OpenBao does by default (`enable_rate_limit_response_headers`),
 * it is asked about 6 times in the first second, because most quotas are for a second. Then the
 * waits double.
 */
const LEAST = 100;
const PATIENT = 5;

export class Pacing {
  readonly #clock: Clock;
  readonly #limited = new Map<string, Limited>();
  readonly #queue: (() => void)[] = [];
  /** How many requests may be in flight. */
  #limit = Infinity;
  #inFlight = 0;
  /** Answers since the limit changed. */
  #answers = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits until one more request may be in flight. Disposing the answer ends it. */
  async admit(): Promise<Disposable> {
    while (this.#inFlight >= this.#limit) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    this.#inFlight++;
    return {
      [Symbol.dispose]: () => {
        this.#inFlight--;
        this.#queue.shift()?.();
      },
    };
  }

  /** Records a 429. */
  slowDown(address: string, failure: ServerFailure): void {
    const { times = 0 } = this.#limited.get(address) ?? {};
    const limited = this.limitOf(address);
    // Requests that were in flight together are refused together, which counts once.
    if (limited === undefined) {
      this.#limit = Math.max(1, Math.floor(Math.min(this.#limit, this.#inFlight) / 2));
      this.#answers = 0;
    } else if (failure.wait === 0) {
      return;
    }
    const { wait } = failure;
    const random = this.#clock.random();
    const pause = wait === 0
      ? backOff(times - PATIENT, random, LEAST)
      : wait + random * Math.min(1000, wait / 10);
    const until = Math.max(this.#clock.now() + pause, limited?.until ?? 0);
    this.#limited.set(address, { failure, until, times: times + 1 });
  }

  /** Records any other answer. */
  answered(address: string): void {
    this.#limited.delete(address);
    if (++this.#answers < this.#limit) return;
    this.#answers = 0;
    this.#limit++;
    this.#queue.shift()?.();
  }

  /** Undefined if the address may be asked now. */
  limitOf(address: string): Limited | undefined {
    const limited = this.#limited.get(address);
    return limited !== undefined && limited.until > this.#clock.now() ? limited : undefined;
  }

  /** When the first of these addresses may be asked. */
  opensAt(addresses: readonly string[]): number {
    return Math.min(...addresses.map((address) => this.limitOf(address)?.until ?? 0));
  }
}
