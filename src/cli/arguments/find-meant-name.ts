/** Finds what somebody probably meant, for "did you mean" hints. */

/** The only candidate that begins with `name`, or else the one within two slips of the pen (one for short names). */
export function findClosestName(name: string, candidates: readonly string[]): string | undefined {
  const longer = name.length < 2 ? [] : candidates.filter((candidate) => candidate.startsWith(name));
  if (longer.length === 1) return longer[0];
  const limit = name.length <= 3 ? 1 : 2;
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const distance = measureDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Letters to add, drop, replace or swap with their neighbour (optimal string alignment). */
function measureDistance(left: string, right: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const cost = left[row - 1] === right[column - 1] ? 0 : 1;
      let least = Math.min(
        at(previous, column - 1) + cost,
        at(previous, column) + 1,
        at(current, column - 1) + 1,
      );
      const isSwap =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (isSwap) least = Math.min(least, at(older, column - 2) + 1);
      current.push(least);
    }
    [older, previous] = [previous, current];
  }
  return at(previous, right.length);
}

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? Infinity;
}
