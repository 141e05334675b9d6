/**
 * How a unit is restricted: as far as the configuration allows it. Each line that is looser than
 * usual has its reason in a comment. MemoryDenyWriteExecute and PrivateUsers are not possible: the
 * runtime makes code as it runs, and files get owners. ProcSubset=pid breaks `ps`.
 */
import { printable } from "../../text/quote.ts";
import { PODMAN_WRITES, type UnitFacts, VALIDATE_WRITES } from "./unit_facts.ts";

/** A line of a unit. */
export interface Setting {
  readonly name: string;
  /** Absent: the line is left out. */
  readonly value?: string;
  /** Why it is looser than usual. */
  readonly because?: string;
}

const ALWAYS = [
  "NoNewPrivileges",
  "PrivateDevices",
  "PrivateIPC",
  "PrivateMounts",
  "ProtectClock",
  "ProtectControlGroups",
  "ProtectHostname",
  "ProtectKernelLogs",
  "ProtectKernelModules",
  "ProtectKernelTunables",
  "RestrictNamespaces",
  "RestrictRealtime",
  "LockPersonality",
];

/** The settings that `sandboxOf()` may give. */
export const SETTINGS = [
  ...ALWAYS,
  "DevicePolicy",
  "KeyringMode",
  "ProtectProc",
  "SystemCallArchitectures",
  "RestrictSUIDSGID",
  "PrivateTmp",
  "ProtectHome",
  "ProtectSystem",
] as const;

/** Owners and modes, files of any owner, processes of other users. */
const CAPABILITIES = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"];

/** What administrators' programs use, without those that lead out of the sandbox. */
const COMMAND_CAPABILITIES = ["AUDIT_WRITE", "FSETID", "IPC_OWNER", "LEASE", "NET_ADMIN"].concat(
  ["NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETPCAP", "SYS_CHROOT", "SYS_NICE", "SYS_RESOURCE"],
);

const DENIED_CALLS = ["clock", "cpu-emulation", "debug", "module", "mount", "obsolete"].concat(
  ["raw-io", "reboot", "resources", "swap"],
);

/** ProtectSystem=strict can leave /run writable (systemd 252), where units, too, are started from. */
function runtimeKeeps({ validates, asksPodman, runsCommands, writes }: UnitFacts): string[] {
  if (runsCommands) return [];
  const isOpen = validates || asksPodman || writes.includes("/run");
  return isOpen ? ["/run/systemd", "/var/spool/cron"] : ["/run"];
}

/** All directories in which processes of the unit write. */
export function writesOf({ writes, validates, asksPodman }: UnitFacts): readonly string[] {
  return [
    ...writes.filter((path) => path !== "/"),
    ...(validates ? VALIDATE_WRITES : []),
    ...(asksPodman ? PODMAN_WRITES : []),
  ];
}

/** @param path Writes a path as one word of the unit. Throws what it throws. */
export function sandboxOf(facts: UnitFacts, path: (path: string) => string): Setting[] {
  if (facts.startsContainers) return [];
  return [
    ...ALWAYS.map((name) => ({ name, value: "yes" })),
    { name: "DevicePolicy", value: "closed" },
    { name: "KeyringMode", value: "private" },
    { name: "ProtectProc", value: "invisible" },
    { name: "SystemCallArchitectures", value: "native" },
    facts.givesSetIds
      ? { name: "RestrictSUIDSGID", because: "a target has set-ID bits in its mode" }
      : { name: "RestrictSUIDSGID", value: "yes" },
    capabilities(facts),
    addressFamilies(facts),
    { name: "SystemCallErrorNumber", value: "EPERM" },
    { name: "SystemCallFilter", value: "@system-service" },
    deniedCalls(facts),
    facts.inTmp === undefined
      ? { name: "PrivateTmp", value: "yes" }
      : { name: "PrivateTmp", because: `the configuration names "${printable(facts.inTmp)}"` },
    ...files(facts, path),
  ];
}

