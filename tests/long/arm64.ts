import { CommandError, runQuietly } from "../../scripts/command.ts";
import { fetchDenort } from "../../scripts/denort.ts";
import { unpackForeignPackages, unpackPackages } from "../support/debian_packages.ts";
import { fetchOnce, type Part } from "../support/part.ts";
import { compileCopy } from "./compile_copy.ts";
import { passed, skipped, type Step } from "./step.ts";

/** The program for arm64, compiled here and run by an emulator of the processor. */
export const arm64: Step = {
  name: "arm64",
  title: "the program for arm64 is compiled here, and issues and deploys under an emulator",
  async run() {
    if (Deno.build.arch === "aarch64") return skipped("this machine is an arm64 machine");
    const part = await fetchQemu();
    if (part.kind === "missing") return skipped(part.reason);
    let denort: string;
    try {
      denort = await fetchDenort("aarch64-unknown-linux-gnu");
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return skipped(`no denort for arm64: ${error.message}`);
    }
    await using copy = await compileCopy(denort);
    // Emulated, a program of this machine's own architecture does not start.
    const qemu = `${part.path}/usr/bin/qemu-aarch64-static`;
    const run = (command: string) =>
      runQuietly([qemu, "-L", `${part.path}/arm64`, copy.path, command]);
    const version = (await run("--version")).trim();
    await run("demo");
    return passed(`"vcm --version" says ${version}, "vcm demo" ends with 0`);
  },
};

/** The emulator, and beside it, in `arm64`, the libraries that a compiled program needs there. */
function fetchQemu(): Promise<Part> {
  return fetchOnce("qemu-arm64", async (work) => {
    await unpackPackages(["qemu-user-static"], work, "qemu-arm64");
    await unpackForeignPackages("arm64", ["libc6", "libgcc-s1"], work, "qemu-arm64/arm64");
  });
}
