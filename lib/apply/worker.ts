/**
 * Carries a plan out in a thread of its own, which holds the rights of this plan and no others. An
 * order comes in; events go out, and a message when all is done. Then a second order may come: to
 * write the metrics of what came about.
 */
import { apply, type ApplyInput } from "./apply.ts";
import type { ApplyEvent } from "./events.ts";
import { Writers } from "./writers/writers.ts";
import { type MetricsPlace, writeMetrics } from "./metrics_file.ts";

/** What comes into the thread. */
export type WorkerInput =
  | { readonly kind: "apply"; readonly order: ApplyInput }
  | { readonly kind: "metrics"; readonly place: MetricsPlace; readonly text: string };

/** What comes out of the thread; `problem` is why the metrics could not be written. */
export type WorkerMessage =
  | { readonly kind: "event"; readonly event: ApplyEvent }
  | { readonly kind: "done"; readonly problem?: string };

/** The thread's side of the channel; the types that are at hand are those of the main thread. */
interface Channel {
  onmessage: ((message: MessageEvent<WorkerInput>) => void) | null;
  postMessage(message: WorkerMessage): void;
}

const channel = globalThis as unknown as Channel;

channel.onmessage = async ({ data }) => {
  if (data.kind === "apply") {
    await apply(data.order, (event) => channel.postMessage({ kind: "event", event }));
    channel.postMessage({ kind: "done" });
  } else {
    const writers = new Writers();
    const problem = await writeMetrics(data.place, data.text, writers);
    await writers.close();
    channel.postMessage({ kind: "done", ...(problem !== undefined && { problem }) });
  }
};
