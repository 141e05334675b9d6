/**
 * The order to end a run before all is done. Nothing new is begun; what is under way is finished, or
 * rolled back if no service has validated it.
 */
import { VaultError } from "../vault/errors.ts";

/** Plain data, so that it can be sent to a worker. */
export interface StopOrder {
  /** For messages: `SIGTERM was received`. */
  readonly why: string;
  /** Somebody waits for the end: commands are ended, and waiting for a service or server is cut. */
  readonly hurry: boolean;
}

/** How to end a run early. */
export interface RunEnds {
  readonly stop: (order: StopOrder) => void;
  /** Kills all commands of the run, which must get `stop` first. */
  readonly killCommands: (why: string) => Promise<void>;
}

/** Milliseconds for a request that is under way when the run has to hurry: its answer may be a certificate. */
const GRACE = 10_000;

export class Stop {
  readonly #begun = new AbortController();
  readonly #hurried = new AbortController();
  #why: string | undefined;

  order({ why, hurry }: StopOrder): void {
    this.#why ??= why;
    this.#begun.abort();
    if (hurry) this.#hurried.abort();
  }

  /** Why nothing new may begin; undefined if it may. */
  get why(): string | undefined {
    return this.#why;
  }

  /** Aborted when the run has to hurry. */
  get hurried(): AbortSignal {
    return this.#hurried.signal;
  }

  /** A pause between two tries of a request. Throws VaultError if there must be no further try. */
  async pause(milliseconds: number): Promise<void> {
    await pause(milliseconds, this.#begun.signal);
    if (this.#why !== undefined) throw new VaultError(notRepeated(this.#why));
  }

  /** The answer to a request. Throws VaultError if it takes too long when the run has to hurry. */
  async answerTo<T>(request: Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const start = () => {
      timer = setTimeout(() => reject(new VaultError(unanswered(this.#why))), GRACE);
    };
    if (this.hurried.aborted) start();
    else this.hurried.addEventListener("abort", start);
    try {
      return await Promise.race([request, late]);
    } finally {
      clearTimeout(timer);
      this.hurried.removeEventListener("abort", start);
    }
  }
}

/** Waits, but no longer than until the signal. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  const timer = setTimeout(end, milliseconds);
  signal.addEventListener("abort", end);
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
}

/** Of a step that is left for the next run. */
export function notBegun(why: string): string {
  return `not begun, because ${why}; the next run does it`;
}

function notRepeated(why: string): string {
  return `the request failed and was not repeated, because ${why}`;
}

function unanswered(why = ""): string {
  return `no answer within ${GRACE / 1000} s after ${why}`;
}
