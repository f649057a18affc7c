/** Runs under kills, one after the other, until enough engines were killed. */
import type { Random } from "../simulation/random.ts";
import { makeKillPlace, readLedger, removeKillPlace, runUnderKills } from "./kill-run.ts";
import type { KillExecutor } from "./kill-run.ts";

export interface KillSums {
  readonly kills: number;
  readonly passed: number;
  readonly failed: number;
  /** Attempts in the ledgers. */
  readonly attempts: number;
}

/** Compares every run with one that nobody disturbed. A place with problems is left for a look. */
export async function killUntil(
  executor: KillExecutor,
  count: number,
  each: number,
  random: Random,
  print: (line: string) => void,
): Promise<KillSums> {
  const quiet = makeKillPlace(executor);
  const undisturbed = await runUnderKills(quiet, 0, random);
  if (undisturbed.problems.length > 0)
    throw new Error(`without any kill: ${undisturbed.problems.join("; ")}`);
  removeKillPlace(quiet);
  let [kills, passed, failed, attempts] = [0, 0, 0, 0];
  while (kills < count) {
    const place = makeKillPlace(executor);
    const verdict = await runUnderKills(
      place,
      Math.min(random.integer(3, Math.max(3, each)), count - kills),
      random,
    );
    const problems = [...verdict.problems, ...compareResults(undisturbed.result, verdict.result)];
    kills += verdict.kills;
    attempts += readLedger(place)
      .split("\n")
      .filter((line) => line.startsWith("start ")).length;
    if (problems.length === 0) {
      passed += 1;
      removeKillPlace(place);
    } else {
      failed += 1;
      print(`${place.root}: ${problems.join("; ")}`);
    }
    if (verdict.kills === 0) break;
  }
  return { kills, passed, failed, attempts };
}

function compareResults(wanted: string, found: string): readonly string[] {
  if (wanted === found) return [];
  const [left, right] = [wanted.split("\\n"), found.split("\\n")];
  const line = left.findIndex((text, index) => text !== right[index]);
  return [
    `the result differs from an undisturbed run's\n  wanted: ${left[line] ?? ""}\n  found:  ${right[line] ?? ""}`,
  ];
}
