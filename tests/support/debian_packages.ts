import { CommandError, runQuietly } from "../../scripts/command.ts";

/**
 * Fetches packages of Debian or a relative, with those that they depend on and this machine lacks,
 * and unpacks them into `work/into`; nothing is installed.
 *
 * Their versions are those that the distribution ships, since Debian's servers keep no older ones;
 * apt-get checks each package against the distribution's signed list.
 */
export async function unpackPackages(
  names: readonly string[],
  work: string,
  into: string,
): Promise<void> {
  await downloadPackages(names, work);
  for await (const { name } of Deno.readDir(work)) {
    if (name.endsWith(".deb")) await runQuietly(["dpkg", "-x", name, into], { cwd: work });
  }
}

/** Downloads packages; only where that fails is the machine's list of packages brought up to date. */
async function downloadPackages(names: readonly string[], work: string): Promise<void> {
  // Those that are installed too, so that a part is the same on all machines. With a directory of its
  // own for what it downloads apt-get needs no lock, and so neither root nor a wait for another.
  const options = ["--download-only", "--yes", "--reinstall", "--no-install-recommends"];
  const apart = ["-o", `Dir::Cache::Archives=${work}`, "-o", "Debug::NoLocking=true"];
  const download = () => runQuietly(["apt-get", "install", ...options, ...apart, ...names]);
  try {
    await download();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    await runQuietly(["apt-get", "update"]);
    await download();
  }
}
