/**
 * The worker that runs programs for a plan: it can neither write a file nor use the network. It gets
 * the plan and the port by which the worker that writes files asks for them.
 */
import type { Plan } from "../../plan/types.ts";
import type { MetricsPlace } from "../metrics_file.ts";
import type { Signal } from "../../host/process_tree.ts";
import { superviseCommands } from "../../host/run_command.ts";
import { serveCommands } from "./remote.ts";
import { reportErrors, type StoppedMessage } from "../../host/worker_errors.ts";
import { CommandRunner } from "./runner.ts";

export interface CommandWorkerInput {
  readonly kind: "start";
  readonly plan: Pick<Plan, "steps">;
  readonly metrics?: MetricsPlace | undefined;
  readonly port: MessagePort;
}

/** Ends all commands, and lets none begin. */
export interface EndCommands {
  readonly kind: "end";
  readonly why: string;
  readonly signal: Signal;
}

export type CommandWorkerMessage = StoppedMessage | { readonly kind: "killed" };

/** The worker's side of the channel; the global types are those of the main thread. */
interface Channel {
  onmessage: ((message: MessageEvent<CommandWorkerInput | EndCommands>) => void) | null;
  postMessage(message: CommandWorkerMessage): void;
}

const channel = globalThis as unknown as Channel;

reportErrors((message) => channel.postMessage(message));

const endCommands = superviseCommands();
let started = false;

channel.onmessage = ({ data }) => {
  if (data.kind === "end") {
    endCommands(data.why, data.signal);
    if (data.signal === "KILL") channel.postMessage({ kind: "killed" });
  } else if (!started) {
    // Nothing that comes later can change the plan.
    started = true;
    serveCommands(data.port, new CommandRunner(data.plan, data.metrics));
  }
};
