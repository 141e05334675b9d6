/**
 * Compares how often VCM runs on this host with how often it must. It only reads files, so that
 * `vcm check`, `vcm status` and `vcm plan` can afford it, and tells nothing if they do not tell.
 */
import { SYSTEM_FILE } from "../../config/load.ts";
import type { Config } from "../../config/types.ts";
import { readInfo } from "../../host/read.ts";
import { validityOf } from "../../plan/stored_validity.ts";
import { StoreReader } from "../../store/read_set.ts";
import { shellWord } from "../../text/quote.ts";
import { cronGap, timerGap, TIMES } from "./run_gaps.ts";
import { findMisfit, type FindValidity, type Misfit, tightestRenewal } from "./run_interval.ts";
import { CRON_FILE, namedFile } from "./unit_facts.ts";
import { textOf, unitFiles } from "./unit_files.ts";
import { isOurs, PACKAGED, SERVICE, TIMER } from "./units_text.ts";

/** Where a schedule can be. */
export interface SchedulePlaces {
  /** Directories of units; the first has precedence. */
  readonly units: readonly string[];
  readonly crontabs: readonly string[];
}

export const SCHEDULE_PLACES: SchedulePlaces = {
  units: ["/etc/systemd/system", ...PACKAGED],
  crontabs: [CRON_FILE, "/etc/crontab", "/var/spool/cron/crontabs/root", "/var/spool/cron/root"],
};

interface Schedule {
  /** The timer, or the path of the crontab. */
  readonly subject: string;
  /** Seconds. */
  readonly gap: number;
  /** A drop-in of others that sets the times. */
  readonly dropIn?: string | undefined;
}

/** How to find out how long a stored certificate is valid. */
export function storedValidity({ certStore }: Config, now: Date): FindValidity {
  const store = new StoreReader(certStore, undefined, now);
  return (spec) => validityOf(store.look(spec).stored);
}

/** The schedule does not fit the configuration. `message` ends with the fix. */
export interface ScheduleMisfit extends Misfit {
  readonly subject: string;
}

/** Undefined: runs are close enough, or nothing tells when they are. Needs read permission. */
export function findScheduleMisfit(
  config: Config,
  findValidity: FindValidity,
  places = SCHEDULE_PLACES,
): ScheduleMisfit | undefined {
  const [schedule] = [...timerSchedules(config, places), ...cronSchedules(config, places)]
    .sort((a, b) => a.gap - b.gap);
  if (schedule === undefined) return undefined;
  const { subject, gap, dropIn } = schedule;
  const misfit = findMisfit(gap, tightestRenewal(config.certificates, findValidity));
  if (misfit === undefined) return undefined;
  const file = namedFile(config);
  const steps = [
    ...(misfit.isTooTight ? ['set a longer "ttl" or "renew"'] : []),
    ...(dropIn === undefined ? [] : [`remove the times from "${dropIn}"`]),
    `run "vcm install${file === undefined ? "" : ` --config ${shellWord(file)}`}"`,
  ];
  return { ...misfit, subject, message: `${misfit.message}; fix: ${steps.join(", then ")}` };
}

/** Of a timer that is enabled and runs this configuration. */
function timerSchedules(config: Config, { units }: SchedulePlaces): Schedule[] {
  const links = units.map((directory) => `${directory}/timers.target.wants/${TIMER}`);
  if (links.every((path) => readInfo(path).kind !== "present")) return [];
  const [timer, service] = [unitFiles(TIMER, units), unitFiles(SERVICE, units)];
  const [times, texts] = [timer, service].map((files) => files.map(({ text }) => text));
  const lines = texts?.join("\n").split("\n") ?? [];
  const runs = lines.some((line) => line.startsWith("ExecStart=") && runsFile(line, config));
  const gap = runs ? timerGap(times ?? [], texts) : undefined;
  const setter = timer.slice(1).findLast(({ text }) => TIMES.test(text));
  const dropIn = setter === undefined || isOurs(setter.text) ? undefined : setter.path;
  return gap === undefined ? [] : [{ subject: TIMER, gap, dropIn }];
}

function cronSchedules(config: Config, { crontabs }: SchedulePlaces): Schedule[] {
  return crontabs.flatMap((subject) => {
    const lines = textOf(subject).split("\n").filter((line) => runsFile(line, config));
    const gaps = lines.flatMap((line) => cronGap(line.trim()) ?? []);
    return gaps.map((gap) => ({ subject, gap }));
  });
}

/** Whether a line of a unit or for cron runs VCM with this configuration. */
function runsFile(line: string, config: Config): boolean {
  const [, file = SYSTEM_FILE] = /\s(?:--config|-c)[= ]["']?([^\s"']+)/.exec(line) ?? [];
  return /^[^#]*\bvcm\b.* run\b/.test(line) && file === (namedFile(config) ?? SYSTEM_FILE);
}
