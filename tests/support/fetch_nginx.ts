import { unpackPackages } from "./debian_packages.ts";
import { fetchOnce, type Part } from "./part.ts";
import { shellWords } from "./shell_words.ts";

/**
 * Fetches nginx and the libraries that it needs from Debian's (or a relative's) packages, and
 * returns the directory with its program, `usr/sbin/nginx`.
 */
export function fetchNginx(): Promise<Part> {
  return fetchOnce("nginx", (work) => unpackPackages(["nginx", "nginx-common"], work, "nginx"));
}

/** A shell script that runs nginx with these arguments, its own libraries and what else it is given. */
export function nginxScript(nginx: string, ...args: readonly string[]): string {
  // Debian's name for x86-64 and arm64; the directories are absent where the machine has all libraries.
  const libraries = ["x86_64", "aarch64"]
    .flatMap((cpu) => [`${nginx}/usr/lib/${cpu}-linux-gnu`, `${nginx}/lib/${cpu}-linux-gnu`]);
  return `#!/bin/sh
export LD_LIBRARY_PATH=${shellWords(libraries.join(":"))}
exec ${shellWords(`${nginx}/usr/sbin/nginx`, ...args)} "$@"
`;
}
