import { errorCode } from "../text/plain_cause.ts";

/** Milliseconds between two attempts. */
const PAUSE = 10;

/**
 * Repeats a call on standard input or output until it does not fail with EAGAIN. The runtime makes a
 * terminal non-blocking if this user may not open it again, for example after su(1).
 */
export function whenReady<T>(call: () => T): T {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (errorCode(error) !== "EAGAIN") throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
  }
}
