/**
 * The permissions of a plan: the directories, files, hosts and programs that it names, and nothing else.
 * A path includes all below it. The runtime compares names, and for opened files also their real paths,
 * so a directory that is reached by a link is listed under both. This is a sandbox against malicious
 * code, not against links.
 */
import { directoryOf, nameOf } from "../text/path.ts";
import { replacedFile, temporaryFile } from "../store/store_paths.ts";
import { CHCON, KILL, LN, programPaths, PS } from "../host/run_command.ts";
import { ENGINES } from "../host/containers.ts";
import { readInfo } from "../host/read.ts";
import { SYSTEMCTL } from "../host/units.ts";
import type { Plan, ServiceStep, Step } from "../plan/types.ts";
import type { MetricsPlace } from "./metrics_file.ts";
import { SELINUX } from "../host/selinux.ts";
import type { AccessInput } from "./session_once.ts";

/** Each list is sorted and without repetitions. */
export interface Rights {
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Hosts, each with all ports unless the configuration gives one, because a name lookup has no port. */
  readonly net: readonly string[];
  /** Absolute paths of programs. */
  readonly run: readonly string[];
}

/** Needs read permission for the directories that the plan would create. */
export function rightsFor(
  { certStore, steps }: Plan,
  access: AccessInput,
  metrics?: MetricsPlace,
): Rights {
  const written = [
    ...steps.flatMap(filesWritten),
    ...(metrics === undefined ? [] : [metrics.path, temporaryFile(metrics.path)]),
  ];
  const secrets = "credentials" in access ? access.credentials.flatMap(secretFiles) : [];
  const issues = steps.some(({ kind }) => kind === "issue");
  const bundles = steps.flatMap(bundleDirectories);
  const files = issues ? [...written, ...secrets] : written;
  return {
    read: sorted([
      ...[certStore, ...files.map(directoryOf), ...bundles, ...steps.flatMap(filesRead)]
        .flatMap((path) => [path, realPath(path)]),
      // To tell a missing program from one that cannot be run.
      ...steps.flatMap(programsOf),
    ]),
    write: sorted([
      ...[certStore, ...bundles].flatMap((path) => [path, realPath(path)]),
      ...byDirectory(files.flatMap((path) => [path, inRealDirectory(path)])),
    ]),
    net: sorted([...(issues ? hostsOf(access) : []), ...steps.flatMap(probedHosts)]),
    run: sorted([
      ...steps.flatMap(programsOf),
      ...(steps.some(needsUserWriter) || metrics?.by !== undefined ? [Deno.execPath()] : []),
    ]),
  };
}

/** Whether another user writes, by a process of this program. */
function needsUserWriter(step: Step): boolean {
  if (step.kind === "deploy") return step.targets.some(({ by }) => by !== undefined);
  return step.kind === "recover" &&
    (step.byUsers !== undefined || step.pendingValidation.some(({ by }) => by !== undefined));
}

/** If more files than this are in one directory, the directory is listed instead. */
const MANY = 60;

/** The runtime searches the whole list at each call, which is slow with thousands of files. */
function byDirectory(files: readonly string[]): string[] {
  return [...Map.groupBy(files, directoryOf)].flatMap(([directory, files]) =>
    files.length > MANY ? directory : files
  );
}

/** The real path, as far as it exists. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path === "/" ? path : inRealDirectory(path);
  }
}

/** Resolves the directory only: a link at the path itself is replaced, not followed. */
function inRealDirectory(path: string): string {
  const directory = realPath(directoryOf(path));
  return `${directory === "/" ? "" : directory}/${nameOf(path)}`;
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

function filesWritten(step: Step): string[] {
  if (step.kind === "recover") {
    return [...step.leftovers, ...step.pendingValidation.flatMap(({ path }) => withSiblings(path))];
  }
  if (step.kind !== "deploy") return [];
  return step.targets.flatMap(({ path, createDirs }) => [
    ...withSiblings(path),
    ...(createDirs ? missingDirectories(directoryOf(path)) : []),
  ]);
}

/** A target and the files beside it while it is replaced, including a copy if hard links are missing. */
function withSiblings(path: string): string[] {
  const kept = replacedFile(path);
  return [path, temporaryFile(path), kept, temporaryFile(kept)];
}

/** Directories of bundles: the name of a new set is known only after it is issued. */
function bundleDirectories(step: Step): string[] {
  const targets = step.kind === "deploy" ? step.targets : [];
  return targets.flatMap(({ what, path, endsBundle }) =>
    what === "bundle" || endsBundle ? directoryOf(path) : []
  );
}

/** Without hard links, a symbolic link is kept by creating another one. */
function makesLinks(step: Step): boolean {
  return bundleDirectories(step).length > 0 || (step.kind === "deploy" &&
    step.targets.some(({ drift }) => drift.some(({ kind }) => kind === "not-a-file")));
}

function missingDirectories(path: string): string[] {
  if (readInfo(path).kind !== "absent") return [];
  return [path, temporaryFile(path), ...missingDirectories(directoryOf(path))];
}

/** The configuration may name a file for an unwrapped secret ID. */
function secretFiles(by: { readonly kind: string; readonly secretIdFile?: string }): string[] {
  const { secretIdFile } = by;
  return secretIdFile === undefined ? [] : [secretIdFile, temporaryFile(secretIdFile)];
}

function filesRead(step: Step): readonly string[] {
  const passwords = step.kind === "deploy"
    ? step.targets.flatMap(({ passwordFile }) => passwordFile ?? [])
    : [];
  const pidFile = step.kind === "service" && step.action.manager === "pid_file"
    ? [step.action.pidFile]
    : [];
  const context = step.kind === "deploy" ? [SELINUX] : [];
  return [...passwords, ...pidFile, ...context];
}

function programsOf(step: Step): readonly string[] {
  if (step.kind === "deploy") {
    const context = readInfo(SELINUX).kind === "present" ? CHCON : [];
    return [...context, ...(makesLinks(step) ? LN : [])];
  }
  if (step.kind !== "service" && step.kind !== "validate") return [];
  const validators = step.validate.flatMap(([program = ""]) => programPaths(program));
  const actor = step.kind === "service" ? actorsOf(step) : [];
  // To end what runs too long, with its descendants.
  return [...validators, ...actor, ...KILL, ...PS];
}

function actorsOf({ action }: ServiceStep): readonly string[] {
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

function probedHosts(step: Step): string[] {
  const probes = step.kind === "service" ? step.probes : [];
  // A probe goes through a relay on a port of this host.
  return probes.flatMap(({ probe }) => [bracketed(probe.host), "127.0.0.1"]);
}

function hostsOf(access: AccessInput): string[] {
  if ("problem" in access) return [];
  const proxy = access.proxy === undefined ? [] : [access.proxy];
  return [
    ...[...access.addresses, ...proxy].map((address) => new URL(address).hostname),
    ...access.redirectHosts,
  ];
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
