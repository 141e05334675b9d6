/**
 * `vcm install`: lets systemd run VCM, and takes that back. What is done is shown before, in full.
 * Units of others are never overwritten.
 *
 * Not guaranteed: that all of it is done or nothing. A call of systemctl that fails leaves files that
 * are written, which it says; to run it again goes on from there.
 */
import type { Config } from "../../config/types.ts";
import { findManagers } from "../../observe/find_managers.ts";
import { readInfo } from "../../host/read.ts";
import { formatTime } from "../../text/format_time.ts";
import { CRON_FILE, cronText, minuteOf } from "./cron_text.ts";
import type { Changes, FileChange } from "./install_text.ts";
import { type UnitFacts, unitFacts } from "./unit_facts.ts";
import { SERVICE, serviceUnit, TIMER, timerUnit } from "./units_text.ts";
import { installJson } from "../../report/json.ts";
import { EXIT_FAILED, EXIT_OK } from "../../report/verdict.ts";
import type { Host } from "../../command/host.ts";
import { loadFor } from "../../command/load.ts";
import type { Arguments } from "../../command/parse_arguments.ts";
import { carryOutChanges, nextRun } from "./carry_out_changes.ts";
import { namedFile } from "./named_file.ts";
import { requireOwnUnits } from "./require_own_units.ts";
import { findDropIns, readUnitFile, type ServiceHost, serviceHost } from "./service_host.ts";
import { clear } from "./apply_changes.ts";
import { unitStates } from "./unit_states.ts";

/** Throws ConfigError, UsageError, or Error in plain words. */
export async function install(
  args: Arguments,
  host: Host,
  on: ServiceHost = serviceHost(),
): Promise<number> {
  host.giveUp("net");
  if (args.dryRun || !(args.yes || host.canAsk)) host.giveUp("write");
  if (args.uninstall) return await (await import("./uninstall.ts")).uninstall(args, host, on);
  const config = await findManagers(await loadFor(args, host));
  const facts = unitFacts(config, on.binary(), namedFile(config));
  if (!on.hasSystemd()) return printCron(facts, args, host, on);
  const units = [[SERVICE, serviceUnit(facts)], [TIMER, timerUnit()]] as const;
  const files = units.map(([name, text]) => compare(`${on.directory}/${name}`, text));
  const changes = await toDo(files, facts, config, on);
  const report = async () => {
    const next = await nextRun(on);
    return {
      text: `Installed; next run ${next === undefined ? "unknown" : formatTime(next)}`,
      ...(next === undefined ? {} : { json: { nextRun: next } }),
    };
  };
  const carryOut = () => carryOutChanges(changes, on);
  return await clear(changes, { question: "Install?", carryOut, report }, args, host);
}

function compare(path: string, after: string): FileChange {
  const before = readUnitFile(path);
  if (before === after) return { path, state: "unchanged", before, after };
  return { path, state: "written", ...(before === undefined ? {} : { before }), after };
}

async function toDo(
  files: readonly FileChange[],
  { writes }: UnitFacts,
  { certStore }: Config,
  on: ServiceHost,
): Promise<Changes> {
  const states = await unitStates(on);
  requireOwnUnits(files, states);
  const { runs, isCurrent } = states;
  const isWritten = files.some(({ state }) => state === "written");
  const isClosed = writes.kind === "known" && readInfo(certStore).kind === "absent";
  return {
    first: [],
    files,
    ...(isClosed ? { store: certStore } : {}),
    then: [
      ...(isWritten || !isCurrent ? [["systemctl", "daemon-reload"]] : []),
      ...(runs ? [] : [["systemctl", "enable", "--now", TIMER]]),
    ],
    dropIns: findDropIns(on.directory, [SERVICE, TIMER]),
  };
}

/** Where another program runs cron, to write there would be a guess. */
function printCron(facts: UnitFacts, args: Arguments, host: Host, on: ServiceHost): number {
  const hasEnvironment = readInfo(on.environmentFile).kind === "present";
  const text = cronText(facts, minuteOf(on.hostName()), hasEnvironment);
  const nothing = { done: false, files: [], commands: [], dropIns: [] };
  if (args.json) host.out(installJson({ ...nothing, cron: { path: CRON_FILE, text } }));
  else {
    host.out(
      `systemd does not manage this host. For cron, put this into ${CRON_FILE}:\n\n${text}`,
    );
  }
  // Whoever asks no question counts on it.
  return args.yes ? EXIT_FAILED : EXIT_OK;
}
