/** What of a configuration decides how the unit that runs it is hardened. */
import { resolve } from "node:path";
import { SYSTEM_FILE } from "../../config/load.ts";
import type { Config, ServiceSpec } from "../../config/types.ts";
import { directoryOf } from "../../text/path.ts";

export interface UnitFacts {
  /** Absolute path of this program. */
  readonly binary: string;
  /** Absolute path of the configuration; absent: the one that is read where none is named. */
  readonly config?: string;
  /** The file names no way to log in, so that `~/.vault-token` may be the one. */
  readonly readsHome: boolean;
  /** Containers are started by a process of the unit, and would be under its restrictions. */
  readonly startsContainers: boolean;
  /** A target gets set-id bits. */
  readonly givesSetIds: boolean;
  readonly writes: Writes;
}

/** Where a run writes. */
export type Writes =
  | { readonly kind: "known"; readonly directories: readonly string[] }
  /** What makes it write where nobody can tell beforehand, as keys of the file. */
  | { readonly kind: "unknown"; readonly because: readonly string[] };

/** @param config With the manager of each service, where it could be found out. */
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

/** Docker's containers are its daemon's; Podman's are made by the process that asks for them. */
function startsContainer({ manager, control, command, validate }: ServiceSpec): boolean {
  return (manager === "podman" && control !== "signal" && control !== "reload") ||
    [command, validate].some((words) => /(?:^|\/)podman$/.test(words?.[0] ?? ""));
}

/** The store, and the directories of targets, log, metrics, and a secret id that is unwrapped into a file. */
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

/** Sorted, without those that lie below others. */
function topmost(directories: readonly string[]): string[] {
  const all = [...new Set(directories)].sort();
  return all.filter((directory) => !all.some((other) => isBelow(directory, other)));
}

/** Whether a path lies below another one. */
export function isBelow(path: string, above: string): boolean {
  return path !== above && path.startsWith(above === "/" ? "/" : `${above}/`);
}

/** Absolute path of the configuration where a unit has to name it; undefined: it is the default. */
export function namedFile({ file }: Pick<Config, "file">): string | undefined {
  const path = resolve(file);
  return path === SYSTEM_FILE ? undefined : path;
}
