/** Asks Docker and Podman about containers. Needs run permission for them. */
import { tryCommand } from "./run_command.ts";

export type Engine = "docker" | "podman";

/** Paths at which the engines' programs may be. */
export const ENGINES: Readonly<Record<Engine, readonly string[]>> = {
  docker: ["/usr/bin/docker", "/usr/local/bin/docker"],
  podman: ["/usr/bin/podman", "/usr/local/bin/podman"],
};

const INSPECT_LIMIT = 20_000;

interface ContainerState {
  readonly state: "running" | "stopped" | "unknown";
  /** Milliseconds since the epoch; 0 if it was never started. */
  readonly startedAt: number;
}

/** State of a container; `undefined` if the engine cannot be asked. */
export async function observeContainer(
  engine: Engine,
  name: string,
): Promise<ContainerState | undefined> {
  const args = ["container", "inspect", "--format", "{{json .State}}", name];
  const result = await tryCommand(ENGINES[engine], args, INSPECT_LIMIT);
  if (result?.code === 0) return parseState(result.stdout);
  const isMissing = /no such (?:container|object)/i.test(result?.stderr ?? "");
  return isMissing ? { state: "unknown", startedAt: 0 } : undefined;
}

/** Reads `.State` as both engines print it (Docker Engine API, "Inspect a container"). */
export function parseState(text: string): ContainerState | undefined {
  try {
    const { Running, StartedAt } = JSON.parse(text) as Record<string, unknown>;
    if (typeof Running !== "boolean") return undefined;
    // A container that never ran has the year 1.
    const startedAt = Math.max(0, Date.parse(String(StartedAt)) || 0);
    return { state: Running ? "running" : "stopped", startedAt };
  } catch {
    return undefined;
  }
}
