/**
 * Runs a plan in two workers that have the permissions of this plan and no others: one writes files
 * and talks to the server, the other one runs programs. The main thread then gives up all of its own
 * permissions; open files, such as the lock and the log, stay open.
 */
import type { ApplyInput } from "./apply.ts";
import type { Emit } from "./events.ts";
import type { MetricsPlace } from "./metrics_file.ts";
import type { CommandRights, FileRights, Rights } from "./permissions.ts";
import type { CommandWorkerInput, CommandWorkerMessage, EndCommands } from "./commands/worker.ts";
import type { RunEnds } from "./stop.ts";
import { failureOf } from "../host/worker_errors.ts";
import type { WorkerInput, WorkerMessage } from "./worker.ts";

/** The binary contains the bundle of each worker in a directory. */
const IS_BUNDLED = !import.meta.url.endsWith(".ts");
const WORKER = IS_BUNDLED ? "./worker/main.js" : "./worker.ts";
const COMMAND_WORKER = IS_BUNDLED ? "./command_worker/main.js" : "./commands/worker.ts";

/**
 * Starts a worker with these permissions. Needs them itself.
 *
 * @param module URL of the worker's module.
 */
export function startThread(
  { read = [], write = [], net = [], run = [] }: Partial<FileRights & CommandRights>,
  module: URL,
): Worker {
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

/** What the workers do and whom they tell. */
export interface WorkerRun {
  readonly order: ApplyInput;
  readonly rights: Rights;
  /** Called after the workers are started and before they get their input. */
  readonly giveUp: () => void;
  readonly emit: Emit;
  /** Called before `giveUp` with what ends the run early. */
  readonly control: (ends: RunEnds) => Promise<void>;
  /** Written at the end; `text` is called then. */
  readonly metrics?: { readonly place: MetricsPlace; readonly text: () => string };
}

/**
 * Returns why the metrics could not be written. Throws Error if a worker itself fails, which no plan
 * should cause.
 */
export async function runInWorker(
  { order, rights: { files, commands }, giveUp, emit, control, metrics }: WorkerRun,
): Promise<string | undefined> {
  const worker = startThread(files, new URL(WORKER, import.meta.url));
  const place = new URL(COMMAND_WORKER, import.meta.url);
  const commandWorker = commands.run.length > 0 ? startThread(commands, place) : undefined;
  const stopped = failureOf([worker, ...(commandWorker ? [commandWorker] : [])]);
  const send = (input: WorkerInput, ports: MessagePort[] = []) => {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      if (data.kind === "event") emit(data.event);
      else if (data.kind === "done") resolve(data.problem);
    };
    worker.postMessage(input, ports);
    return Promise.race([promise, stopped]);
  };
  const endCommands = (why: string, signal: EndCommands["signal"]) =>
    commandWorker?.postMessage({ kind: "end", why, signal } satisfies EndCommands);
  await control({
    stop: (order) => {
      worker.postMessage({ kind: "stop", order } satisfies WorkerInput);
      if (order.hurry) endCommands(order.why, "TERM");
    },
    killCommands: async (why) => {
      if (commandWorker === undefined) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      commandWorker.addEventListener("message", ({ data }: MessageEvent<CommandWorkerMessage>) => {
        if (data.kind === "killed") resolve();
      });
      endCommands(why, "KILL");
      await promise;
    },
  });
  giveUp();
  try {
    if (commandWorker === undefined) await send({ kind: "apply", input: order });
    else {
      const { port1, port2 } = new MessageChannel();
      const plan = { steps: order.plan.steps };
      const input = { kind: "start", plan, port: port2, metrics: metrics?.place } as const;
      commandWorker.postMessage(input satisfies CommandWorkerInput, [port2]);
      await send({ kind: "apply", input: order, port: port1 }, [port1]);
    }
    if (metrics === undefined) return undefined;
    return await send({ kind: "metrics", place: metrics.place, text: metrics.text() });
  } finally {
    worker.terminate();
    commandWorker?.terminate();
  }
}
