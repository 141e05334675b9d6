/**
 * `vcm install`: sets up systemd units that run VCM, and removes them. It shows all changes first.
 * It never overwrites units of others.
 *
 * Not guaranteed: all or nothing. If a call of systemctl fails, the files that are already written
 * stay, which the error says. Running it again continues from there.
 */
import type { Host } from "../../command/host.ts";
import { sayOnErr } from "../../command/log_line.ts";
import { loadFor } from "../../command/load.ts";
import { type Arguments, UsageError } from "../../command/parse_arguments.ts";
import { STANDARD_INPUT } from "../../config/load.ts";
import type { Config } from "../../config/types.ts";
import { readInfo, readText } from "../../host/read.ts";
import { findManagers } from "../../observe/find_managers.ts";
import { installJson } from "../../report/json.ts";
import { EXIT_FAILED, EXIT_OK } from "../../report/exit_status.ts";
import { formatTime } from "../../text/format_time.ts";
import { printable, shellWord } from "../../text/quote.ts";
import { applyChanges, nextRun } from "./apply_changes.ts";
import type { Changes, FileChange } from "./install_text.ts";
import {
  findDropIns,
  readUnitFile,
  type ServiceHost,
  serviceHost,
  systemdVersion,
  type UnitStates,
  unitStates,
} from "./service_host.ts";
import { sharedSecret } from "./narrow_unit.ts";
import {
  findMisfit,
  gapOf,
  HOUR,
  intervalFor,
  INTERVALS,
  tightestRenewal,
} from "./run_interval.ts";
import { storedValidity } from "./schedule_fit.ts";
import {
  CRON_FILE,
  ENVIRONMENT_FILE,
  handsWrapped,
  type UnitFacts,
  unitFacts,
} from "./unit_facts.ts";
import {
  DROP_IN,
  isOurs,
  SERVICE,
  serviceDropIn,
  serviceUnit,
  TIMER,
  timerDropIn,
  timerUnit,
} from "./units_text.ts";

const NEEDS_FILE =
  "A scheduled run cannot read the configuration from standard input: pass --config FILE";

/** Throws ConfigError, UsageError, or Error with a plain message. */
export async function install(
  args: Arguments,
  host: Host,
  on: ServiceHost = serviceHost(),
): Promise<number> {
  host.giveUp("net");
  if (args.dryRun || !(args.yes || host.canAsk)) host.giveUp("write");
  if (args.uninstall) return await (await import("./uninstall.ts")).uninstall(args, host, on);
  const loaded = await loadFor(args, host);
  if (loaded.file === STANDARD_INPUT) throw new UsageError(NEEDS_FILE, "install");
  const config = await findManagers(loaded);
  const facts = unitFacts(config, on.binary(), isHandedWrapped(on));
  const interval = chooseInterval(config, args, host);
  if (!on.hasSystemd()) return printCron(facts, interval, args, host, on);
  if (facts.sharedSecretDirectory !== undefined) {
    throw new Error(`Cannot install: ${sharedSecret(facts.sharedSecretDirectory)}`);
  }
  const service = serviceUnit(facts, await systemdVersion(on), interval);
  const units = [
    { unit: SERVICE, text: service, dropIn: serviceDropIn(interval) },
    { unit: TIMER, text: timerUnit(interval), dropIn: timerDropIn(interval) },
  ];
  const files = units.flatMap(({ unit, text, dropIn }) => {
    const path = `${on.directory}/${unit}`;
    const packaged = isPackaged(unit, on);
    return [
      compare(path, packaged ? undefined : text),
      compare(`${path}.d/${DROP_IN}`, packaged ? dropIn : undefined),
    ];
  }).filter(({ state }) => state !== "absent");
  const changes = await plannedChanges(files, facts, config, on);
  const report = async () => {
    const next = await nextRun(on);
    return {
      text: `Installed; next run ${next === undefined ? "unknown" : formatTime(next)}`,
      ...(next !== undefined && { json: { nextRun: next } }),
    };
  };
  return await applyChanges(changes, { question: "Install?", report }, args, host, on);
}

/** Seconds between two runs. Warns if the certificates need runs more often. Throws UsageError. */
function chooseInterval(config: Config, args: Arguments, host: Host): number {
  const tight = tightestRenewal(config.certificates, storedValidity(config, host.now()));
  const every = args.every === undefined ? undefined : INTERVALS.get(args.every);
  if (args.every !== undefined && every === undefined) {
    const names = [...INTERVALS.keys()].join(", ");
    throw new UsageError(`Option "--every" takes one of ${names}; got "${args.every}"`, "install");
  }
  const interval = every ?? intervalFor(tight);
  const misfit = findMisfit(gapOf(interval), tight);
  if (misfit !== undefined) {
    const fix = misfit.isTooTight
      ? 'set a longer "ttl" or "renew"'
      : 'run "vcm install" without "--every"';
    sayOnErr(args, host, "warning", `${TIMER}: ${misfit.message}; fix: ${fix}`);
  }
  return interval;
}

function isPackaged(unit: string, { directory, packaged }: ServiceHost): boolean {
  return readInfo(`${directory}/${unit}`).kind === "absent" &&
    packaged.some((top) => readInfo(`${top}/${unit}`).kind === "present");
}