function capabilities({ givesSetIds, createsDirectories, validates, ...facts }: UnitFacts) {
  const { runsCommands, asksPodman } = facts;
  const reasons: [boolean, readonly string[], string][] = [
    [givesSetIds, ["FSETID"], "a target has set-ID bits in its mode"],
    [createsDirectories, ["FSETID"], '"create_dirs" may create directories in set-group-ID ones'],
    [validates, ["NET_BIND_SERVICE"], '"validate" may bind ports, as "nginx -t" does'],
    [runsCommands, COMMAND_CAPABILITIES, '"command" may be any program'],
    [asksPodman, ["SYS_ADMIN"], "Podman does not work without CAP_SYS_ADMIN"],
  ];
  const all = [...CAPABILITIES, ...reasons.flatMap(([holds, names]) => holds ? names : [])];
  return {
    name: "CapabilityBoundingSet",
    value: [...new Set(all)].sort().map((name) => `CAP_${name}`).join(" "),
    ...because(reasons.flatMap(([holds, , reason]) => holds ? reason : [])),
  };
}

function addressFamilies({ runsCommands }: UnitFacts): Setting {
  const value = "AF_UNIX AF_INET AF_INET6";
  const name = "RestrictAddressFamilies";
  if (!runsCommands) return { name, value };
  return { name, value: `${value} AF_NETLINK`, because: '"command" may read network settings' };
}

function deniedCalls({ runsCommands, asksPodman }: UnitFacts): Setting {
  const allowed = [...(runsCommands ? ["resources"] : []), ...(asksPodman ? ["mount"] : [])];
  const denied = DENIED_CALLS.filter((group) => !allowed.includes(group));
  return {
    name: "SystemCallFilter",
    value: `~${denied.map((group) => `@${group}`).join(" ")}`,
    ...because([
      ...(runsCommands ? ['"command" may set limits and priorities'] : []),
      ...(asksPodman ? ["Podman mounts its storage"] : []),
    ]),
  };
}

function files(facts: UnitFacts, path: (path: string) => string): Setting[] {
  const { writes, keeps, validates, asksPodman } = facts;
  const list = (name: string, paths: readonly string[], reason?: string): Setting[] =>
    [...new Set(paths)].map((one, index) => ({
      name,
      value: path(`-${one}`),
      ...(index === 0 && reason !== undefined && { because: reason }),
    }));
  return [
    home(facts),
    system(facts),
    ...sharedMemory(facts),
    ...list("ReadWritePaths", writes.filter((one) => one !== "/")),
    ...(validates
      ? list("ReadWritePaths", VALIDATE_WRITES, '"validate" may write pid files, caches and logs')
      : []),
    ...(asksPodman ? list("ReadWritePaths", PODMAN_WRITES, "Podman keeps its state there") : []),
    ...list("ReadOnlyPaths", [...runtimeKeeps(facts), ...keeps]),
  ];
}

function home({ inHome, readsHome, runsCommands }: UnitFacts): Setting {
  const reasons = [
    ...(readsHome
      ? ["the configuration names no login method, so ~/.vault-token may be read"]
      : []),
    ...(inHome === undefined ? [] : [`the configuration names "${printable(inHome)}"`]),
    ...(runsCommands ? ['"command" may read keys and settings there'] : []),
  ];
  const value = reasons.length === 0 ? "yes" : "read-only";
  return { name: "ProtectHome", value, ...because(reasons) };
}

function system({ runsCommands, writes }: UnitFacts): Setting {
  const reasons = [
    ...(runsCommands ? ['VCM does not know where "command" writes'] : []),
    ...(writes.includes("/") ? ["files in / are written"] : []),
  ];
  const value = reasons.length === 0 ? "strict" : "yes";
  return { name: "ProtectSystem", value, ...because(reasons) };
}

function sharedMemory(facts: UnitFacts): Setting[] {
  const { inShm, asksPodman, runsCommands } = facts;
  const name = "InaccessiblePaths";
  if (inShm !== undefined) {
    return [{ name, because: `the configuration names "${printable(inShm)}"` }];
  }
  if (asksPodman) return [{ name, because: "Podman's locks are in /dev/shm" }];
  if (!runsCommands) return [{ name, value: "-/dev/shm" }];
  const reason = '"command" may use shared memory, which is its own';
  return [{ name: "TemporaryFileSystem", value: "/dev/shm:mode=1777", because: reason }];
}

function because(reasons: readonly string[]): Pick<Setting, "because"> {
  return reasons.length === 0 ? {} : { because: reasons.join("; ") };
}
