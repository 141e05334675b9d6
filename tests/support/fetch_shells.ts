import { unpackPackages } from "./debian_packages.ts";
import { fetchOnce, type Part } from "./part.ts";

/**
 * Fetches zsh, fish and what they need from Debian's (or a relative's) packages, and returns the
 * directory with them, `usr/bin/zsh` and `usr/bin/fish`. Every Debian has bash.
 */
export function fetchShells(): Promise<Part> {
  return fetchOnce("shells", async (work) => {
    await unpackPackages(["zsh", "fish"], work, "shells");
    // Fish takes the functions that lie beside its program only where its settings do, too.
    await Deno.symlink("../etc", `${work}/shells/usr/etc`);
  });
}

/** What zsh and fish need to find what was fetched with them. */
export function shellLibraries(shells: string): Readonly<Record<string, string>> {
  // Debian's name for x86-64 and arm64; the directories are absent where the machine has all libraries.
  const directories = ["x86_64", "aarch64"].map((cpu) => `${shells}/usr/lib/${cpu}-linux-gnu`);
  return { LD_LIBRARY_PATH: directories.join(":") };
}
