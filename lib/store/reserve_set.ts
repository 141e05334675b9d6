/**
 * Makes a staged set in two parts, so that no issued certificate is lost. Before the server is asked,
 * all that can fail on this host is tried: the files are created, at more than their later size, and
 * stay open; the switch is tried up to the point at which it would change something. Afterwards the
 * content goes into the open files, and one rename makes the staged set, which is whole.
 */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { type Part, PARTS } from "../certificate/types.ts";
import { writeAll } from "../host/atomic_write.ts";
import { quietly } from "../host/quietly.ts";
import { isThere } from "../host/read.ts";
import { syncFiles, syncShared } from "../host/sync.ts";
import { tryRename } from "../host/try_rename.ts";
import { writeOver } from "../host/write_over.ts";
import { roomDirectory, stagedDirectory, storedDirectory } from "./store_paths.ts";
import { finishSwitch } from "./write_set.ts";

/** Bytes; more than nearly any set needs. A larger set of before counts, too. */
const ROOM = { cert: 4096, chain: 8192, fullchain: 12_288, ca: 4096, privkey: 4096 } as const;
const LINES = Buffer.alloc(ROOM.fullchain, "\n");

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = fs.constants;

/** Room for one set. Disposing it removes what was not written. */
export class ReservedSet implements Disposable {
  readonly #certStore: string;
  readonly #name: string;
  readonly #files = new Map<Part, number>();
  /** The content is written: the next run finds it, also if a sync fails. */
  isWritten = false;

  private constructor(certStore: string, name: string) {
    this.#certStore = certStore;
    this.#name = name;
  }

  /** Throws the system's error and leaves nothing; a set that an earlier run staged is removed. */
  static async make(certStore: string, name: string, keep = 0): Promise<ReservedSet> {
    // An old set that cannot be archived is removed: the new set needs its place.
    if (finishSwitch(certStore, name, keep) !== undefined) finishSwitch(certStore, name);
    const reserved = new ReservedSet(certStore, name);
    const room = reserved.#clear();
    const current = storedDirectory(certStore, name);
    const replaces = isThere(current);
    try {
      fs.mkdirSync(room, { mode: 0o700 });
      for (const part of PARTS) reserved.#reserve(part, replaces ? `${current}/${part}.pem` : "");
      await syncShared(room);
      if (replaces) requireSwitch(current, room);
      return reserved;
    } catch (error) {
      reserved[Symbol.dispose]();
      throw error;
    }
  }

  #reserve(part: Part, current: string): void {
    const path = `${roomDirectory(this.#certStore, this.#name)}/${part}.pem`;
    const file = fs.openSync(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
    this.#files.set(part, file);
    const { size = 0 } = current && fs.lstatSync(current, { throwIfNoEntry: false }) || {};
    const bytes = Math.max(ROOM[part], Math.min(size, 2 ** 20));
    for (let at = 0; at < bytes; at += LINES.length) writeAll(file, LINES.subarray(0, bytes - at));
  }

  /**
   * Makes the staged set. Throws the system's error; if all is written, the next run finds it all the
   * same, with room at the ends of files. cert.pem is written last: then all is written.
   */
  async stage(text: (part: Part) => string): Promise<void> {
    const contents = PARTS.toReversed().map((part) =>
      [this.#files.get(part) ?? -1, Buffer.from(text(part))] as const
    );
    for (const [file, bytes] of contents) writeOver(file, bytes);
    this.isWritten = true;
    for (const [file, { length }] of contents) fs.ftruncateSync(file, length);
    await syncFiles(contents.map(([file]) => file));
    const room = roomDirectory(this.#certStore, this.#name);
    fs.renameSync(room, stagedDirectory(this.#certStore, this.#name));
  }

  /** Never throws, because that would hide what went wrong before; the next run clears what stays. */
  [Symbol.dispose](): void {
    for (const file of this.#files.values()) quietly(() => fs.closeSync(file));
    this.#files.clear();
    if (!this.isWritten) quietly(() => this.#clear());
  }

  /** Follows no link. */
  #clear(): string {
    const room = roomDirectory(this.#certStore, this.#name);
    fs.rmSync(room, { recursive: true, force: true });
    return room;
  }
}

/**
 * Throws the error of a switch of the current set. It asks for a rename that cannot happen, because
 * the other directory has entries; of all that is wrong with it the kernel tells that last.
 */
function requireSwitch(current: string, filled: string): void {
  if (tryRename(current, filled) !== "EXDEV") return;
  // Its files are moved instead: see write_set.ts. Setting the mode makes the upper layer's copy.
  for (const part of PARTS) {
    const file = `${current}/${part}.pem`;
    const old = fs.lstatSync(file, { throwIfNoEntry: false });
    if (old === undefined) continue;
    tryRename(file, filled);
    if (old.isFile()) fs.chmodSync(file, old.mode & 0o7777);
  }
}
