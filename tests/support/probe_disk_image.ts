import { CommandError } from "../../scripts/command.ts";
import { mountImage } from "./disk_image.ts";
import type { Part } from "./part.ts";

/** Tells whether `mountImage()` can work here; what it needs cannot be fetched. */
export async function probeDiskImage(): Promise<Part> {
  if (Deno.build.os !== "linux") return { kind: "missing", reason: "loop devices need Linux" };
  if (Deno.uid() !== 0) return { kind: "missing", reason: "mounts need root" };
  const directory = await Deno.makeTempDir({ prefix: "vcm-disk-" });
  const [root, at] = [`${directory}/root`, `${directory}/at`];
  try {
    await Promise.all([Deno.mkdir(root), Deno.mkdir(at)]);
    await using _ = await mountImage(root, at, "defaults");
    return { kind: "ready", path: "mkfs.ext4" };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { kind: "missing", reason: `no ext4 image can be mounted here: ${error.message}` };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
