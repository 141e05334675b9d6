/**
 * The permissions of a plan: the directories, files, hosts and programs that it names, and nothing else.
 * A path includes all below it. The runtime compares names, and for opened files also their real paths,
 * so a directory that is reached by a link is listed under both. This is a sandbox against malicious
 * code, not against links.
 */
import { directoryOf, nameOf } from "../text/path.ts";
import { socketPath } from "../text/socket_path.ts";
import { temporaryFile } from "../store/store_paths.ts";
import { mayBeLink, withSiblings } from "./commands/planned_paths.ts";
import { programPaths } from "../host/run_command.ts";
import { CHCON, KILL, LN, PS } from "../host/run_sync.ts";
import { ENGINES } from "../host/containers.ts";
import { readInfo } from "../host/read.ts";
import { SYSTEMCTL } from "../host/units.ts";
import type { Plan, ServiceAction, Step } from "../plan/types.ts";
import type { TargetStep } from "../plan/target_types.ts";
import type { MetricsPlace } from "./metrics_file.ts";
import { SELINUX } from "../host/selinux.ts";
import type { AccessInput } from "./session_once.ts";

/** Permissions of the two workers. Each list is sorted and without repetitions. */
export interface Rights {
  readonly files: FileRights;
  readonly commands: CommandRights;
}

/** Permissions of the worker that writes files and talks to the server: it can run no program. */
export interface FileRights {
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Hosts, each with all ports unless the configuration gives one, because a name lookup has no port. */
  readonly net: readonly string[];
}

/** Permissions of the worker that runs programs: it can neither write a file nor use the network. */
export interface CommandRights {
  readonly read: readonly string[];
  /** Absolute paths of programs. */
  readonly run: readonly string[];
}

/** What a part of the work touches. */
interface Needs {
  /** Files that are written; their directories are read. */
  readonly files?: readonly string[];
  /** Directories in which anything is written, and sockets, which take the same permissions. */
  readonly directories?: readonly string[];
  readonly read?: readonly string[];
  readonly net?: readonly string[];
  readonly run?: readonly string[];
  /** Files that the worker that runs programs reads. */
  readonly readByCommands?: readonly string[];
  /** Whether another user writes, by a process of this program. */
  readonly userWriter?: boolean;
}

/** Needs read permission for the directories that the plan would create. */
export function rightsFor(
  { certStore, steps }: Plan,
  access: AccessInput,
  metrics?: MetricsPlace,
): Rights {
  const needs = steps.map(needsOf);
  if (steps.some((s) => /^(issue|revoke|fetch)$/.test(s.kind))) needs.push(needsOfServer(access));
  if (metrics !== undefined) {
    const { path, by } = metrics;
    needs.push({ files: [path, temporaryFile(path)], userWriter: by !== undefined });
  }
  const all = (kind: Exclude<keyof Needs, "userWriter">) => needs.flatMap((one) => one[kind] ?? []);
  const files = all("files");
  const directories = [certStore, ...all("directories")];
  const readIn = new Set([...directories, ...files.map(directoryOf), ...all("read")]);
  const ownProgram = needs.some(({ userWriter }) => userWriter) ? [Deno.execPath()] : [];
  return {
    files: {
      read: sorted([...readIn].flatMap(withRealPath)),
      write: sorted([...directories.flatMap(withRealPath), ...byDirectory(files)]),
      net: sorted(all("net")),
    },
    commands: {
      // The programs: to tell a missing one from one that cannot be run.
      read: sorted([...all("run"), ...all("readByCommands").flatMap(withRealPath)]),
      run: sorted([...all("run"), ...ownProgram]),
    },
  };
}

