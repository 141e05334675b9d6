/**
 * The servers of one Vault. A request goes to the server that answered last. If that one cannot be
 * reached or cannot work now, the next one is tried, and after a pause all are tried again, for as
 * long as one request may take. A refusal counts for all servers.
 */
import type { ServerAccess } from "../access/server_access.ts";
import { VaultError } from "../errors.ts";
import type { Clean } from "./answer.ts";
import { backOff } from "./back_off.ts";
import { CLOCK, type Clock } from "./clock.ts";
import { type Answered, type Call, Connections } from "./connections.ts";
import { awaitSign } from "./last_try.ts";
import { Pacing } from "./pacing.ts";
import { findFailure, isTimeout, type ServerFailure } from "./server_failure.ts";

/** A server counts as down after this many requests without an answer, if no other got one. */
const MAX_UNANSWERED = 3;

/** One request, with all its repetitions. */
interface Sending {
  readonly call: Call;
  /** Answers to all requests of the run, before this one began. */
  readonly answersBefore: number;
  deadline: number;
  /** How many answers to it were lost. */
  lost: number;
}

/** A round in which no server gave a usable answer. */
interface FailedRound {
  readonly failures: readonly ServerFailure[];
  /** Set if the request must not be repeated. */
  readonly end?: "lost" | "limited" | undefined;
}

export class Servers {
  readonly #access: ServerAccess;
  readonly #clock: Clock;
  readonly #clean: Clean;
  readonly #connections: Connections;
  readonly #pacing: Pacing;
  /** Unanswered requests to each address since its last answer. */
  readonly #unanswered = new Map<string, number>();
  #answers = 0;
  /** When the last request was sent that got an answer. */
  #lastAnswered = 0;
  /** For each path, the number of its last answer. */
  readonly #lastAnswers = new Map<string, number>();
  /** Paths for which no request was answered for as long as one may take: one try each is left. */
  readonly #hopeless = new Set<string>();
  #current = 0;
  #gone: VaultError | undefined;

  /** @param clean Removes secrets from a server's text. */
  constructor(access: ServerAccess, clean: Clean, clock: Clock = CLOCK) {
    this.#access = access;
    this.#clean = clean;
    this.#clock = clock;
    this.#connections = new Connections(access, clean);
    this.#pacing = new Pacing(clock);
  }

