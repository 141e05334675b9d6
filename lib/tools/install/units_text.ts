/** The systemd units that `vcm install` writes, as in docs/running.md. */
import type { UnitFacts, Writes } from "./unit_facts.ts";

export const SERVICE = "vcm.service";
export const TIMER = "vcm.timer";

/** The first line of our units, which identifies them. */
const OURS = '# Written by "vcm install", which writes it anew when it is run again.';

/** Restrictions that VCM can run with; `systemd-analyze security` counts them. */
const RESTRICTIONS = [
  "NoNewPrivileges=yes",
  "PrivateDevices=yes",
  "ProtectClock=yes",
  "ProtectControlGroups=yes",
  "ProtectHostname=yes",
  "ProtectKernelLogs=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
  "RestrictRealtime=yes",
];
const NO_SET_IDS = "RestrictSUIDSGID=yes";
const MORE_RESTRICTIONS = [
  "LockPersonality=yes",
  "KeyringMode=private",
  "SystemCallArchitectures=native",
];

/** Everything except the listed directories is read-only. */
const CLOSED = "ProtectSystem=strict";

/** Whether `vcm install` wrote a text. */
export function isOurs(text: string): boolean {
  return text.startsWith(`${OURS}\n`);
}

/** Throws Error if a path cannot be written into a unit. */
export function serviceUnit(facts: UnitFacts): string {
  return lines([
    OURS,
    `# Put your own lines into /etc/systemd/system/${SERVICE}.d/*.conf.`,
    "[Unit]",
    "Description=Keep this host's TLS certificates right",
    "Wants=network-online.target",
    "After=network-online.target",
    "",
    "[Service]",
    "Type=oneshot",
    "EnvironmentFile=-/etc/vcm/environment",
    ...(facts.readsHome ? ["# For ~/.vault-token.", "Environment=HOME=%h"] : []),
    `ExecStart=${commandWord(facts.binary)} ${runArguments(facts.config)}`,
    "# A core file would hold private keys.",
    "LimitCORE=0",
    "# The runtime would write TLS secrets to the file that it names.",
    "UnsetEnvironment=SSLKEYLOGFILE",
    "UMask=0077",
    ...(facts.startsContainers
      ? ["# No further restrictions: containers that Podman starts from here would inherit them."]
      : restrictions(facts)),
  ]);
}

export function timerUnit(): string {
  return lines([
    OURS,
    `# Put your own lines into /etc/systemd/system/${TIMER}.d/*.conf.`,
    "[Unit]",
    "Description=Keep this host's TLS certificates right, every hour",
    "",
    "[Timer]",
    "OnCalendar=hourly",
    "# Spreads the load of hosts that were installed in the same minute.",
    "RandomizedDelaySec=15m",
    "Persistent=true",
    "",
    "[Install]",
    "WantedBy=timers.target",
  ]);
}

function restrictions({ givesSetIds, writes }: UnitFacts): string[] {
  return [
    ...RESTRICTIONS,
    ...(givesSetIds ? [] : [NO_SET_IDS]),
    ...MORE_RESTRICTIONS,
    ...(writes.kind === "known" ? [CLOSED, ...writes.directories.map(openDirectory)] : [
      `# VCM cannot tell beforehand where it writes (${writes.because.join(", ")}), ` +
      "so the file system stays writable.",
    ]),
  ];
}

/** The minus lets the unit start if the directory does not exist yet. */
function openDirectory(directory: string): string {
  return `ReadWritePaths=${word(`-${directory}`)}`;
}

/** @param config Absent: the default file. */
function runArguments(config: string | undefined): string {
  return config === undefined ? "run --quiet" : `run --quiet --config ${commandWord(config)}`;
}

/**
 * Why the installed unit cannot write where a run of this configuration does. Undefined: it can, it
 * is not ours, or it runs another configuration.
 *
 * @param config Absent: the default file.
 */
export function narrowness(
  unit: string,
  config: string | undefined,
  writes: Writes,
): string | undefined {
  const held = new Set(unit.split("\n"));
  const runsThis = [...held].some((line) =>
    line.startsWith("ExecStart=") && line.endsWith(` ${runArguments(config)}`)
  );
  if (!isOurs(unit) || !runsThis || !held.has(CLOSED)) return undefined;
  const fix = 'fix: run "vcm install" again';
  if (writes.kind === "unknown") {
    return `it may write only to the directories of an earlier configuration, but ` +
      `the configuration now has ${writes.because.join(", ")}; ${fix}`;
  }
  const closed = writes.directories.filter((directory) =>
    !upwards(directory).some((one) => held.has(openDirectory(one)))
  );
  if (closed.length === 0) return undefined;
  return `it may not write to ${closed.map((directory) => `"${directory}"`).join(", ")}; ${fix}`;
}

/** A directory and its ancestors. */
function upwards(directory: string): string[] {
  const at = directory.lastIndexOf("/");
  return at <= 0 ? [directory] : [directory, ...upwards(directory.slice(0, at))];
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
