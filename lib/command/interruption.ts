/**
 * Lets a command end in order at a signal: it begins nothing new, its programs are ended, and what is
 * under way is finished. A second signal ends the process at once.
 */
import { Stop } from "../apply/stop.ts";
import { type EndSignal, receiveEnds, statusOf } from "../host/end_signals.ts";
import { endCommands } from "../host/run_command.ts";

/** A signal ended the command before it was done. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  readonly status: number;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Receives signals until it is disposed of. Not while a person is asked: that blocks all else. */
export class Interruption implements Disposable {
  readonly stop = new Stop();
  readonly #received: Disposable;
  #first: EndSignal | undefined;

  constructor() {
    this.#received = receiveEnds((signal) => {
      const why = `${signal} was received`;
      const isSecond = this.#first !== undefined;
      endCommands(why, isSecond ? "KILL" : "TERM");
      if (isSecond) Deno.exit(statusOf(signal));
      this.#first = signal;
      this.stop.order({ why, hurry: true });
    });
  }

  /** The exit status if a signal came: 128 and its number. */
  get status(): number | undefined {
    return this.#first && statusOf(this.#first);
  }

  /** Lets signals arrive between two steps that do not wait for anything. */
  async look(): Promise<string | undefined> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    return this.stop.why;
  }

  [Symbol.dispose](): void {
    this.#received[Symbol.dispose]();
  }
}