function needsOf(step: Step): Needs {
  switch (step.kind) {
    case "recover": {
      const { leftovers, byUsers, pendingValidation } = step;
      return {
        files: [...leftovers, ...pendingValidation.flatMap(({ path }) => withSiblings(path))],
        userWriter: byUsers !== undefined || pendingValidation.some(({ by }) => by !== undefined),
      };
    }
    case "deploy":
      return needsOfTargets(step.targets);
    case "service":
    case "validate": {
      const validators = step.validate.flatMap(([program = ""]) => programPaths(program));
      // kill and ps end what runs too long, with its descendants.
      const run = [...validators, ...KILL, ...PS];
      if (step.kind === "validate") return { run };
      const { manager } = step.action;
      return {
        run: [...run, ...programsOf(step.action)],
        readByCommands: manager === "pid_file" ? [step.action.pidFile] : [],
        // A probe goes through a relay on a port of this host.
        net: step.probes.flatMap(({ probe: { host } }) => [
          host.includes(":") ? `[${host}]` : host,
          "127.0.0.1",
        ]),
      };
    }
    default:
      return {};
  }
}

function needsOfTargets(targets: readonly TargetStep[]): Needs {
  // The name of a bundle's new set is known only after it is issued.
  const directories = targets.flatMap(({ what, path, endsBundle }) =>
    what === "bundle" || endsBundle ? directoryOf(path) : []
  );
  // Without hard links, a symbolic link is kept by creating another one.
  const links = targets.filter((target) => target.by === undefined && mayBeLink(target));
  return {
    files: targets.flatMap(({ path, createDirs }) => [
      ...withSiblings(path),
      ...(createDirs ? missingDirectories(directoryOf(path)) : []),
    ]),
    directories,
    read: [SELINUX, ...targets.flatMap(({ passwordFile }) => passwordFile ?? [])],
    run: [
      ...(readInfo(SELINUX).kind === "present" ? CHCON : []),
      ...(links.length > 0 ? LN : []),
      ...(targets.some(({ acl, acls }) => acl ?? acls) ? programPaths("setfacl") : []),
    ],
    readByCommands: links.map(({ path }) => path),
    userWriter: targets.some(({ by }) => by !== undefined),
  };
}

function needsOfServer(access: AccessInput): Needs {
  const { addresses = [], proxy = [], redirectHosts = [] } = access;
  const credentials = "problem" in access ? [] : access.credentials;
  // The configuration may name a file for an unwrapped secret ID.
  const secrets = credentials.flatMap((one: { kind: string; secretIdFile?: string }) =>
    one.secretIdFile ?? []
  );
  return {
    files: secrets.flatMap((path) => [path, temporaryFile(path)]),
    directories: addresses.flatMap((address) => socketPath(address) ?? []),
    net: [addresses, proxy].flat().flatMap((address) => new URL(address).hostname || [])
      .concat(redirectHosts),
  };
}

function programsOf(action: ServiceAction): readonly string[] {
  switch (action.manager) {
    case "systemd":
      return SYSTEMCTL;
    case "docker":
    case "podman":
      return ENGINES[action.manager];
    case "pid_file":
      return [];
    case "command":
      return programPaths(action.command[0] ?? "");
  }
}

function missingDirectories(path: string): string[] {
  if (readInfo(path).kind !== "absent") return [];
  return [path, temporaryFile(path), ...missingDirectories(directoryOf(path))];
}

/** If more files than this are in one directory, the directory is listed instead. */
const MANY = 60;

/** Under both names of each directory. The runtime searches the whole list at each call, which is slow. */
function byDirectory(files: readonly string[]): string[] {
  return [...Map.groupBy(new Set(files), directoryOf)].flatMap(([directory, files]) => {
    const names = withRealPath(directory);
    if (files.length > MANY) return names;
    return names.flatMap((name) => files.map((path) => entryOf(name, path)));
  });
}

const withRealPath = (path: string) => [path, realPath(path)];

/** The real path, as far as it exists. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path === "/" ? path : entryOf(realPath(directoryOf(path)), path);
  }
}

/** The path in another directory; a link at the path itself is replaced, not followed. */
function entryOf(directory: string, path: string): string {
  return `${directory === "/" ? "" : directory}/${nameOf(path)}`;
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
