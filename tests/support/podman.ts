/**
 * A real podman in a machine. Only the machine sees it: it is laid over `/usr` in the machine's
 * namespace, its settings too, and all that podman stores is in the machine's `/run`, so that
 * nothing is left of a container when the machine is closed.
 *
 * The containers have neither a network nor a control group of their own. One that a unit starts or
 * restarts is in the unit's, which then does not end before the container does; `machine.exec()`
 * has no such bond.
 */
import { layOverUsr } from "./fetch_podman.ts";
import type { Machine } from "./machine.ts";
import { pathOfPart } from "./parts.ts";

/** The path of podman in a machine that it was installed in. */
export const PODMAN = "/usr/bin/podman";

const STORAGE = `[storage]
driver = "vfs"
runroot = "/run/containers/storage"
graphroot = "/run/containers/graph"
`;

// The usual locks are in /dev/shm and /etc/cni, which are the host's. The usual AppArmor profile would be loaded
// into the host's kernel. The usual limits are above those of a test run that is in a container,
// and to raise a limit is not for everyone who is root.
const CONTAINERS = `[containers]
cgroups = "disabled"
netns = "none"
log_driver = "k8s-file"
apparmor_profile = "unconfined"
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
[network]
network_config_dir = "/run/containers/networks"
[engine]
runtime = "crun"
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
`;

/**
 * Makes podman work in a machine, by its usual path and without options or environment. Its
 * settings are in `directory/podman`, which has to stay until the machine is closed. Nothing can be
 * written to the machine's `/usr` any more.
 */
export async function installPodman(machine: Machine, directory: string): Promise<void> {
  const layer = `${directory}/podman`;
  const settings = `${layer}/share/containers`;
  await Deno.mkdir(settings, { recursive: true });
  await Deno.writeTextFile(`${settings}/storage.conf`, STORAGE);
  await Deno.writeTextFile(`${settings}/containers.conf`, CONTAINERS);
  await succeed(machine, layOverUsr([layer, `${await pathOfPart("podman")}/usr`]));
}

/**
 * Starts a container of busybox that runs a shell script and sees `directory`, or only the `mounts`,
 * under its own path. The script is process 1 there: signals that it sets no trap for, TERM too, do not reach it, and a trap
 * is run only after the command that it waits for.
 */
export async function startContainer(
  machine: Machine,
  directory: string,
  name: string,
  script: string,
  mounts: readonly string[] = [directory],
): Promise<void> {
  const root = `/run/rootfs/${name}`;
  await succeed(machine, ["mkdir", "-p", `${root}/bin`]);
  await succeed(machine, ["cp", "/usr/bin/busybox", `${root}/bin/`]);
  await succeed(machine, [`${root}/bin/busybox`, "--install", `${root}/bin`]);
  const volumes = mounts.flatMap((path) => ["--volume", `${path}:${path}`]);
  const options = ["--detach", "--name", name, ...volumes];
  const command = ["--rootfs", root, "/bin/sh", "-c", script];
  await succeed(machine, [PODMAN, "run", ...options, ...command]);
}

async function succeed(machine: Machine, argv: readonly [string, ...string[]]): Promise<void> {
  const { code, stderr } = await machine.exec(argv);
  if (code !== 0) throw new Error(`"${argv.join(" ")}" ended with ${code}:\n${stderr}`);
}
