/**
 * Checks what the containers of the configuration mount. A mount is of a file or directory, not of its
 * path: if VCM puts another one in its place, the container keeps the old one.
 */
import type { CertificateSpec, Config, ServiceSpec } from "../../config/types.ts";
import { type Engine, readMounts } from "../../host/containers.ts";
import { type CheckResult, found } from "../../report/check_result.ts";
import { isVersion, storedDirectory } from "../../store/store_paths.ts";
import { directoryOf, nameOf } from "../../text/path.ts";

/**
 * @param config With the manager of each service.
 * @param look Needs run permission for docker and podman; tests give their own.
 */
export async function examineContainers(
  config: Config,
  specs: readonly CertificateSpec[],
  look = readMounts,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const replaced = replacedPaths(config);
  const silent = new Map<Engine, string>();
  for (const container of containersOf(specs)) {
    const { id, name, manager } = container;
    const mounts = silent.has(manager)
      ? { kind: "unreadable", problem: silent.get(manager) ?? "" } as const
      : await look(manager, name);
    if (mounts.kind === "absent") {
      const remedy = `check the name; to list containers: ${manager} ps --all`;
      results.push(found("warning", id, `${manager} has no container "${name}"`, remedy));
    } else if (mounts.kind === "unreadable") {
      // An engine that hangs is asked once.
      if (!silent.has(manager)) silent.set(manager, `not asked, as it failed for "${name}"`);
      const remedy = `check that ${manager} works here: ${manager} ps --all`;
      results.push(found("warning", id, `cannot tell what it mounts: ${mounts.problem}`, remedy));
    } else {
      const stale = mounts.value.flatMap((source) => checkMount(container, source, replaced));
      results.push(...stale);
      if (stale.length > 0) continue;
      results.push(found("ok", id, "VCM replaces nothing that it mounts by itself"));
    }
  }
  return results;
}

type Container = ServiceSpec & { readonly manager: Engine };

function containersOf(specs: readonly CertificateSpec[]): Container[] {
  const services = specs.flatMap(({ services }) => services).filter((service) =>
    service.manager === "docker" || service.manager === "podman"
  );
  return [...new Map(services.map((service) => [service.id, service as Container])).values()];
}

/** A target, or a set in the store. */
interface Replaced {
  readonly path: string;
  /** Whether a mount of this real path is left behind when it is replaced. */
  readonly holds: (real: string) => boolean;
  readonly fix: string;
}

/** A container can mount targets of certificates that do not name it. */
function replacedPaths({ certificates, certStore }: Config): Replaced[] {
  return certificates.flatMap(({ name, targets }) => [
    ...targets.filter(({ inPlace }) => inPlace !== true).map(({ path, what }) =>
      what === "bundle" ? replacedBundle(path) : replacedFile(path)
    ),
    replacedSet(storedDirectory(certStore, name)),
  ]);
}

function replacedFile(path: string): Replaced {
  const fix = `${mountAbove(path)}, or set "in_place: true" on that target`;
  const own = realPath(path);
  return { path, holds: (real) => real === own, fix };
}

/** A mounted link is a mount of the set that it leads to then. */
function replacedBundle(path: string): Replaced {
  const parent = `${realPath(directoryOf(path))}/`;
  const holds = (real: string) => {
    const [entry = ""] = real.slice(parent.length).split("/");
    return real.startsWith(parent) && (entry === nameOf(path) || isVersion(entry, nameOf(path)));
  };
  return { path, holds, fix: mountAbove(path) };
}

function replacedSet(path: string): Replaced {
  const own = realPath(path);
  const holds = (real: string) => real === own || real.startsWith(`${own}/`);
  const fix = 'give it targets under "deploy" in a directory of their own, and mount that instead';
  return { path, holds, fix };
}

function mountAbove(path: string): string {
  return `mount the directory "${directoryOf(path)}" instead`;
}

function checkMount(
  { id, name, manager, control }: Container,
  source: string,
  replaced: readonly Replaced[],
): CheckResult[] {
  const real = realPath(source);
  const hit = replaced.find(({ holds }) => holds(real));
  if (hit === undefined) return [];
  const detail =
    `it mounts "${source}" by itself, so when VCM replaces "${hit.path}" it keeps the old one`;
  const fix = `${hit.fix}; to see its mounts: ${manager} inspect ${name}`;
  // A restart mounts anew, and is what every action but a signal is for a container.
  return control === "signal"
    ? [found("problem", id, `${detail}, and a signal does not change that`, fix)]
    : [found("warning", id, `${detail} until it is restarted`, fix)];
}

/** The path with all links followed, as far as it exists. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    const directory = directoryOf(path);
    return directory === path ? path : `${realPath(directory).replace(/\/$/, "")}/${nameOf(path)}`;
  }
}