function isHandedWrapped(on: ServiceHost): boolean {
  const files = [on.environmentFile, ...findDropIns(on.directory, [SERVICE])];
  return files.some((path) => {
    const text = readText(path);
    return text.kind === "present" && handsWrapped(text.value);
  });
}

/** @param after Undefined: it is not needed. */
function compare(path: string, after: string | undefined): FileChange {
  const before = readUnitFile(path);
  if (after === undefined) {
    const isGone = before === undefined || !isOurs(before);
    return isGone ? { path, state: "absent" } : { path, state: "removed", before };
  }
  if (before === after) return { path, state: "unchanged", before, after };
  return { path, state: "written", ...(before !== undefined && { before }), after };
}

async function plannedChanges(
  files: readonly FileChange[],
  { startsContainers }: UnitFacts,
  { certStore }: Config,
  on: ServiceHost,
): Promise<Changes> {
  const states = await unitStates(on);
  requireOwnUnits(files, states);
  const { runs, isCurrent } = states;
  const isWritten = files.some(({ state }) => state === "written" || state === "removed");
  const isClosed = !startsContainers && readInfo(certStore).kind === "absent";
  return {
    first: [],
    files,
    ...(isClosed && { store: certStore }),
    then: [
      ...(isWritten || !isCurrent ? [["systemctl", "daemon-reload"]] : []),
      ...(runs ? [] : [["systemctl", "enable", "--now", TIMER]]),
    ],
    dropIns: findDropIns(on.directory, [SERVICE, TIMER]),
  };
}

/** Another program runs cron, so VCM only prints the line and does not guess where to write it. */
function printCron(
  facts: UnitFacts,
  interval: number,
  args: Arguments,
  host: Host,
  on: ServiceHost,
): number {
  const hasEnvironment = readInfo(on.environmentFile).kind === "present";
  const text = cronText(facts, minuteOf(on.hostName()), hasEnvironment, interval);
  const nothing = { done: false, files: [], commands: [], dropIns: [] };
  if (args.json) host.out(installJson({ ...nothing, cron: { path: CRON_FILE, text } }));
  else {
    host.out(`systemd does not manage this host. For cron, put this into ${CRON_FILE}:\n\n${text}`);
  }
  // With --yes the caller relies on the installation.
  return args.yes ? EXIT_FAILED : EXIT_OK;
}

/** The minute of the hour at which a host runs, from its name, to spread the load of a fleet. */
export function minuteOf(hostName: string): number {
  // FNV-1a (Fowler, Noll, Vo) with 32 bits: names that differ in one digit are far apart.
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(hostName)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash % 60;
}

/**
 * @param hasEnvironment Whether there is an environment file with credentials.
 * @param interval Seconds: one of `INTERVALS`.
 */
export function cronText(
  { binary, config }: Pick<UnitFacts, "binary" | "config">,
  minute: number,
  hasEnvironment: boolean,
  interval = HOUR,
): string {
  const run = `${shellWord(binary)} run --quiet` +
    (config === undefined ? "" : ` --config ${shellWord(config)}`);
  const environment = hasEnvironment ? `set -a; . ${ENVIRONMENT_FILE}; ` : "";
  // A core file would hold private keys.
  const command = `ulimit -c 0; ${environment}exec ${run}`;
  // cron reads a percent sign as the end of the line (crontab(5)).
  const every = interval / 60;
  const minutes = interval === HOUR ? minute : `${minute % every}-59/${every}`;
  const line = `${minutes} * * * *  root  ${command.replaceAll("%", "\\%")}`;
  return `# The minute comes from the host name, to spread the load of a fleet.\n${line}\n`;
}

/**
 * Throws Error if "vcm install" would overwrite or hide a unit that it did not write
 * (systemd.unit(5), "Unit File Load Path").
 */
export function requireOwnUnits(
  files: readonly FileChange[],
  { fragments }: Pick<UnitStates, "fragments">,
): void {
  const written = files.filter(({ state }) => state === "written");
  const foreign = written.filter(({ before }) => before !== undefined && !isOurs(before));
  if (foreign.length > 0) throw new Error(overwrites(foreign.map(({ path }) => path)));
  for (const { path, before } of written) {
    const unit = path.slice(path.lastIndexOf("/") + 1);
    const hidden = fragments.find((fragment) => fragment !== path && fragment.endsWith(`/${unit}`));
    if (before === undefined && hidden !== undefined) throw new Error(hides(hidden, path, unit));
  }
}

function overwrites(paths: readonly string[]): string {
  const moves = paths.map(shellWord).map((path) => `mv ${path} ${path}.saved`).join(" && ");
  const dropIns = paths.map((path) => `${path}.d/own.conf`).join(" and ");
  return printable(
    `"vcm install" does not overwrite ${
      listed(paths)
    }, which it did not write; nothing was changed; ` +
      `fix: run "${moves}", then "vcm install" again; put your own lines into ` +
      `a drop-in (${dropIns})`,
  );
}

function hides(hidden: string, path: string, unit: string): string {
  return printable(
    `"vcm install" did not write "${hidden}", and "${path}" would hide it; nothing was changed. ` +
      `To change that unit, run "systemctl edit ${unit}"; to let VCM write its own, ` +
      'remove that unit and run "vcm install" again',
  );
}

function listed(paths: readonly string[]): string {
  return paths.map((path) => `"${path}"`).join(" and ");
}
