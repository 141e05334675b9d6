/** The facts of a configuration that decide how its unit is restricted. */
import { resolve } from "node:path";
import { SYSTEM_FILE } from "../../config/load.ts";
import type { Config, ServiceSpec } from "../../config/types.ts";
import { directoryOf } from "../../text/path.ts";

export interface UnitFacts {
  /** Absolute path of this program. */
  readonly binary: string;
  /** Absolute path of the configuration. Absent: the default file. */
  readonly config?: string;
  /** No login method is configured, so `~/.vault-token` may be used. */
  readonly readsHome: boolean;
  /** Processes of the unit start containers, which would inherit its restrictions. */
  readonly startsContainers: boolean;
  /** A target has set-id bits. */
  readonly givesSetIds: boolean;
  readonly writes: Writes;
}

/** Where a run writes. */
export type Writes =
  | { readonly kind: "known"; readonly directories: readonly string[] }
  /** Keys of the configuration because of which the paths are not known beforehand. */
  | { readonly kind: "unknown"; readonly because: readonly string[] };

/** @param config With the manager of each service, if it could be detected. */
export function unitFacts(
  config: Config,
  binary: string,
  file: string | undefined,
): UnitFacts {
  const { vault, certificates } = config;
  const services = certificates.flatMap(({ services }) => services);
  const targets = certificates.flatMap(({ targets }) => targets);
  return {
    binary,
    ...(file === undefined ? {} : { config: file }),
    readsHome: vault.tokenFile === undefined && vault.login === undefined,
    startsContainers: services.some(startsContainer),
    givesSetIds: targets.some(({ mode = 0 }) => (mode & 0o6000) !== 0),
    writes: writesOf(config),
  };
}

/**
 * The Docker daemon starts its containers. Podman containers are started by the calling process.
 */
function startsContainer({ manager, control, command, validate }: ServiceSpec): boolean {
  return (manager === "podman" && control !== "signal" && control !== "reload") ||
    [command, validate].some((words) => /(?:^|\/)podman$/.test(words?.[0] ?? ""));
}

/**
 * The store, and the directories of targets, log, metrics, and the file of an unwrapped secret id.
 */
export function writesOf(config: Config): Writes {
  const { certStore, logFile, metricsFile, vault, certificates } = config;
  const targets = certificates.flatMap(({ targets }) => targets);
  const services = certificates.flatMap(({ services }) => services);
  const { login } = vault;
  const secretIdFile = login?.kind === "approle" ? login.secretIdFile : undefined;
  const files = [...targets.map(({ path }) => path), logFile, metricsFile, secretIdFile]
    .filter((path) => path !== undefined);
  const directories = topmost([certStore, ...files.map(directoryOf)]);
  const because = [
    ...(services.some(({ validate }) => validate !== undefined) ? ["validate"] : []),
    ...(services.some(({ command }) => command !== undefined) ? ["command"] : []),
    ...(services.some(({ manager }) => manager === "podman") ? ["podman"] : []),
    ...(targets.some(({ createDirs }) => createDirs) ? ["create_dirs"] : []),
    ...(directories.includes("/") ? ["files in /"] : []),
  ];
  return because.length > 0 ? { kind: "unknown", because } : { kind: "known", directories };
}

/** Sorted, without directories below others. */
function topmost(directories: readonly string[]): string[] {
  const all = [...new Set(directories)].sort();
  return all.filter((directory) => !all.some((other) => isBelow(directory, other)));
}

/** Whether a path lies below another one. */
export function isBelow(path: string, above: string): boolean {
  return path !== above && path.startsWith(above === "/" ? "/" : `${above}/`);
}

/** Absolute path of the configuration if the unit must name it. Undefined: the default file. */
export function namedFile({ file }: Pick<Config, "file">): string | undefined {
  const path = resolve(file);
  return path === SYSTEM_FILE ? undefined : path;
}
