/** The candidate that a misspelled word most likely means, if one is close enough. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = word.toLowerCase().replaceAll("-", "_");
  // Up to a third of the letters may be wrong; beyond that, a suggestion would be a guess.
  let best = Math.min(3, Math.max(1, Math.floor(wanted.length / 3))) + 1;
  let found: string | undefined;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= best) continue;
    const plain = candidate.replaceAll("-", "_");
    const distance = editDistance(wanted, plain);
    if (distance < best && !isNegated(wanted, plain, distance)) {
      [best, found] = [distance, candidate];
    }
  }
  return found;
}

/** Whether a word means the opposite of a candidate, such as "uninstall" and "--no-yes". */
function isNegated(word: string, candidate: string, distance: number): boolean {
  const rest = /^(_*)(?:un|de|dis|not|non?)_*(.+)$/.exec(word);
  return rest !== null && editDistance(`${rest[1]}${rest[2]}`, candidate) < distance;
}

/** `did you mean "mode"?`, otherwise the allowed words. */
export function didYouMean(word: string, allowed: readonly string[]): string {
  const guess = nearest(word, allowed);
  return guess === undefined ? `allowed here: ${allowed.join(", ")}` : `did you mean "${guess}"?`;
}

/** The insertions, deletions, replacements and swaps of neighbors that turn `left` into `right`. */
function editDistance(left: string, right: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const current = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1];
      let cost = Math.min(
        (previous[j] ?? 0) + 1,
        (current[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] &&
        left[i - 2] === right[j - 1];
      if (swapped) cost = Math.min(cost, (older[j - 2] ?? 0) + 1);
      current.push(cost);
    }
    [older, previous] = [previous, current];
  }
  return previous[right.length] ?? 0;
}
