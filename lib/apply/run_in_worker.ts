/**
 * Hands a plan over to a thread that holds the rights of this plan and no others. Whoever hands it
 * over keeps none: what is open stays open, such as the lock and the log.
 */
import type { ApplyInput } from "./apply.ts";
import type { Emit } from "./events.ts";
import type { MetricsPlace } from "./metrics_file.ts";
import type { Rights } from "./permissions.ts";
import type { WorkerInput, WorkerMessage } from "./worker.ts";

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

/** What there is to do in the thread, and what is told of it. */
export interface WorkerRun {
  readonly order: ApplyInput;
  readonly rights: Rights;
  /** Is called once the thread is there, and before it is given the order. */
  readonly giveUp: () => void;
  readonly emit: Emit;
  /** What is to be written at the end, asked for then. */
  readonly metrics?: { readonly place: MetricsPlace; readonly text: () => string };
}

/**
 * @returns Why the metrics could not be written.
 *
 * Throws Error where the thread itself fails, which no plan can bring about.
 */
export async function runInWorker(
  { order, rights, giveUp, emit, metrics }: WorkerRun,
): Promise<string | undefined> {
  const worker = startThread(rights, new URL(WORKER, import.meta.url));
  const ask = (order: WorkerInput) => {
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      if (data.kind === "event") emit(data.event);
      else resolve(data.problem);
    };
    worker.onerror = (error) => {
      error.preventDefault();
      reject(new Error(`The worker stopped before the plan was carried out: ${error.message}`));
    };
    worker.postMessage(order);
    return promise;
  };
  giveUp();
  try {
    await ask({ kind: "apply", order });
    if (metrics === undefined) return undefined;
    return await ask({ kind: "metrics", place: metrics.place, text: metrics.text() });
  } finally {
    worker.terminate();
  }
}
