/** A small ext4 file system in a file, to see what a power cut would leave of it. */
import type { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { runQuietly } from "../../scripts/command.ts";

export interface DiskImage extends AsyncDisposable {
  /**
   * What is on the disk at this moment. What the kernel has not written yet is missing, as after a
   * power cut.
   */
  capture(): Promise<Buffer>;
  /** From now on the kernel answers EIO to whatever needs the disk, until another boot. */
  fail(): Promise<void>;
  /** Puts this on the disk and mounts it, for which the kernel replays the journal. */
  boot(content: Uint8Array): Promise<void>;
}

const MIB = 2 ** 20;

/** EXT4_IOC_SHUTDOWN, without writing the journal. */
const SHUT_DOWN = `
import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack("I", 2))
`;

/**
 * Makes one and mounts it. Needs root.
 *
 * @param root An empty directory for the disk.
 * @param options What mount(8) takes for ext4.
 */
export async function mountImage(root: string, at: string, options: string): Promise<DiskImage> {
  await using stack = new AsyncDisposableStack();
  // In memory, so that the kernel writes at once what it is told to sync.
  await runQuietly(["mount", "-t", "tmpfs", "-o", "mode=700", "vcm-disk", root]);
  // A loop device lets go of its file a moment after its last use.
  stack.defer(async () => void await runQuietly(["umount", "--lazy", root]));
  let disks = 0;
  let file = `${root}/${disks}`;
  await Deno.writeFile(file, new Uint8Array());
  await Deno.truncate(file, 8 * MIB);
  await runQuietly(["mkfs.ext4", "-q", "-b", "1024", "-N", "1024", file]);
  const mount = () => runQuietly(["mount", "-o", `loop,${options}`, file, at]);
  await mount();
  stack.defer(async () => void await runQuietly(["umount", at]));
  const owned = stack.move();
  return {
    capture: () => readAtOneMoment(file),
    fail: async () => void await runQuietly(["python3", "-c", SHUT_DOWN, at]),
    boot: async (content) => {
      await runQuietly(["umount", at]);
      // Another one, because a namespace that was made meanwhile has the old one still mounted.
      await Deno.remove(file);
      file = `${root}/${++disks}`;
      await Deno.writeFile(file, content);
      try {
        await replayJournal(file);
      } finally {
        await mount();
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Throws if more is wrong than a power cut leaves: then the copy is not of one moment. */
async function replayJournal(file: string): Promise<void> {
  const args = ["-f", "-p", file];
  const { code, stdout } = await new Deno.Command("e2fsck", { args }).output();
  const said = new TextDecoder().decode(stdout);
  const usual = /: recovering journal$|orphaned (?:inode|list)|: \d+\/\d+ files /;
  const other = said.split("\n").find((line) => line !== "" && !usual.test(line));
  if (code > 1 || other !== undefined) throw new Error(`The disk is damaged: ${said}`);
}

/**
 * Reads the file twice. If it was the same both times, all of it was so at the moment in between.
 * Throws if it never is.
 */
async function readAtOneMoment(file: string): Promise<Buffer> {
  for (let tries = 0; tries < 1000; tries++) {
    const [one, other] = [fs.readFileSync(file), fs.readFileSync(file)];
    if (one.equals(other)) return one;
    await new Promise((resolve) => setTimeout(resolve));
  }
  throw new Error(`"${file}" changes all the time`);
}
