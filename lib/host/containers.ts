/** Asks Docker and Podman about containers. Needs run permission for them. */
import { explainFailure } from "./command_output.ts";
import { CommandError, runCommand, tryCommand } from "./run_command.ts";
import type { Presence } from "./types.ts";

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
  return isUnknown(result?.stderr ?? "") ? { state: "unknown", startedAt: 0 } : undefined;
}

function isUnknown(stderr: string): boolean {
  return /no such (?:container|object)/i.test(stderr);
}

/** Files and directories of the host that a container mounts; "absent" if there is no such container. */
export async function readMounts(
  engine: Engine,
  name: string,
): Promise<Presence<readonly string[]>> {
  const args = ["container", "inspect", "--format", "{{json .Mounts}}", name];
  const unreadable = (problem: string) => ({ kind: "unreadable", problem }) as const;
  try {
    const result = await runCommand(ENGINES[engine], args, INSPECT_LIMIT);
    if (result.code !== 0 && isUnknown(result.stderr)) return { kind: "absent" };
    const command = `"${engine} container inspect ${name}"`;
    if (result.code !== 0) {
      return unreadable(`${command} ${explainFailure(result, INSPECT_LIMIT / 1000)}`);
    }
    const value = parseMounts(result.stdout);
    return value === undefined
      ? unreadable(`${command} printed no list of mounts`)
      : { kind: "present", value };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return unreadable(error.message);
  }
}

/** Reads `.Mounts` as both engines print it (Docker Engine API, "Inspect a container"). */
export function parseMounts(text: string): readonly string[] | undefined {
  try {
    // Podman prints null if there is none.
    const mounts: unknown = JSON.parse(text) ?? [];
    if (!Array.isArray(mounts)) return undefined;
    // A mount in memory has no source.
    return mounts.map((mount) => mount?.Source)
      .filter((source) => typeof source === "string" && source.startsWith("/"));
  } catch {
    return undefined;
  }
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
