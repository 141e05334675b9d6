/** The systemd units that `vcm install` writes, as in docs/running.md. */
import { EXIT_LOCKED, EXIT_USAGE } from "../../report/exit_status.ts";
import { formatDuration } from "../../text/duration.ts";
import { delaysOf, HOUR } from "./run_interval.ts";
import { sandboxOf, type Setting } from "./sandbox.ts";
import { ENVIRONMENT_FILE, type UnitFacts } from "./unit_facts.ts";

export const SERVICE = "vcm.service";
export const TIMER = "vcm.timer";

/** Where packages put units (systemd.unit(5), "Unit File Load Path"). */
export const PACKAGED = ["/usr/lib/systemd/system", "/lib/systemd/system"];

/** The drop-in for a unit of a package, before those of the administrator in their usual order. */
export const DROP_IN = "10-vcm-install.conf";

/** The first line of our units, which identifies them. */
const OURS = '# Written by "vcm install", which writes it anew when it is run again.';

/** Whether `vcm install` wrote a text. */
export function isOurs(text: string): boolean {
  return text.startsWith(`${OURS}\n`);
}

/**
 * @param systemd Its version. Undefined: not known.
 * @param interval Seconds between two runs of the timer.
 *
 * Throws Error if a path cannot be written into a unit.
 */
export function serviceUnit(
  facts: UnitFacts,
  systemd: number | undefined,
  interval = HOUR,
): string {
  const { limit, restart } = retryLines(interval, systemd);
  return lines([
    OURS,
    `# Put your own lines into /etc/systemd/system/${SERVICE}.d/*.conf.`,
    "[Unit]",
    "Description=Keep this host's TLS certificates current",
    "Wants=network-online.target",
    "After=network-online.target",
    ...limit,
    "",
    "[Service]",
    "Type=oneshot",
    `EnvironmentFile=-${ENVIRONMENT_FILE}`,
    ...(facts.readsHome ? ["# For ~/.vault-token.", "Environment=HOME=%h"] : []),
    `ExecStart=${commandWord(facts.binary)} ${runArguments(facts.config)}`,
    "# A core file would contain private keys.",
    "LimitCORE=0",
    "# The runtime would write TLS secrets to the file that this variable names.",
    "UnsetEnvironment=SSLKEYLOGFILE",
    "UMask=0077",
    '# "max_run", and time to end in order.',
    `TimeoutStartSec=${timeoutText(facts.limit)}`,
    ...restart,
    ...(facts.startsContainers
      ? ["# No further restrictions: containers that Podman starts from here would inherit them."]
      : sandboxOf(facts, word).flatMap(settingLines)),
  ]);
}

/** systemd refuses a oneshot unit with Restart= before version 244, and knows no steps before 254. */
const [LEAST_RESTART, LEAST_STEPS] = [244, 254];

/** The runs of a shorter timer would reach a limit, and it tries again soon enough. */
const NO_LIMIT = ["# The timer starts it often, and tries again.", "StartLimitIntervalSec=0"];

/**
 * Tries a failed run again before the timer does. If 5 runs of up to a minute fail, the limit is
 * reached within 15 minutes, so that OnFailure= tells. Its interval ends before the next run of the
 * timer, which is at least 45 minutes later. So runs that take longer never reach it. After 5 of them
 * the condition fails instead of a sixth one, which takes no time: then the limit is reached within 15
 * minutes more. If systemd cannot be asked, the run goes ahead.
 */
function retryLines(
  interval: number,
  systemd = 0,
): { readonly limit: string[]; readonly restart: string[] } {
  if (interval < HOUR) return { limit: NO_LIMIT, restart: [] };
  if (systemd < LEAST_RESTART) return { limit: [], restart: [] };
  return {
    limit: [
      "# After 5 failed runs the unit is failed, and OnFailure= tells.",
      "StartLimitBurst=5",
      "StartLimitIntervalSec=30min",
    ],
    restart: [
      "# The server may come up after this host.",
      "Restart=on-failure",
      ...(systemd < LEAST_STEPS
        ? ["RestartSec=90s"]
        : ["RestartSec=30s", "RestartSteps=4", "RestartMaxDelaySec=3min"]),
      "# After 5 failed runs of any length no further one begins until the unit is failed.",
      "ExecCondition=/bin/sh -c 'case $$(systemctl show --value --property=NRestarts %n) in " +
      "[5-9]|[1-9][0-9]*) exit 255; esac'",
      "# Not for an error in the configuration, or while another run holds the lock.",
      `RestartPreventExitStatus=${EXIT_USAGE} ${EXIT_LOCKED}`,
    ],
  };
}

/** @param interval Seconds: one of `INTERVALS`. */
export function timerUnit(interval = HOUR): string {
  return lines([
    OURS,
    `# Put your own lines into /etc/systemd/system/${TIMER}.d/*.conf.`,
    "[Unit]",
    `Description=Keep this host's TLS certificates current, every ${
      interval === HOUR ? "hour" : formatDuration(interval)
    }`,
    "",
    "[Timer]",
    ...timeLines(interval),
    "Persistent=true",
    "",
    "[Install]",
    "WantedBy=timers.target",
  ]);
}

function timeLines(interval: number): string[] {
  const { random, accuracy } = delaysOf(interval);
  const span = (seconds: number) => seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
  return [
    `OnCalendar=${interval === HOUR ? "hourly" : `*:0/${interval / 60}`}`,
    "# Spreads the load of hosts that were installed in the same minute.",
    `RandomizedDelaySec=${span(random)}`,
    `AccuracySec=${span(accuracy)}`,
  ];
}

/** Sets the times of a timer that belongs to a package. */
export function timerDropIn(interval: number): string {
  return lines([OURS, "[Timer]", "OnCalendar=", ...timeLines(interval)]);
}

/**
 * Removes what a service of a package may have: retries and a limit of starts, which the runs of a short
 * timer would reach. Undefined: they may stay.
 */
export function serviceDropIn(interval: number): string | undefined {
  if (interval === HOUR) return undefined;
  return lines([OURS, "[Unit]", ...NO_LIMIT, "[Service]", "Restart=no"]);
}

/** Minutes of a step of the limit: few changes of the configuration then need another unit. */
const STEP = 15;

export function timeoutText(seconds: number): string {
  return `${Math.ceil(seconds / 60 / STEP) * STEP}min`;
}

function settingLines({ name, value, because }: Setting): string[] {
  return [
    ...(because === undefined ? [] : [`# ${value === undefined ? `No ${name}: ` : ""}${because}.`]),
    ...(value === undefined ? [] : [`${name}=${value}`]),
  ];
}

/** @param config Absent: the default file. */
export function runArguments(config: string | undefined): string {
  return config === undefined ? "run --quiet" : `run --quiet --config ${commandWord(config)}`;
}

/** Only commands expand variables (systemd.service(5)). */
function commandWord(path: string): string {
  return word(path).replaceAll("$", "$$$$");
}

/** One word in the syntax of systemd.syntax(7) and systemd.unit(5), "Specifiers". */
function word(path: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what it looks for
  if (/["'\\\x00-\x1f\x7f]/.test(path)) {
    throw new Error(
      `Cannot write ${JSON.stringify(path)} into a unit: expected a path without quotes, ` +
        "backslashes and control characters",
    );
  }
  const escaped = path.replaceAll("%", "%%");
  return /\s/.test(escaped) ? `"${escaped}"` : escaped;
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}
