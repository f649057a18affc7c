/**
 * Finds the name somebody probably meant, for "did you mean" hints.
 * Optimal string alignment distance; only names near enough count, so that no hint is wild.
 */

/** The candidate nearest to `name`, when it is near enough to be a slip of the pen. */
export function findClosestName(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > 64) return undefined;
  const limit = name.length <= 3 ? 1 : name.length <= 7 ? 2 : 3;
  const measureDistance = createMeasure(name.toLowerCase());
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = measureDistance(candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/**
 * Measures the distance of texts from `left`, up to a limit: most candidates are far from it after a few letters, and
 * a document may have ten thousand of them for each of its mistakes.
 */
function createMeasure(left: string): (right: string, limit: number) => number {
  let beforePrevious: number[] = [];
  let previous: number[] = [];
  let current: number[] = [];
  return (right, limit) => {
    for (let column = 0; column <= right.length; column += 1) previous[column] = column;
    let leastBefore = 0;
    for (let row = 1; row <= left.length; row += 1) {
      current[0] = row;
      let leastInRow = row;
      for (let column = 1; column <= right.length; column += 1) {
        const letter = right.charCodeAt(column - 1);
        const replaced = (previous[column - 1] ?? 0) + (letter === left.charCodeAt(row - 1) ? 0 : 1);
        let least = Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
        const swapped =
          letter === left.charCodeAt(row - 2) && left.charCodeAt(row - 1) === right.charCodeAt(column - 2);
        if (row > 1 && column > 1 && swapped) least = Math.min(least, (beforePrevious[column - 2] ?? 0) + 1);
        current[column] = least;
        leastInRow = Math.min(leastInRow, least);
      }
      // Every further cell comes from one of the last two rows.
      if (leastInRow >= limit && leastBefore >= limit) return limit;
      leastBefore = leastInRow;
      [beforePrevious, previous, current] = [previous, current, beforePrevious];
    }
    return previous[right.length] ?? 0;
  };
}
