/**
 * Finds the manager of services whose entry does not name it. `web` is a systemd unit or, if there is
 * no such unit, a container.
 */
import { pendingActionFile } from "../store/store_paths.ts";
import { type Config, entriesOf, type EntrySpec, type ServiceSpec } from "../config/types.ts";
import type { Engine } from "../host/containers.ts";
import { readInfo } from "../host/read.ts";

/** Directories of unit files (systemd.unit(5)), including generated and transient units. */
const UNIT_DIRECTORIES = [
  "/etc/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
  "/etc/systemd/system.control",
  "/etc/systemd/system.attached",
  "/run/systemd/system",
  "/run/systemd/system.control",
  "/run/systemd/system.attached",
  "/run/systemd/generator",
  "/run/systemd/generator.late",
  "/run/systemd/generator.early",
  "/run/systemd/transient",
  "/usr/local/lib/systemd/system",
];

/**
 * Returns the configuration with a manager for each service. Needs read permission and, for names
 * that are not units, run permission for docker and podman.
 */
export async function findManagers(config: Config): Promise<Config> {
  const open = new Map(
    entriesOf(config).flatMap(({ services }) => services)
      .filter(({ manager }) => manager === undefined)
      .map((service) => [service.id, service]),
  );
  const containers = new Map<string, Container>();
  const engines = new Set<Engine>(["docker", "podman"]);
  for (const [id, service] of open) {
    if (UNIT_DIRECTORIES.some((directory) => isThere(`${directory}/${service.name}`))) continue;
    const engine = pendingEngine(config, service) ?? await findEngine(service, engines);
    if (engine !== undefined) containers.set(id, asContainer(service, engine));
  }
  if (containers.size === 0) return config;
  const found = <T extends EntrySpec>(spec: T): T => ({
    ...spec,
    services: spec.services.map((service) => ({ ...service, ...containers.get(service.id) })),
  });
  return {
    ...config,
    certificates: config.certificates.map(found),
    trust: config.trust.map(found),
  };
}

interface Container {
  readonly id: string;
  readonly name: string;
  readonly manager: Engine;
}

function asContainer(service: ServiceSpec, manager: Engine): Container {
  const name = containerName(service);
  return { id: `${manager}:${name}`, name, manager };
}

function containerName({ name }: ServiceSpec): string {
  return name.replace(/\.service$/, "");
}

/** A container with a pending action stays known while its engine is down. */
function pendingEngine({ certStore }: Config, service: ServiceSpec): Engine | undefined {
  return (["docker", "podman"] as const)
    .find((engine) => isThere(pendingActionFile(certStore, asContainer(service, engine).id)));
}

/** @param engines Engines to ask; one that does not answer is removed. */
async function findEngine(
  service: ServiceSpec,
  engines: Set<Engine>,
): Promise<Engine | undefined> {
  const { ENGINES, observeContainer } = await import("../host/containers.ts");
  for (const engine of engines) {
    const state = ENGINES[engine].some(isThere)
      ? await observeContainer(engine, containerName(service))
      : undefined;
    if (state === undefined) engines.delete(engine);
    else if (state.state !== "unknown") return engine;
  }
  return undefined;
}

function isThere(path: string): boolean {
  return readInfo(path).kind !== "absent";
}
