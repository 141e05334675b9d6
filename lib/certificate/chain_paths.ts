/**
 * The paths from a leaf to its roots, and whether one of them is valid. Cross-signed CAs have several
 * paths; one valid path is enough.
 */
import type { Validity } from "./renewal.ts";
import type { AuthorityFacts } from "./weakness.ts";

/** A CA certificate above a leaf. */
export interface ChainLink extends Validity, AuthorityFacts {
  /** Its common name. */
  readonly name: string;
  /** Its issuer is itself. */
  readonly isRoot: boolean;
  /** A path may end here. */
  readonly isAnchor: boolean;
  /** Its possible issuers, by their index in the links. */
  readonly issuers: readonly number[];
}

/** The known CAs above a leaf; plain data. */
export interface ChainPaths {
  readonly links: readonly ChainLink[];
  /** The possible issuers of the leaf. */
  readonly issuers: readonly number[];
}

/** The paths of all sets with the same leaf and chain; any of them may contain the valid path. */
export type KnownPaths = readonly ChainPaths[];

/** From the leaf's issuer up. */
export type ChainPath = readonly ChainLink[];

/** The valid path whose root expires last; `undefined` if none is valid. */
export function findValidPath(known: KnownPaths, now: Date): ChainPath | undefined {
  const end = ({ isRoot, notAfter }: ChainLink) => isRoot ? notAfter.getTime() : Infinity;
  const rankOf = (link: ChainLink) => isValidAt(link, now) ? end(link) : undefined;
  return findPath(known, rankOf);
}

/** If no path is valid: the one that was valid last, otherwise one that is not valid yet. */
export function findInvalidPath(known: KnownPaths, now: Date): ChainPath | undefined {
  const end = ({ notAfter }: ChainLink) => notAfter.getTime();
  return findPath(known, (link) => link.notBefore <= now ? end(link) : undefined) ??
    findPath(known, end);
}

export function isValidAt({ notBefore, notAfter }: Validity, now: Date): boolean {
  return notBefore <= now && now < notAfter;
}

/** `undefined`: paths must not use this link. */
type RankOf = (link: ChainLink) => number | undefined;

/** The path whose lowest rank is the highest. */
function findPath(known: KnownPaths, rankOf: RankOf): ChainPath | undefined {
  let best: { readonly path: ChainPath; readonly rank: number } | undefined;
  for (const paths of known) {
    const found = findWidest(paths, rankOf);
    if (found !== undefined && (best === undefined || found.rank > best.rank)) best = found;
  }
  return best?.path;
}

/** A widest path, by relaxation: there are few links, and CAs that signed each other form loops. */
function findWidest({ links, issuers }: ChainPaths, rankOf: RankOf) {
  const ranks = links.map(rankOf);
  const best = links.map(({ isAnchor }, at) => isAnchor ? ranks[at] : undefined);
  const next = new Map<number, number>();
  const better = (above: readonly number[], limit: number, than = -Infinity) => {
    let found: { readonly rank: number; readonly at?: number } = { rank: than };
    for (const at of above) {
      const rank = Math.min(limit, best[at] ?? -Infinity);
      if (rank > found.rank) found = { rank, at };
    }
    return found;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const [at, link] of links.entries()) {
      const limit = ranks[at];
      const found = limit === undefined ? undefined : better(link.issuers, limit, best[at]);
      if (found?.at === undefined) continue;
      best[at] = found.rank;
      next.set(at, found.at);
      changed = true;
    }
  }
  const { rank, at: first } = better(issuers, Infinity);
  const path: ChainLink[] = [];
  for (let at = first; at !== undefined; at = next.get(at)) path.push(links[at] as ChainLink);
  return path.length === 0 ? undefined : { path, rank };
}
