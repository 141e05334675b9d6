/**
 * What systemd says about all units of a configuration, asked once. Needs run permission for systemctl,
 * and read permission for the directories of user units.
 */
import { isUnit } from "../config/service_form.ts";
import { type Config, entriesOf, type EntrySpec } from "../config/types.ts";
import { readInfo, readText } from "../host/read.ts";
import type { UnitState } from "../host/types.ts";
import { observePendingActions } from "./pending_actions.ts";
import type { Observation } from "./types.ts";

/** Directories of the units of all users (systemd.unit(5)). */
const USER_UNITS = [
  "/etc/systemd/user",
  "/run/systemd/user",
  "/usr/local/lib/systemd/user",
  "/usr/lib/systemd/user",
  "/lib/systemd/user",
];

/** Those of one user, below the home directory. */
const HOME_UNITS = [".config/systemd/user", ".local/share/systemd/user"];

/** A configuration in which each unit has one name, and its units by that name. */
export interface AskedUnits {
  readonly config: Config;
  /** Empty if systemd cannot be asked. */
  readonly units: ReadonlyMap<string, UnitState>;
}

export async function askUnits(config: Config): Promise<AskedUnits> {
  const names = new Set(
    entriesOf(config).flatMap(({ services }) => services.filter(isUnit))
      .map(({ name }) => name),
  );
  if (names.size === 0) return { config, units: new Map() };
  const states = await (await import("../host/units.ts")).observeUnits([...names]);
  const units = [...states.values()].map((state) => [state.unit, withUserUnit(state)] as const);
  return { config: withOwnNames(config, states), units: new Map(units) };
}

/** Asks about all units after all else was observed. */
export async function observeWithUnits(
  before: Config,
  observation: Observation,
): Promise<{ readonly config: Config; readonly observation: Observation }> {
  const { config, units } = await askUnits(before);
  const actions = await observePendingActions(config.certStore, entriesOf(config), units);
  return { config, observation: { ...observation, ...actions, units } };
}

/** systemd's own name (`Id`) in place of an alias: one unit acts once, and has one pending action. */
function withOwnNames(config: Config, states: ReadonlyMap<string, UnitState>): Config {
  const isAlias = (name: string, state?: UnitState) => state !== undefined && state.unit !== name;
  if (![...states].some(([name, state]) => isAlias(name, state))) return config;
  const renamed = <T extends EntrySpec>(spec: T): T => ({
    ...spec,
    services: spec.services.map((service) => {
      const state = isUnit(service) ? states.get(service.name) : undefined;
      if (state === undefined || !isAlias(service.name, state)) return service;
      return { ...service, id: state.unit, name: state.unit, manager: "systemd" };
    }),
  });
  return {
    ...config,
    certificates: config.certificates.map(renamed),
    trust: config.trust.map(renamed),
  };
}

function withUserUnit(state: UnitState): UnitState {
  if (state.load !== "not-found" || state.active !== "inactive") return state;
  const directories: readonly UserUnits[] = [
    ...USER_UNITS.map((path) => ({ path })),
    ...homeUnits(),
  ];
  for (const { path, user } of directories) {
    const file = `${path}/${state.unit}`;
    if (readInfo(file).kind === "present") return { ...state, ofUser: { file, user } };
  }
  return state;
}

/** A directory of user units; without a user, those of all. */
interface UserUnits {
  readonly path: string;
  readonly user?: string;
}

function homeUnits(): UserUnits[] {
  const text = readText("/etc/passwd");
  if (text.kind !== "present") return [];
  return text.value.split("\n").flatMap((line) => {
    const [user = "", , , , , home = ""] = line.split(":");
    if (!/^\/./.test(home)) return [];
    return HOME_UNITS.map((directory) => ({ path: `${home}/${directory}`, user }));
  });
}
