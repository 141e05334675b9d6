/** A line diff of two short texts. */

/**
 * All lines of both, prefixed by `-` (only before), `+` (only after) or a space. Uses the longest
 * common subsequence, which takes time proportional to the product of both lengths.
 */
export function lineDiff(before: string, after: string): string[] {
  const [old, now] = [split(before), split(after)];
  const common = commonLengths(old, now);
  const diff: string[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      diff.push(` ${old[i++]}`);
      j++;
    } else if (i < old.length && lengthAt(common, i + 1, j) >= lengthAt(common, i, j + 1)) {
      diff.push(`-${old[i++]}`);
    } else diff.push(`+${now[j++]}`);
  }
  return diff;
}

function split(text: string): string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/** The length of the longest common subsequence from each pair of lines on. */
function commonLengths(old: readonly string[], now: readonly string[]): number[][] {
  const lengths = old.map(() => now.map(() => 0));
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      const row = lengths[i] as number[];
      row[j] = old[i] === now[j]
        ? 1 + lengthAt(lengths, i + 1, j + 1)
        : Math.max(lengthAt(lengths, i + 1, j), lengthAt(lengths, i, j + 1));
    }
  }
  return lengths;
}

function lengthAt(lengths: readonly (readonly number[])[], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0;
}