  /** Throws VaultError if no server answers in time. Once all are down, it throws at once. */
  async send(call: Call): Promise<Answered> {
    const sending = this.#begin(call, this.#access.limits.answer);
    for (let round = 0;;) {
      const { lost } = sending;
      const result = await this.#sendInTurn(sending);
      if ("answer" in result) return result;
      const wait = this.#pauseAfter(round, result, sending);
      if (wait === undefined) throw this.#giveUp(round, result, sending);
      // A rate limit is no failed try. The next round waits for it.
      if (isLimited(result)) continue;
      round++;
      if (call.unsafe === undefined || sending.lost === lost) await this.#clock.pause(wait);
      else await awaitSign(this.#clock, () => this.#lastAnswered, wait, sending.deadline);
    }
  }

  /**
   * Sends once, without repetition and within the limit of a connection, even if all servers are
   * down.
   */
  async sendOnce(call: Call): Promise<void> {
    await this.#sendRound(this.#begin(call, this.#access.limits.connect));
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  #begin(call: Call, limit: number): Sending {
    return { call, answersBefore: this.#answers, deadline: this.#clock.now() + limit, lost: 0 };
  }

  async #sendInTurn(sending: Sending): Promise<Answered | FailedRound> {
    const [since, answers] = [this.#clock.now(), this.#answers];
    using _turn = await this.#pacing.admit();
    if (this.#gone !== undefined) throw this.#gone;
    // The others' turns take none of this request's time, but they are no reason to wait for ever.
    if (this.#answers > answers) sending.deadline += this.#clock.now() - since;
    return await this.#sendRound(sending);
  }

  /**
   * Asks each server once, beginning with the one that answered last. Each has its share of the
   * time.
   */
  async #sendRound(sending: Sending): Promise<Answered | FailedRound> {
    const { addresses } = this.#access;
    const first = this.#current;
    const failures: ServerFailure[] = [];
    const end = await this.#awaitLimits(sending);
    for (const step of addresses.keys()) {
      const at = (first + step) % addresses.length;
      const address = addresses[at] as string;
      const limited = this.#pacing.limitOf(address);
      if (limited !== undefined) {
        failures.push(limited.failure);
        continue;
      }
      const left = Math.max(1, sending.deadline - this.#clock.now());
      const result = await this.#sendTo(
        address,
        sending,
        Math.ceil(left / (addresses.length - step)),
      );
      if ("answer" in result) {
        this.#current = at;
        return result;
      }
      failures.push(result);
      // After a timeout the next request tries this server last.
      if (isTimeout(result.error)) this.#current = (at + 1) % addresses.length;
      if (sending.lost > (sending.call.unsafe?.repeats ?? Infinity)) {
        return { failures, end: "lost" };
      }
    }
    return { failures, end };
  }

  /** If all servers limit the rate, waits for the first one, unless that takes too long. */
  async #awaitLimits({ deadline }: Sending): Promise<"limited" | undefined> {
    for (;;) {
      const now = this.#clock.now();
      const until = this.#pacing.opensAt(this.#access.addresses);
      if (until <= now) return undefined;
      if (until >= deadline) return "limited";
      await this.#clock.pause(until - now);
    }
  }

  async #sendTo(
    address: string,
    sending: Sending,
    limit: number,
  ): Promise<Answered | ServerFailure> {
    const { path } = sending.call;
    const sent = this.#clock.now();
    try {
      const answered = await this.#connections.exchange(address, sending.call, limit);
      this.#unanswered.delete(address);
      const now = new Date(this.#clock.now());
      const failure = findFailure(answered.address, path, answered.answer, this.#clean, now);
      if (failure === undefined) {
        this.#lastAnswers.set(path, ++this.#answers);
        this.#lastAnswered = Math.max(this.#lastAnswered, sent);
        this.#hopeless.delete(path);
        this.#pacing.answered(address);
        return answered;
      }
      if (failure.limited) this.#pacing.slowDown(address, failure);
      if (failure.error.lost) sending.lost++;
      return failure;
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      if (error.lost) sending.lost++;
      const times = (this.#unanswered.get(address) ?? 0) + (isTimeout(error) ? 1 : 0);
      this.#unanswered.set(address, times);
      const down = !error.lost || times >= MAX_UNANSWERED;
      return { error, retryable: error.retryable, down, limited: false, wait: 0 };
    }
  }

  /** Milliseconds until the next round, or undefined if there is none. */
  #pauseAfter(
    round: number,
    result: FailedRound,
    { call, deadline }: Sending,
  ): number | undefined {
    if (result.end !== undefined || this.#hopeless.has(call.path)) return undefined;
    if (isLimited(result)) return 0;
    const waits = result.failures.filter(({ retryable }) => retryable).map(({ wait }) => wait);
    if (waits.length === 0 || round >= this.#access.retries) return undefined;
    const left = deadline - this.#clock.now();
    const random = this.#clock.random();
    // The longest wait that a server asked for if there is time for it, otherwise the shortest.
    return [Math.max(...waits), Math.min(...waits)]
      .map((least) => backOff(round, random, least))
      .find((wait) => wait < left);
  }

  /**
   * The error if no server answered. If all are down for everyone, it is the error of all later
   * requests too.
   */
  #giveUp(round: number, { failures, end }: FailedRound, sending: Sending): VaultError {
    const { call: { path, unsafe }, answersBefore, lost } = sending;
    const error = summarize(failures, lost > 0, end === "lost" ? unsafe?.effect : undefined);
    if (end === "lost") {
      if (this.#answers === answersBefore) this.#hopeless.add(path);
      return error;
    }
    if (failures.every(({ down }) => down) && this.#answers === answersBefore) {
      return this.#gone ??= error;
    }
    const noTime = end === "limited" ||
      (round < this.#access.retries && failures.some(({ retryable }) => retryable));
    if (noTime && (this.#lastAnswers.get(path) ?? 0) <= answersBefore) this.#hopeless.add(path);
    return this.#gone ?? error;
  }
}

function isLimited({ failures }: FailedRound): boolean {
  return failures.every(({ limited }) => limited);
}

/** @param effect What the server may have done, if that is why the request is not repeated. */
function summarize(
  failures: readonly ServerFailure[],
  lost: boolean,
  effect: string | undefined,
): VaultError {
  const [first, ...others] = failures;
  if (first !== undefined && others.length === 0 && first.error.lost === lost && !effect) {
    return first.error;
  }
  const messages = failures.map(({ error }) => error.message).join("; ");
  const all = others.length === 0
    ? messages
    : `None of the ${failures.length} addresses can be used: ${messages}`;
  return new VaultError(
    effect === undefined
      ? all
      : `${all}; the server may have ${effect}, so VCM does not ask again in this run`,
    { lost },
  );
}
