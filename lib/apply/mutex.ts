/** Mutual exclusion inside a run. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** Waits for the mutex. Disposing the answer releases it. */
  async take(): Promise<Disposable> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = promise;
    await before;
    return { [Symbol.dispose]: () => resolve() };
  }
}
