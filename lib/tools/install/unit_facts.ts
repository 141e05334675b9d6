/** The facts of a configuration that decide how its unit is restricted. */
import { resolve } from "node:path";
import { DEFAULT_PROBE_TIMEOUT, DEFAULT_SETTLE } from "../../config/defaults.ts";
import { SYSTEM_FILE } from "../../config/load.ts";
import { type Config, entriesOf, type ServiceSpec } from "../../config/types.ts";
import { directoryOf } from "../../text/path.ts";
import { socketPath } from "../../text/socket_path.ts";
import { firstIn, isIn, nearestExisting, realPath, topmost } from "./places.ts";

/** Read by systemd before it starts a run. */
export const ENVIRONMENT_FILE = "/etc/vcm/environment";
export const CRON_FILE = "/etc/cron.d/vcm";

/** Where programs that check a service's files write: pid files, caches, state, logs, queues. */
export const VALIDATE_WRITES = ["/run", "/var/cache", "/var/lib", "/var/log", "/var/spool"];
export const PODMAN_WRITES = ["/run", "/var/lib/containers"];

export interface UnitFacts {
  /** Absolute path of this program. */
  readonly binary: string;
  /** Absolute path of the configuration. Absent: the default file. */
  readonly config?: string;
  /** No login method is configured, so `~/.vault-token` may be used. */
  readonly readsHome: boolean;
  /** Processes of the unit start containers, which would inherit its restrictions. */
  readonly startsContainers: boolean;
  /** Podman is asked about containers, or sends them signals. */
  readonly asksPodman: boolean;
  readonly validates: boolean;
  readonly runsCommands: boolean;
  /** A target has set-id bits. */
  readonly givesSetIds: boolean;
  readonly createsDirectories: boolean;
  /** A path of the configuration in each place that is otherwise hidden. */
  readonly inHome?: string;
  readonly inTmp?: string;
  readonly inShm?: string;
  /** Where a run writes, the topmost directories. */
  readonly writes: readonly string[];
  /** What the run must not write inside of these. */
  readonly keeps: readonly string[];
  /** The directory of an unwrapped secret id, if other files in it control what root runs. */
  readonly sharedSecretDirectory?: string;
  /** Seconds that a run may take. */
  readonly limit: number;
}

/** @param config With the manager of each service, if it could be detected. */
export function unitFacts(
  config: Config,
  binary: string,
  /** The environment or systemd hands over a wrapped secret id. */
  isHandedWrapped = false,
): UnitFacts {
  const { vault } = config;
  const services = entriesOf(config).flatMap(({ services }) => services);
  const targets = entriesOf(config).flatMap(({ targets }) => targets);
  const file = namedFile(config);
  const startsContainers = services.some(startsContainer);
  const secret = secretDirectory(config, isHandedWrapped);
  const trusted = [
    resolve(config.file),
    ENVIRONMENT_FILE,
    binary,
    ...(config.included ?? []).map((one) => resolve(one)),
  ];
  const isShared = secret !== undefined &&
    trusted.some((path) => isIn(realPath(directoryOf(path)), realPath(secret)));
  const all = [
    ...writtenDirectories(config),
    ...(secret === undefined || isShared ? [] : [secret]),
  ];
  const asksPodman = services.some(({ manager }) => manager === "podman");
  const validates = services.some(({ validate }) => validate !== undefined);
  const open = [
    ...all,
    ...(validates ? VALIDATE_WRITES : []),
    ...(asksPodman ? PODMAN_WRITES : []),
  ].map(realPath);
  const keeps = [...new Set(trusted.flatMap((path) => keptIn(path, open)))];
  const inKept = all.filter((path) => keeps.some((kept) => isIn(realPath(path), realPath(kept))));
  const paths = [binary, ...pathsOf(config)];
  const [inHome, inTmp, inShm] = (["home", "tmp", "shm"] as const)
    .map((place) => firstIn(place, paths));
  return {
    binary,
    ...(file !== undefined && { config: file }),
    readsHome: vault.tokenFile === undefined && vault.login === undefined,
    startsContainers,
    asksPodman,
    validates,
    runsCommands: services.some(({ command }) => command !== undefined),
    givesSetIds: targets.some(({ mode = 0 }) => (mode & 0o6000) !== 0),
    createsDirectories: targets.some(({ createDirs }) => createDirs),
    ...(inHome && { inHome }),
    ...(inTmp && { inTmp }),
    ...(inShm && { inShm }),
    writes: [...new Set([...topmost(all), ...topmost(inKept)])],
    keeps,
    ...(isShared && { sharedSecretDirectory: secret }),
    limit: limitOf(config),
  };
}

