/** Lets one at a time do what must not be mixed with the same work of others. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** Waits until the turn comes, which ends with the answer's disposal. */
  async take(): Promise<Disposable> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = promise;
    await before;
    return { [Symbol.dispose]: () => resolve() };
  }
}
