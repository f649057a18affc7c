/** Finds what somebody probably meant who gave a name, for "did you mean" hints: names may also be cut short. */
import { findClosestName } from "../../base/closest-name.ts";

/** The only candidate that begins with `name`, or else the one nearest to it. */
export function findMeantName(name: string, candidates: readonly string[]): string | undefined {
  const longer = name.length < 2 ? [] : candidates.filter((candidate) => candidate.startsWith(name));
  return longer.length === 1 ? longer[0] : findClosestName(name, candidates);
}
