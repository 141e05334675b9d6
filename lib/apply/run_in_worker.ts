/**
 * Runs a plan in a worker that has the permissions of this plan and no others. The main thread then
 * gives up all of its own; open files, such as the lock and the log, stay open.
 */
import type { ApplyInput } from "./apply.ts";
import type { Emit } from "./events.ts";
import type { MetricsPlace } from "./metrics_file.ts";
import type { Rights } from "./permissions.ts";
import type { WorkerInput, WorkerMessage } from "./worker.ts";

/** The binary contains the bundled modules in one directory, under their names. */
const WORKER = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js";

/**
 * Starts a worker with these permissions. Needs them itself.
 *
 * @param module URL of the worker's module.
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

/** What the worker does and whom it tells. */
export interface WorkerRun {
  readonly order: ApplyInput;
  readonly rights: Rights;
  /** Called after the worker is started and before it gets its input. */
  readonly giveUp: () => void;
  readonly emit: Emit;
  /** Written at the end; `text` is called then. */
  readonly metrics?: { readonly place: MetricsPlace; readonly text: () => string };
}

/**
 * @returns Why the metrics could not be written.
 *
 * Throws Error if the worker itself fails, which no plan should cause.
 */
export async function runInWorker(
  { order, rights, giveUp, emit, metrics }: WorkerRun,
): Promise<string | undefined> {
  const worker = startThread(rights, new URL(WORKER, import.meta.url));
  const send = (input: WorkerInput) => {
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      if (data.kind === "event") emit(data.event);
      else resolve(data.problem);
    };
    worker.onerror = (error) => {
      error.preventDefault();
      reject(new Error(`The worker stopped before the plan was carried out: ${error.message}`));
    };
    worker.postMessage(input);
    return promise;
  };
  giveUp();
  try {
    await send({ kind: "apply", input: order });
    if (metrics === undefined) return undefined;
    return await send({ kind: "metrics", place: metrics.place, text: metrics.text() });
  } finally {
    worker.terminate();
  }
}
