/** Looks at the directories on the way to targets, each once, however many targets lie below it. */
import { directoryOf } from "../text/path.ts";
import type { Passage } from "./types.ts";
import type { AccountBook } from "./accounts.ts";
import { readInfo } from "./read.ts";

/** Linux gives up after as many links itself (path_resolution(7)). */
const MAX_LINKS = 40;

/** The way to a directory. */
export interface Way {
  /** From the root to the directory or, where it does not exist, to the last one that does. */
  readonly passages: readonly Passage[];
  /** Somebody beside root and the runner owns something on it, or may write to it. */
  readonly isForeign: boolean;
}

/** The directories passed before one is reached, and where it lies once links are followed. */
interface Reached {
  readonly passages: readonly Passage[];
  /** Absent: there is no such directory, or it cannot be seen. */
  readonly end?: string;
}

export class WayFinder {
  /** Those beside root to whom directories on the ways belong. */
  readonly owners = new Set<number>();
  readonly #runner: number;
  readonly #accounts: Pick<AccountBook, "ownerName">;
  readonly #reached = new Map<string, Reached>();
  readonly #ways = new Map<string, Way>();
  readonly #directories = new Map<string, Omit<Passage, "next">>();

  constructor(runner: number, accounts: Pick<AccountBook, "ownerName">) {
    this.#runner = runner;
    this.#accounts = accounts;
  }

  /** @param directory An absolute path. Needs read permission for all that is on the way. */
  find(directory: string): Way {
    const known = this.#ways.get(directory);
    if (known !== undefined) return known;
    const { passages, end } = this.#reach(directory, 0);
    const all = end === undefined ? passages : [...passages, ...this.#passage(end)];
    const way = { passages: all, isForeign: all.some((passage) => this.#isForeign(passage)) };
    this.#ways.set(directory, way);
    return way;
  }

  /** The directories above one or, where it does not exist, those that do. */
  above(directory: string): readonly Passage[] {
    return this.#reach(directory, 0).passages;
  }

  #isForeign({ uid, mode, next }: Passage): boolean {
    const isOurs = (uid: number) => uid === 0 || uid === this.#runner;
    return !isOurs(uid) || (mode & 0o022) !== 0 && !((mode & 0o1000) !== 0 && next !== undefined &&
          isOurs(next.uid));
  }

  /** One name after the other, as the kernel does it. */
  #reach(path: string, links: number): Reached {
    if (path === "/" || path === "") return { passages: [], end: "/" };
    let reached = this.#reached.get(path);
    if (reached === undefined) {
      reached = this.#step(this.#reach(directoryOf(path), links), nameIn(path), links);
      this.#reached.set(path, reached);
    }
    return reached;
  }

  #step(above: Reached, name: string, links: number): Reached {
    const { passages, end } = above;
    if (end === undefined || name === "" || name === ".") return above;
    if (name === "..") return { passages, end: directoryOf(end) };
    const path = `${end === "/" ? "" : end}/${name}`;
    const info = readInfo(path);
    if (info.kind !== "present") return { passages: [...passages, ...this.#passage(end)] };
    const uid = info.value.uid ?? 0;
    const next = { path, uid, owner: this.#accounts.ownerName(uid) };
    const passed = [...passages, ...this.#passage(end, next)];
    if (info.value.isDirectory) {
      this.#remember(path, info.value);
      return { passages: passed, end: path };
    }
    if (!info.value.isSymlink || links >= MAX_LINKS) return { passages: passed };
    const aim = readAim(path);
    if (aim === undefined) return { passages: passed };
    const on = this.#reach(aim.startsWith("/") ? aim : `${end}/${aim}`, links + 1);
    return { ...on, passages: once([...passed, ...on.passages]) };
  }

  #passage(directory: string, next?: Passage["next"]): Passage[] {
    if (directory === "/" && !this.#directories.has("/")) {
      const root = readInfo("/");
      if (root.kind === "present") this.#remember("/", root.value);
    }
    const facts = this.#directories.get(directory);
    return facts === undefined ? [] : [{ ...facts, ...(next && { next }) }];
  }

  #remember(directory: string, { uid, gid, mode }: Deno.FileInfo): void {
    const owner = uid ?? 0;
    if (owner !== 0) this.owners.add(owner);
    this.#directories.set(directory, {
      directory,
      uid: owner,
      gid: gid ?? 0,
      owner: this.#accounts.ownerName(owner),
      mode: (mode ?? 0) & 0o7777,
    });
  }
}

/** Links can lead through the same directories again and again, twice as often with each further one. */
function once(passages: readonly Passage[]): Passage[] {
  return [...new Map(passages.map((one) => [`${one.directory}\0${one.next?.path}`, one])).values()];
}

function nameIn(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function readAim(link: string): string | undefined {
  try {
    return Deno.readLinkSync(link);
  } catch {
    // It was replaced meanwhile; what lies there now is seen when the target is.
    return undefined;
  }
}
