import { unpackPackages } from "./debian_packages.ts";
import { fetchOnce, type Part } from "./part.ts";

/**
 * Fetches nginx and the libraries that it needs from Debian's (or a relative's) packages, and
 * returns the folder with its program, `usr/sbin/nginx`.
 */
export function fetchNginx(): Promise<Part> {
  return fetchOnce("nginx", (work) => unpackPackages(["nginx", "nginx-common"], work, "nginx"));
}

/** The folders with the libraries that were fetched, for LD_LIBRARY_PATH. */
export function nginxLibraries(nginx: string): string {
  // Debian's name for x86-64 and arm64; the folders are absent where the machine has all libraries.
  return ["x86_64", "aarch64"]
    .flatMap((cpu) => [`${nginx}/usr/lib/${cpu}-linux-gnu`, `${nginx}/lib/${cpu}-linux-gnu`])
    .join(":");
}
