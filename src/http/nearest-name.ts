/** Edit distance with insertions, deletions and substitutions, ignoring case. */
function distance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const substitution = previous[column - 1]! + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(previous[column]! + 1, current[column - 1]! + 1, substitution));
    }
    previous = current;
  }
  return previous[right.length]!;
}

/** The known name a mistyped one most likely means; names beyond 64 characters are not compared. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  if (given.length > 64) return undefined;
  const lower = given.toLowerCase();
  let best: { name: string; cost: number } | undefined;
  for (const name of known) {
    const cost = distance(lower, name.toLowerCase());
    if (best === undefined || cost < best.cost) best = { name, cost };
  }
  return best !== undefined && best.cost <= Math.max(2, given.length / 2) ? best.name : undefined;
}
