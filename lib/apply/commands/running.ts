/**
 * Whether services run, by their managers: shows what an action did to them. Needs run permission for
 * the managers' programs.
 */
import type { ServiceAction, ServiceStep } from "../../plan/types.ts";
import type { UnitState } from "../../host/types.ts";
import { CommandError } from "../../host/run_command.ts";
import { observeContainer } from "../../host/containers.ts";
import { observeProcess } from "../../host/processes.ts";
import { observeUnits } from "../../host/units.ts";
import { howRestarting, isAutoRestart, stuckReload } from "../../plan/unit_problem.ts";
import type { Running } from "./commands.ts";

const UNKNOWN: Running = { kind: "unknown" };

/** By service. */
export async function observeRunning(
  steps: readonly ServiceStep[],
): Promise<ReadonlyMap<string, Running>> {
  const units = steps.flatMap(({ action }) => action.manager === "systemd" ? action.name : []);
  const states = units.length === 0 ? new Map<string, UnitState>() : await observeUnits(units);
  const found = steps.map(async ({ service, action }) =>
    [service, await runningOf(action, states)] as const
  );
  return new Map(await Promise.all(found));
}

async function runningOf(
  action: ServiceAction,
  units: ReadonlyMap<string, UnitState>,
): Promise<Running> {
  switch (action.manager) {
    case "systemd":
      return ofUnit(units.get(action.name));
    case "docker":
    case "podman": {
      const found = await observeContainer(action.manager, action.name);
      if (found === undefined) return UNKNOWN;
      if (found.state === "running") return { kind: "up", start: String(found.startedAt) };
      // A container that is removed when it ends is unknown afterwards.
      const gone = found.state === "unknown";
      return { kind: "down", how: gone ? "there is no such container" : "it is not running" };
    }
    case "pid_file":
      return await ofProcess(action.pidFile);
    case "command":
      return UNKNOWN;
  }
}

function ofUnit(state: UnitState | undefined): Running {
  if (state === undefined) return UNKNOWN;
  const { restarts, hasMain } = state;
  if (isAutoRestart(state)) return { kind: "restarting", how: howRestarting(state), restarts };
  switch (state.active) {
    case "active":
      return { kind: "up", start: String(state.startedAt), restarts, hasMain };
    case "reloading":
      return { kind: "between", how: stuckReload(state.unit, state.changedAt) };
    case "inactive":
      if (state.ranToItsEnd) return { kind: "ended" };
      // systemd forgets a unit without a file when it ends.
      if (state.load === "not-found") return { kind: "down", how: "systemd has no such unit" };
      return { kind: "down", how: "it is inactive" };
    case "failed":
      return { kind: "down", how: "it has failed" };
    default:
      return { kind: "between", how: `it is still ${state.active}` };
  }
}

async function ofProcess(pidFile: string): Promise<Running> {
  try {
    const look = await observeProcess(pidFile);
    switch (look.kind) {
      case "running":
        return { kind: "up", start: String(look.pid) };
      case "not-running":
        return { kind: "down", how: "it is not running" };
      case "unsure":
        return { kind: "between", how: look.problem };
    }
  } catch (error) {
    if (error instanceof CommandError) return UNKNOWN;
    throw error;
  }
}
