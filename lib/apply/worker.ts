/**
 * Carries a plan out in a thread of its own, which holds the rights of this plan and no others. One
 * order comes in; events go out, and a last message when all is done.
 */
import { apply, type ApplyOrder } from "./apply.ts";
import type { ApplyEvent } from "./events.ts";

/** What comes out of the thread. */
export type WorkerMessage =
  | { readonly kind: "event"; readonly event: ApplyEvent }
  | { readonly kind: "done" };

/** The thread's side of the channel; the types that are at hand are those of the main thread. */
interface Channel {
  onmessage: ((message: MessageEvent<ApplyOrder>) => void) | null;
  postMessage(message: WorkerMessage): void;
}

const channel = globalThis as unknown as Channel;

channel.onmessage = async ({ data }) => {
  await apply(data, (event) => channel.postMessage({ kind: "event", event }));
  channel.postMessage({ kind: "done" });
};
