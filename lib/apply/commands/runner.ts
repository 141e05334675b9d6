/**
 * Runs programs for a plan. Which program and with which arguments comes from the plan: a request
 * selects one of its services, or names one of its paths. What a request says is checked as if
 * malicious code had sent it, because that is what this protects against.
 */
import * as fs from "node:fs";
import { PARTS } from "../../certificate/types.ts";
import { makeSymbolicLink } from "../../host/symbolic_link.ts";
import { copyContext } from "../../host/selinux.ts";
import type { HostUser } from "../../host/types.ts";
import type { Plan, ServiceStep, Step, ValidateStep } from "../../plan/types.ts";
import type { TargetStep } from "../../plan/target_types.ts";
import { isVersion, replacedFile, stagedVersion, temporaryFile } from "../../store/store_paths.ts";
import { directoryOf, nameOf } from "../../text/path.ts";
import type { MetricsPlace } from "../metrics_file.ts";
import type { FileRequest, WriterAnswer } from "../writers/writer.ts";
import { aclsOf } from "./planned_acls.ts";
import { withSiblings } from "./planned_paths.ts";
import type { ActionResult, Commands, Running, SetEntry } from "./commands.ts";
import type { UserProcess } from "./user_process.ts";

export class CommandRunner implements Commands {
  readonly #steps: readonly Step[];
  /** Paths that another user writes, by user. */
  readonly #paths = new Map<string, Set<string>>();
  readonly #processes = new Map<string, UserProcess>();
  readonly #acted = new Set<string>();

  constructor({ steps }: Pick<Plan, "steps">, metrics?: MetricsPlace) {
    this.#steps = steps;
    const add = (by: HostUser | undefined, ...paths: readonly string[]) => {
      if (by === undefined) return;
      const known = this.#paths.get(keyOf(by)) ?? new Set();
      this.#paths.set(keyOf(by), known);
      paths.forEach((path) => known.add(path));
    };
    if (metrics !== undefined) add(metrics.by, metrics.path, temporaryFile(metrics.path));
    for (const step of steps) {
      if (step.kind === "recover") {
        for (const { path, by } of step.byUsers ?? []) add(by, path);
        for (const { path, by } of step.pendingValidation) add(by, ...withSiblings(path));
      } else if (step.kind === "deploy") {
        for (const { path, by } of step.targets) add(by, ...withSiblings(path));
      }
    }
  }

