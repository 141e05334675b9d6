/** Errors that no code of a worker caught: the runtime would print their stacks. */
import { messageOf } from "../text/plain_cause.ts";

/** Sent to the main thread when a worker cannot go on. */
export interface StoppedMessage {
  readonly kind: "stopped";
  readonly message: string;
}

/** Reports each such error instead of letting the runtime print it. */
export function reportErrors(post: (message: StoppedMessage) => void): void {
  const report = (event: Event, error: unknown) => {
    event.preventDefault();
    post({ kind: "stopped", message: messageOf(error) });
  };
  globalThis.addEventListener("error", (event) => report(event, event.error));
  globalThis.addEventListener("unhandledrejection", (event) => report(event, event.reason));
}

/** Rejects once one of the workers cannot go on; whoever waits for an answer of one sees it. */
export function failureOf(workers: readonly Worker[]): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  const stop = (message: string) =>
    reject(
      new Error(
        `The run ended early, because a worker stopped: ${message}; to see what is left: vcm plan; ` +
          "to do it: vcm run",
      ),
    );
  for (const worker of workers) {
    worker.addEventListener("message", ({ data }: MessageEvent<{ readonly kind: string }>) => {
      if (data.kind === "stopped") stop((data as StoppedMessage).message);
    });
    worker.addEventListener("error", (error) => {
      error.preventDefault();
      stop(error.message);
    });
  }
  return promise;
}
