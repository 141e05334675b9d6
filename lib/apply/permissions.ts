/**
 * What carrying out a plan may touch: the directories, files, hosts and programs that it names, and
 * nothing else. A path stands for all below it. The runtime compares names, and for what is opened
 * also what they lead to: a directory that is reached by a link is named both ways. So this is a wall
 * against code that turned evil, not against links.
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

/** Each list sorted, and without repetitions. */
export interface Rights {
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Hosts, each for all of its ports unless the file gives one: a name is looked up for none. */
  readonly net: readonly string[];
  /** Absolute paths where programs may be. */
  readonly run: readonly string[];
}

/** Needs read permission for the directories that the plan would make. */
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
      // To tell a program that is not there from one that cannot be run.
      ...steps.flatMap(programsOf),
    ]),
    write: sorted([
      ...[certStore, ...bundles].flatMap((path) => [path, realPath(path)]),
      ...byDirectory(files.flatMap((path) => [path, inRealDirectory(path)])),
    ]),
    net: sorted([...(issues ? hostsOf(access) : []), ...steps.flatMap(probedHosts)]),
    run: sorted([
      ...steps.flatMap(programsOf),
      ...(steps.some(needsOthers) || metrics?.by !== undefined ? [Deno.execPath()] : []),
    ]),
  };
}

/** Whether another user writes, who does so by this program. */
function needsOthers(step: Step): boolean {
  if (step.kind === "deploy") return step.targets.some(({ by }) => by !== undefined);
  return step.kind === "recover" &&
    (step.byUsers !== undefined || step.pendingValidation.some(({ by }) => by !== undefined));
}

/** Files of one directory from which on the directory stands for them. */
const MANY = 60;

/** The runtime goes through the whole list at each call, which thousands of files make slow. */
function byDirectory(files: readonly string[]): string[] {
  return [...Map.groupBy(files, directoryOf)].flatMap(([directory, files]) =>
    files.length > MANY ? directory : files
  );
}

/** Where a path leads, as far as it exists. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path === "/" ? path : inRealDirectory(path);
  }
}

/** A link that lies at the path itself is replaced, and what it leads to is none of ours. */
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

/** A target, and what lies beside it while it is replaced; where there are no links, a copy too. */
function withSiblings(path: string): string[] {
  const kept = replacedFile(path);
  return [path, temporaryFile(path), kept, temporaryFile(kept)];
}

/** Directories in which bundles lie: what a new set is called there is known only once it is issued. */
function bundleDirectories(step: Step): string[] {
  const targets = step.kind === "deploy" ? step.targets : [];
  return targets.flatMap(({ what, path, endsBundle }) =>
    what === "bundle" || endsBundle ? directoryOf(path) : []
  );
}

/** Where there are no hard links, a link that is replaced is kept by another link. */
function makesLinks(step: Step): boolean {
  return bundleDirectories(step).length > 0 || (step.kind === "deploy" &&
    step.targets.some(({ drift }) => drift.some(({ kind }) => kind === "not-a-file")));
}

function missingDirectories(path: string): string[] {
  if (readInfo(path).kind !== "absent") return [];
  return [path, temporaryFile(path), ...missingDirectories(directoryOf(path))];
}

/** An unwrapped secret id is kept where the file says. */
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
  const judges = step.validate.flatMap(([program = ""]) => programPaths(program));
  const actor = step.kind === "service" ? actorsOf(step) : [];
  // What runs too long is ended with what it has started.
  return [...judges, ...actor, ...KILL, ...PS];
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
  // What is said to a service passes through a port of this host.
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
