/** Longer names are compared by their beginning only: no existing name is longer. */
const comparedLength = 64;

/** Edits between two words: insertion, deletion, substitution, exchange of neighbours (Damerau-Levenshtein, restricted). */
export function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const row = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1] ? 0 : 1;
      let best = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + same);
      const exchanged = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      if (exchanged) best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[right.length]!;
}

/** The existing name nearest to an unknown one, ignoring case; undefined when there are no names. */
export function nearest(name: string, existing: Iterable<string>): string | undefined {
  const wanted = name.slice(0, comparedLength).toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of existing) {
    const distance = editDistance(wanted, candidate.slice(0, comparedLength).toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` The nearest name is "X".`, or nothing when there is none. */
export function nearestHint(name: string, existing: Iterable<string>): string {
  const found = nearest(name, existing);
  return found === undefined ? "" : ` The nearest name is "${found}".`;
}