/** Whether a text of the environment or of a unit hands over a wrapped secret id. */
export function handsWrapped(text: string): boolean {
  return /^[^#;]*(?:\b(?:VAULT|BAO)_WRAPPED_SECRET_ID=|\bvault_wrapped_secret_id\b)/m.test(text);
}

/**
 * The Docker daemon starts its containers. Podman containers are started by the calling process.
 */
function startsContainer({ manager, control, command, validate }: ServiceSpec): boolean {
  return (manager === "podman" && control !== "signal" && control !== "reload") ||
    [command, validate].some((words) => /(?:^|\/)podman$/.test(words?.[0] ?? ""));
}

/** The store, and the directories of targets, log and metrics. */
function writtenDirectories(config: Config): string[] {
  const { certStore, logFile, metricsFile } = config;
  const targets = entriesOf(config).flatMap(({ targets }) => targets);
  const files = [logFile, metricsFile].filter((path) => path !== undefined);
  return [
    certStore,
    ...files.map(directoryOf),
    ...targets.map(({ path, createDirs }) =>
      createDirs ? nearestExisting(directoryOf(path)) : directoryOf(path)
    ),
  ];
}

/** Where an unwrapped secret id is saved, if one may be unwrapped. */
function secretDirectory({ vault: { login } }: Config, isHandedWrapped: boolean) {
  if (login?.kind !== "approle" || login.secretIdFile === undefined) return undefined;
  const unwraps = isHandedWrapped || login.wrappedSecretIdFile !== undefined;
  return unwraps ? directoryOf(login.secretIdFile) : undefined;
}

/** The read-only path that protects a file in a writable directory: its directory, if that is deeper. */
function keptIn(path: string, open: readonly string[]): string[] {
  const directory = directoryOf(path);
  const above = realPath(directory);
  if (open.includes(above)) return [realPath(path)];
  return open.some((one) => isIn(above, one)) ? [directory] : [];
}

/** Every path that the configuration names, also in the words of commands. */
function pathsOf(config: Config): string[] {
  const { vault } = config;
  const { login } = vault;
  const services = entriesOf(config).flatMap(({ services }) => services);
  const targets = entriesOf(config).flatMap(({ targets }) => targets);
  const words = [
    ...services.flatMap(({ command = [], validate = [] }) => [...command, ...validate]),
    ...(login?.kind === "jwt" ? login.jwtCommand ?? [] : []),
  ];
  return [
    resolve(config.file),
    ...(config.included ?? []).map((one) => resolve(one)),
    config.certStore,
    config.logFile,
    config.metricsFile,
    vault.trust.kind === "file" ? vault.trust.path : undefined,
    ...vault.addresses.map(socketPath),
    vault.clientCert,
    vault.clientKey,
    vault.tokenFile,
    ...(login?.kind === "approle" ? [login.secretIdFile, login.wrappedSecretIdFile] : []),
    login?.kind === "jwt" || login?.kind === "kubernetes" ? login.jwtFile : undefined,
    ...targets.flatMap(({ path, passwordFile }) => [path, passwordFile]),
    ...services.map(({ pidFile }) => pidFile),
    ...words.flatMap((word) => word.match(/\/[^\s"'=:,;<>|&()]+/g) ?? []),
  ].filter((path) => path !== undefined);
}

/** Seconds to look at the host before the steps and to end in order, whatever the configuration says. */
const BASE_LIMIT = 600;
/** Seconds for a request, as in lib/vault. */
const REQUEST_LIMIT = 60;

/** `max_run`, and the longest that a step which is under way then can take: a request, or a service. */
function limitOf(config: Config): number {
  const { maxRun, vault } = config;
  const services = entriesOf(config).flatMap(({ services }) => services);
  const steps = services.map(({ timeout, settle, probe }) =>
    timeout + settle - DEFAULT_SETTLE +
    (probe === undefined ? 0 : Math.max(probe.timeout, DEFAULT_PROBE_TIMEOUT))
  );
  return maxRun + BASE_LIMIT + Math.max(vault.timeout ?? REQUEST_LIMIT, ...steps);
}

/** Absolute path of the configuration if the unit must name it. Undefined: the default file. */
export function namedFile({ file }: Pick<Config, "file">): string | undefined {
  const path = resolve(file);
  return path === SYSTEM_FILE ? undefined : path;
}
