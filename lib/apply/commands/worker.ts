/**
 * The worker that runs programs for a plan: it can neither write a file nor use the network. It gets
 * the plan and the port by which the worker that writes files asks for them.
 */
import type { Plan } from "../../plan/types.ts";
import type { MetricsPlace } from "../metrics_file.ts";
import { serveCommands } from "./remote.ts";
import { CommandRunner } from "./runner.ts";

export interface CommandWorkerInput {
  readonly plan: Pick<Plan, "steps">;
  readonly metrics?: MetricsPlace;
  readonly port: MessagePort;
}

/** The worker's side of the channel; the global types are those of the main thread. */
interface Channel {
  onmessage: ((message: MessageEvent<CommandWorkerInput>) => void) | null;
}

const channel = globalThis as unknown as Channel;

channel.onmessage = ({ data: { plan, metrics, port } }) => {
  // Nothing that comes later can change the plan.
  channel.onmessage = null;
  serveCommands(port, new CommandRunner(plan, metrics));
};
