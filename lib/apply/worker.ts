/**
 * The worker that writes files and talks to the server: carries out a plan with the permissions of
 * this plan and no others. It can run no program; it asks another worker for that by a port. It gets
 * the plan, sends events, and a message when all is done. Then it may get the metrics to write.
 */
import { apply, type ApplyInput } from "./apply.ts";
import type { ApplyEvent } from "./events.ts";
import { remoteCommands } from "./commands/remote.ts";
import { Writers } from "./writers/writers.ts";
import { type MetricsPlace, writeMetrics } from "./metrics_file.ts";

/** A message to the worker. */
export type WorkerInput =
  | { readonly kind: "apply"; readonly input: ApplyInput; readonly port?: MessagePort }
  | { readonly kind: "metrics"; readonly place: MetricsPlace; readonly text: string };

/** A message from the worker; `problem` is why the metrics could not be written. */
export type WorkerMessage =
  | { readonly kind: "event"; readonly event: ApplyEvent }
  | { readonly kind: "done"; readonly problem?: string };

/** The worker's side of the channel; the global types are those of the main thread. */
interface Channel {
  onmessage: ((message: MessageEvent<WorkerInput>) => void) | null;
  postMessage(message: WorkerMessage): void;
}

const channel = globalThis as unknown as Channel;

let commands = remoteCommands(undefined);

channel.onmessage = async ({ data }) => {
  if (data.kind === "apply") {
    commands = remoteCommands(data.port);
    await apply(data.input, (event) => channel.postMessage({ kind: "event", event }), commands);
    channel.postMessage({ kind: "done" });
  } else {
    const writers = new Writers(commands);
    const problem = await writeMetrics(data.place, data.text, writers);
    await writers.close();
    channel.postMessage({ kind: "done", ...(problem !== undefined && { problem }) });
  }
};
