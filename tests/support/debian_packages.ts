import { CommandError, runQuietly } from "../../scripts/command.ts";
import { exists } from "./part.ts";

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
  await unpackAll(work, into);
}

/**
 * The same for packages of another architecture, without those that they depend on. The machine's own
 * lists of packages stay as they are.
 */
export async function unpackForeignPackages(
  architecture: string,
  names: readonly string[],
  work: string,
  into: string,
): Promise<void> {
  const downloads = `${work}/${architecture}`;
  await Deno.mkdir(`${downloads}/lists/partial`, { recursive: true });
  await Deno.writeTextFile(`${downloads}/status`, "");
  const settings = [
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
    `Dir::State::Lists=${downloads}/lists`,
    `Dir::State::status=${downloads}/status`,
    "Debug::NoLocking=true",
  ].flatMap((setting) => ["-o", setting]);
  await runQuietly(["apt-get", ...settings, "update"]);
  await runQuietly(["apt-get", ...settings, "download", ...names], { cwd: downloads });
  await unpackAll(downloads, `${work}/${into}`);
}

/** Some packages still bring files for `/bin` and `/lib`, which are links into `/usr` by now. */
export async function mergeIntoUsr(root: string): Promise<void> {
  for (const directory of ["bin", "sbin", "lib"]) {
    if (!await exists(`${root}/${directory}`)) continue;
    await runQuietly(["cp", "--archive", `${root}/${directory}`, `${root}/usr/`]);
  }
}

async function unpackAll(directory: string, into: string): Promise<void> {
  for await (const { name } of Deno.readDir(directory)) {
    if (name.endsWith(".deb")) await runQuietly(["dpkg", "-x", name, into], { cwd: directory });
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
