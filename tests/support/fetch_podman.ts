import { CommandError, runQuietly } from "../../scripts/command.ts";
import { mergeIntoUsr, unpackPackages } from "./debian_packages.ts";
import { fetchOnce, type Part } from "./part.ts";

/**
 * Fetches podman, what it starts containers with, and a busybox to put into them from Debian's (or
 * a relative's) packages, and returns the directory with their `usr`. Tells also whether podman runs
 * here with that directory laid over `/usr`, as in a machine: that needs root and overlayfs.
 */
export async function fetchPodman(): Promise<Part> {
  if (Deno.uid() !== 0) return { kind: "missing", reason: "mounts and containers need root" };
  const part = await fetchOnce("podman", async (work) => {
    await unpackPackages(["podman", "crun", "conmon", "busybox-static"], work, "podman");
    await mergeIntoUsr(`${work}/podman`);
  });
  if (part.kind === "missing") return part;
  try {
    const mountAndRun = ["sh", "-c", '"$@" && /usr/bin/podman --version', "sh"];
    await runQuietly(["unshare", "--mount", ...mountAndRun, ...layOverUsr([`${part.path}/usr`])]);
    return part;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { kind: "missing", reason: `podman cannot be laid over /usr here: ${error.message}` };
  }
}

// Settings of the host's in /etc would win over those in /usr.
const LAY_OVER = `mount -t overlay overlay -o "lowerdir=$1:/usr" /usr
if [ -d /etc/containers ]; then mount -t tmpfs tmpfs /etc/containers; fi`;

/**
 * The command that lays directories over `/usr`, the first on top, and hides the host's settings for
 * podman. Nothing can then be written to `/usr`.
 */
export function layOverUsr(directories: readonly string[]): readonly [string, ...string[]] {
  return ["sh", "-ec", LAY_OVER, "sh", directories.join(":")];
}
