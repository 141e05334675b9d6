/** Finds the ancestors of paths, each once, however many targets are below it. */
import { directoryOf, nameOf } from "../text/path.ts";
import type { Ancestor } from "./types.ts";
import type { AccountBook } from "./accounts.ts";
import { readInfo } from "./read.ts";
import { isGuarded } from "./replacers.ts";

/** Linux gives up after as many links (path_resolution(7)). */
const MAX_LINKS = 40;

/** The ancestors of a directory and the directory itself. */
export interface PathAncestors {
  /** From the root to the directory or, if it does not exist, to the last one that does. */
  readonly ancestors: readonly Ancestor[];
  /** A user other than root and the runner owns one of them or can write to it. */
  readonly isForeign: boolean;
}

/** The directories that a path goes through, and where it ends once links are followed. */
interface Reached {
  readonly ancestors: readonly Ancestor[];
  /** Absent: there is no such directory, or it cannot be read. */
  readonly end?: string;
}

export class AncestorFinder {
  /** Owners of the directories found, without root. */
  readonly owners = new Set<number>();
  readonly #runner: number;
  readonly #accounts: Pick<AccountBook, "ownerName">;
  readonly #reached = new Map<string, Reached>();
  readonly #found = new Map<string, PathAncestors>();
  readonly #directories = new Map<string, Omit<Ancestor, "next">>();

  constructor(runner: number, accounts: Pick<AccountBook, "ownerName">) {
    this.#runner = runner;
    this.#accounts = accounts;
  }

  /** @param directory An absolute path. Needs read permission for all ancestors. */
  find(directory: string): PathAncestors {
    const known = this.#found.get(directory);
    if (known !== undefined) return known;
    const { ancestors, end } = this.#reach(directory, 0);
    const all = end === undefined ? ancestors : [...ancestors, ...this.#ancestor(end)];
    const isForeign = !all.every((ancestor) => isGuarded(ancestor, this.#runner));
    const found = { ancestors: all, isForeign };
    this.#found.set(directory, found);
    return found;
  }

  /** The directories above one or, if it does not exist, those that do. */
  above(directory: string): readonly Ancestor[] {
    return this.#reach(directory, 0).ancestors;
  }

  /** Resolves one name after the other, as the kernel does. */
  #reach(path: string, links: number): Reached {
    if (path === "/" || path === "") return { ancestors: [], end: "/" };
    let reached = this.#reached.get(path);
    if (reached === undefined) {
      reached = this.#step(this.#reach(directoryOf(path), links), nameOf(path), links);
      this.#reached.set(path, reached);
    }
    return reached;
  }

  #step(above: Reached, name: string, links: number): Reached {
    const { ancestors, end } = above;
    if (end === undefined || name === "" || name === ".") return above;
    if (name === "..") return { ancestors, end: directoryOf(end) };
    const path = `${end === "/" ? "" : end}/${name}`;
    const info = readInfo(path);
    if (info.kind !== "present") return { ancestors: [...ancestors, ...this.#ancestor(end)] };
    const uid = info.value.uid ?? 0;
    const next = { path, uid, owner: this.#accounts.ownerName(uid) };
    const passed = [...ancestors, ...this.#ancestor(end, next)];
    if (info.value.isDirectory) {
      this.#remember(path, info.value);
      return { ancestors: passed, end: path };
    }
    const target = info.value.isSymlink && links < MAX_LINKS ? readLink(path) : undefined;
    if (target === undefined) return { ancestors: passed };
    const rest = this.#reach(target.startsWith("/") ? target : `${end}/${target}`, links + 1);
    return { ...rest, ancestors: withoutRepeats([...passed, ...rest.ancestors]) };
  }

  #ancestor(directory: string, next?: Ancestor["next"]): Ancestor[] {
    if (directory === "/" && !this.#directories.has("/")) {
      const root = readInfo("/");
      if (root.kind === "present") this.#remember("/", root.value);
    }
    const facts = this.#directories.get(directory);
    return facts === undefined ? [] : [{ ...facts, next }];
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

/** Chained links can pass the same directories again and again, twice as often with each link. */
function withoutRepeats(ancestors: readonly Ancestor[]): Ancestor[] {
  const byPath = ancestors.map((one) => [`${one.directory}\0${one.next?.path}`, one] as const);
  return [...new Map(byPath).values()];
}

function readLink(link: string): string | undefined {
  try {
    return Deno.readLinkSync(link);
  } catch {
    // It was replaced meanwhile; what is there now is seen when the target is read.
    return undefined;
  }
}
