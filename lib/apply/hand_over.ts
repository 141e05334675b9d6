/**
 * Hands a plan over to a thread that holds the rights of this plan and no others. Whoever hands it
 * over keeps none: what is open stays open, such as the lock and the log.
 */
import type { ApplyOrder } from "./apply.ts";
import type { Emit } from "./events.ts";
import type { Rights } from "./rights.ts";
import type { WorkerMessage } from "./worker.ts";

/** In the binary the sources are bundled beside each other, under their names. */
const WORKER = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js";

/**
 * Starts a thread with these rights. Needs the rights itself.
 *
 * @param module URL of what runs in it.
 */
export function startThread({ read, write, net, run }: Rights, module: URL): Worker {
  const permissions = {
    read: [...read],
    write: [...write],
    net: [...net],
    run: [...run],
    env: false,
    sys: false,
    ffi: false,
    import: false,
  };
  return new Worker(module.href, { type: "module", deno: { permissions } });
}

/**
 * @param giveUp Is called once the thread is there, and before it is given the order.
 *
 * Throws Error where the thread itself fails, which no plan can bring about.
 */
export async function handOver(
  order: ApplyOrder,
  rights: Rights,
  giveUp: () => void,
  emit: Emit,
): Promise<void> {
  const worker = startThread(rights, new URL(WORKER, import.meta.url));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
    if (data.kind === "event") emit(data.event);
    else resolve();
  };
  worker.onerror = (error) => {
    error.preventDefault();
    reject(new Error(`Carrying out the plan broke off: ${error.message}`));
  };
  giveUp();
  worker.postMessage(order);
  try {
    await promise;
  } finally {
    worker.terminate();
  }
}
