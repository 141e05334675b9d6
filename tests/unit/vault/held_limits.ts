/** Time limits of requests that pass when a test says so, however long the test takes. */

export interface HeldLimits extends Disposable {
  /** Milliseconds of each limit since the last call of `pass()`. */
  readonly running: readonly number[];
  /** Lets the limits pass that run now. */
  pass(): void;
}

/** Holds all limits that `AbortSignal.timeout()` sets from now on. */
export function holdLimits(): HeldLimits {
  const { timeout } = AbortSignal;
  const running: number[] = [];
  let ends: (() => void)[] = [];
  AbortSignal.timeout = (milliseconds) => {
    const controller = new AbortController();
    running.push(milliseconds);
    ends.push(() => controller.abort(new DOMException("Signal timed out.", "TimeoutError")));
    return controller.signal;
  };
  return {
    running,
    pass: () => {
      const retryable = ends;
      ends = [];
      running.length = 0;
      retryable.forEach((end) => end());
    },
    [Symbol.dispose]: () => {
      AbortSignal.timeout = timeout;
    },
  };
}
