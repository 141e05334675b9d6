/**
 * The worker that writes files and talks to the server: carries out a plan with the permissions of
 * this plan and no others. It can run no program; it asks another worker for that by a port. It gets
 * the plan, sends events, and a message when all is done. Meanwhile it may get the order to stop, and
 * then the metrics to write.
 */
import { apply, type ApplyInput } from "./apply.ts";
import type { ApplyEvent } from "./events.ts";
import { remoteCommands } from "./commands/remote.ts";
import { Writers } from "./writers/writers.ts";
import { type MetricsPlace, writeMetrics } from "./metrics_file.ts";
import { Stop, type StopOrder } from "./stop.ts";
import { reportErrors, type StoppedMessage } from "../host/worker_errors.ts";

/** A message to the worker. */
export type WorkerInput =
  | { readonly kind: "apply"; readonly input: ApplyInput; readonly port?: MessagePort }
  | { readonly kind: "stop"; readonly order: StopOrder }
  | { readonly kind: "metrics"; readonly place: MetricsPlace; readonly text: string };

/** A message from the worker; `problem` is why the metrics could not be written. */
export type WorkerMessage =
  | { readonly kind: "event"; readonly event: ApplyEvent }
  | { readonly kind: "done"; readonly problem?: string | undefined }
  | StoppedMessage;

/** The worker's side of the channel; the global types are those of the main thread. */
interface Channel {
  onmessage: ((message: MessageEvent<WorkerInput>) => void) | null;
  postMessage(message: WorkerMessage): void;
}

const channel = globalThis as unknown as Channel;

reportErrors((message) => channel.postMessage(message));

const stop = new Stop();
let commands = remoteCommands(undefined);

channel.onmessage = async ({ data }) => {
  if (data.kind === "apply") {
    commands = remoteCommands(data.port);
    const emit = (event: ApplyEvent) => channel.postMessage({ kind: "event", event });
    await apply(data.input, emit, commands, stop);
    channel.postMessage({ kind: "done" });
  } else if (data.kind === "stop") stop.order(data.order);
  else {
    const writers = new Writers(commands);
    const problem = await writeMetrics(data.place, data.text, writers);
    await writers.close();
    channel.postMessage({ kind: "done", problem });
  }
};
