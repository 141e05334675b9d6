/** Finds every path upward from a leaf, where several CAs may have issued one certificate. */
import type { X509Certificate } from "node:crypto";
import { nameKey } from "./algorithms.ts";

interface Opened {
  readonly certificate: X509Certificate;
}

interface FoundPaths<A> {
  /** From the leaf's issuer up, in the order of the issuers. */
  readonly paths: readonly (readonly A[])[];
  /** If every path leads in a circle: the last CA of the first one, which then is the only path. */
  readonly cycle?: A | undefined;
}

/** More would be an attack on the time of the run: 32 certificates can form 100,000 paths. */
const MAX_PATHS = 1000;

/**
 * No path holds a CA twice, under whichever certificate: clients refuse such a path (RFC 4158, 5.2).
 *
 * @param issuersOf None: a path ends there.
 */
export function findPaths<A extends Opened>(
  issuers: readonly A[],
  issuersOf: (authority: A) => readonly A[],
): FoundPaths<A> {
  const paths: A[][] = [];
  let circle: readonly A[] | undefined;
  const keys = new Map<A, string>();
  const keyOf = (one: A) => {
    const key = keys.get(one) ?? nameKey(one.certificate.raw);
    keys.set(one, key);
    return key;
  };
  const climb = (path: readonly A[], above: readonly A[]): void => {
    const used = new Set(path.map(keyOf));
    const next = above.filter((one) => !used.has(keyOf(one)));
    if (next.length === 0) {
      if (above.length === 0) paths.push([...path]);
      else circle ??= path;
    }
    for (const one of next) {
      if (paths.length >= MAX_PATHS) return;
      climb([...path, one], issuersOf(one));
    }
  };
  climb([], issuers);
  if (paths.length > 0 || circle === undefined) return { paths };
  return { paths: [circle], cycle: circle.at(-1) };
}
