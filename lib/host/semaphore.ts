/** Lets at most so many go on at one time, in the order in which they came. */
export class Semaphore {
  #free: number;
  readonly #queue: (() => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }

  /** Waits for a place. Disposing the answer gives it to the next one. */
  async take(): Promise<Disposable> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
    return {
      [Symbol.dispose]: () => {
        const next = this.#queue.shift();
        if (next === undefined) this.#free++;
        else next();
      },
    };
  }
}