  async act(service: string): Promise<ActionResult> {
    const [step] = this.#services([service]);
    if (step === undefined || this.#acted.has(service)) throw new NotPlannedError();
    this.#acted.add(service);
    return await (await import("./act.ts")).act(step);
  }

  async validate(service: string, command: number): Promise<ActionResult> {
    const step = this.#steps.find((step) => isForService(step) && step.service === service);
    if (step === undefined || !isForService(step) || !Number.isInteger(command)) {
      throw new NotPlannedError();
    }
    const argv = step.validate[command];
    if (argv === undefined) throw new NotPlannedError();
    return await (await import("./command.ts")).runServiceCommand(argv, step);
  }

  async observe(services: readonly string[]): Promise<ReadonlyMap<string, Running>> {
    return await (await import("./running.ts")).observeRunning(this.#services(services));
  }

  async write({ uid, gid }: HostUser, asked: FileRequest): Promise<WriterAnswer> {
    const key = keyOf({ uid, gid });
    const request = asSent(asked);
    const isUser = typeof uid === "number" && typeof gid === "number";
    if (!isUser || !this.#mayWrite(key, request)) throw new NotPlannedError();
    let process = this.#processes.get(key);
    if (process === undefined) {
      process = new (await import("./user_process.ts")).UserProcess({ uid, gid });
      this.#processes.set(key, process);
    }
    return await process.carryOut(request);
  }

  #mayWrite(user: string, request: FileRequest): boolean {
    const paths = this.#paths.get(user);
    if (paths === undefined) return false;
    switch (request.do) {
      case "make":
        return paths.has(request.file.path);
      case "sync":
        return [...paths].some((path) => directoryOf(path) === request.directory);
      default:
        return paths.has(request.path);
    }
  }

  linkBundle(path: string, version: string): Promise<void> {
    const bundle = this.#target(path, ({ what }) => what === "bundle");
    if (!isVersionOf(version, bundle.path)) throw new NotPlannedError();
    makeSymbolicLink(version, temporaryFile(bundle.path));
    return Promise.resolve();
  }

  copyLink(path: string): Promise<void> {
    const target = this.#target(
      path,
      ({ drift }) => drift.some(({ kind }) => kind === "not-a-file"),
    );
    makeSymbolicLink(fs.readlinkSync(target.path), temporaryFile(replacedFile(target.path)));
    return Promise.resolve();
  }

  copyContext(path: string, entry?: SetEntry): Promise<void> {
    const target = this.#target(path, ({ what }) => (what === "bundle") === (entry !== undefined));
    if (entry === undefined) copyContext(target.path, temporaryFile(target.path));
    else {
      const { version, part } = entry;
      const isPart = part === undefined || PARTS.includes(part);
      if (!isPart || !isVersionOf(version, target.path)) throw new NotPlannedError();
      const file = part === undefined ? "" : `/${part}.pem`;
      const from = `${directoryOf(target.path)}/${version}`;
      copyContext(`${from}${file}`, `${stagedVersion(target.path)}${file}`);
    }
    return Promise.resolve();
  }

  async setAcls(
    asked: readonly { readonly path: string; readonly version?: string }[],
  ): Promise<void> {
    const found = asked.map(({ path, version }) => {
      const target = this.#anyTarget(
        path,
        ({ acl, acls }) => acl !== undefined || acls !== undefined,
      );
      const isVersion = target.what === "bundle" && isVersionOf(version, target.path);
      if (target.what === "bundle" && !isVersion) throw new NotPlannedError();
      return { by: target.by, acls: aclsOf(target, version) };
    });
    const { writeAcls } = await import("../../host/acl.ts");
    for (const some of Map.groupBy(found, ({ by }) => by && keyOf(by)).values()) {
      await writeAcls(some.flatMap(({ acls }) => acls), some[0]?.by);
    }
  }

  async close(): Promise<void> {
    const processes = [...this.#processes.values()];
    this.#processes.clear();
    await Promise.all(processes.map((process) => process.close()));
  }

  #services(names: readonly string[]): ServiceStep[] {
    return this.#steps.filter((step) => step.kind === "service")
      .filter(({ service }) => names.includes(service));
  }

  /** A target that root writes. */
  #target(path: string, has: (target: TargetStep) => boolean): TargetStep {
    return this.#anyTarget(path, (target) => target.by === undefined && has(target));
  }

  #anyTarget(path: string, has: (target: TargetStep) => boolean): TargetStep {
    const found = this.#steps.flatMap((step) => step.kind === "deploy" ? step.targets : [])
      .find((target) => target.path === path && has(target));
    if (found === undefined) throw new NotPlannedError();
    return found;
  }
}

/** The request is not in the plan. Requests of VCM's own code always are. */
class NotPlannedError extends Error {
  override readonly name = "NotPlannedError";

  constructor() {
    super("the plan contains no such action");
  }
}

function isForService(step: Step): step is ServiceStep | ValidateStep {
  return step.kind === "service" || step.kind === "validate";
}

/**
 * The request as the process will read it. What comes by a port may differ from that: a `String` is no
 * text for a comparison, but is written as one.
 */
function asSent(request: FileRequest): FileRequest {
  return JSON.parse(JSON.stringify(request));
}

function isVersionOf(version: unknown, bundle: string): boolean {
  return typeof version === "string" && isVersion(version, nameOf(bundle));
}

function keyOf({ uid, gid }: HostUser): string {
  return `${uid} ${gid}`;
}
