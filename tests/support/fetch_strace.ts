import { CommandError, runQuietly } from "../../scripts/command.ts";
import { unpackPackages } from "./debian_packages.ts";
import { fetchOnce, type Part } from "./part.ts";

/**
 * Fetches strace and the libraries that it needs from Debian's (or a relative's) packages, and
 * returns the directory with its program, `usr/bin/strace`. Tells also whether it may trace here: some
 * containers forbid that.
 */
export async function fetchStrace(): Promise<Part> {
  if (Deno.build.os !== "linux") return { kind: "missing", reason: "strace needs Linux" };
  const part = await fetchOnce("strace", (work) => unpackPackages(["strace"], work, "strace"));
  if (part.kind === "missing") return part;
  try {
    const [program, env] = [`${part.path}/usr/bin/strace`, straceLibraries(part.path)];
    await runQuietly([program, "-qq", "-f", "-o", "/dev/null", "true"], { env });
    return part;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { kind: "missing", reason: `strace cannot trace here: ${error.message}` };
  }
}

/** Where strace finds the libraries that were fetched with it. */
export function straceLibraries(strace: string): Readonly<Record<string, string>> {
  // Debian's name for x86-64 and arm64; the directories are absent where the machine has all libraries.
  const directories = ["x86_64", "aarch64"].map((cpu) => `${strace}/usr/lib/${cpu}-linux-gnu`);
  return { LD_LIBRARY_PATH: directories.join(":") };
}
