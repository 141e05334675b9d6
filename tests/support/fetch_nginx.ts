import { CommandError, runQuietly } from "../../scripts/command.ts";
import { fetchOnce, type Part } from "./part.ts";

/**
 * Fetches nginx and the libraries that its package depends on from Debian's (or a relative's)
 * packages, and returns the folder with its program, `usr/sbin/nginx`.
 *
 * Its version is the one that the distribution ships, since Debian's servers keep no older ones;
 * apt-get checks each package against the distribution's signed list.
 */
export function fetchNginx(): Promise<Part> {
  return fetchOnce("nginx", async (work) => {
    await downloadPackages(["nginx", "nginx-common"], work);
    await unpackAll(work);
    if (!await lacksLibraries(work)) return;
    await downloadPackages(await librariesOf(work), work);
    await unpackAll(work);
    if (await lacksLibraries(work)) {
      throw new CommandError("nginx lacks a library that its package does not name", "");
    }
  });
}

/** The folders with the libraries that were fetched, for LD_LIBRARY_PATH. */
export function nginxLibraries(nginx: string): string {
  // Debian's name for x86-64 and arm64; the folders are absent where the machine has all libraries.
  return ["x86_64", "aarch64"]
    .flatMap((cpu) => [`${nginx}/usr/lib/${cpu}-linux-gnu`, `${nginx}/lib/${cpu}-linux-gnu`])
    .join(":");
}

/** Downloads packages; only where that fails is the machine's list of packages brought up to date. */
async function downloadPackages(names: readonly string[], work: string): Promise<void> {
  const download = () => runQuietly(["apt-get", "download", ...names], { cwd: work });
  try {
    await download();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    await runQuietly(["apt-get", "update"]);
    await download();
  }
}

async function unpackAll(work: string): Promise<void> {
  for await (const { name } of Deno.readDir(work)) {
    if (name.endsWith(".deb")) await runQuietly(["dpkg", "-x", name, "nginx"], { cwd: work });
  }
}

async function lacksLibraries(work: string): Promise<boolean> {
  const nginx = `${work}/nginx`;
  const env = { LD_LIBRARY_PATH: nginxLibraries(nginx) };
  return (await runQuietly(["ldd", `${nginx}/usr/sbin/nginx`], { env })).includes("not found");
}

/** The library packages among nginx's dependencies, but not the C library: it is always there. */
async function librariesOf(work: string): Promise<readonly string[]> {
  for await (const { name } of Deno.readDir(work)) {
    if (!name.startsWith("nginx_")) continue;
    const depends = await runQuietly(["dpkg-deb", "-f", name, "Depends"], { cwd: work });
    const names = depends.split(",").map((dependency) => dependency.trim().split(/[ |:]/)[0] ?? "");
    return names.filter((name) => /^(lib|zlib)/.test(name) && name !== "libc6");
  }
  return [];
}
