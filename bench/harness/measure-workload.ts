/**
 * Takes a workload's measurements: ours and each anchor in turn, round after round (A B A B ...), so that what
 * disturbs the machine disturbs both sides. The result is the median of the ratios of the rounds, not the ratio
 * of medians, because the two sides of one round saw the same machine.
 */
import { computeForeignShare, type CpuAccounting } from "./cpu-accounting.ts";
import {
  Unavailable,
  type Anchor,
  type BenchContext,
  type Measure,
  type RatioKind,
  type Target,
  type Workload,
} from "./workload.ts";

const foreignShareMax = 0.1;

/** A disturbed round is repeated, but not for ever: at most this many times the wanted rounds are run. */
const attemptsPerRound = 2;

interface Sample {
  readonly value: number;
  readonly cpuSeconds: number | undefined;
  readonly foreignShare: number | undefined;
}

export type Verdict = "met" | "missed" | "reported";

export interface AnchorResult {
  readonly kind: "measured";
  readonly title: string;
  readonly target: Target;
  /** Median over the rounds, in the workload's unit. */
  readonly oursMedian: number;
  readonly anchorMedian: number;
  /** What each round measured, ours and the anchor's: the ratio of a round says more than that of the medians. */
  readonly measured: readonly (readonly [ours: number, anchor: number])[];
  readonly ratio: number;
  /** Ratio of CPU time, formed as the ratio itself; stays valid on a noisy machine. Undefined when it cannot be told. */
  readonly cpuRatio: number | undefined;
  readonly rounds: number;
  readonly discarded: number;
  readonly verdict: Verdict;
}

/** A workload or an anchor that could not be measured here, or that failed. */
export interface SkippedResult {
  readonly kind: "skipped" | "failed";
  readonly title: string;
  readonly reason: string;
}

export interface WorkloadResult {
  readonly id: string;
  readonly title: string;
  readonly unit: Workload["unit"];
  readonly ratio: RatioKind;
  readonly results: readonly (AnchorResult | SkippedResult)[];
}

/** Measures one workload against all its anchors. A missing tool skips, any other error fails this workload only. */
export async function measureWorkload(
  workload: Workload,
  context: BenchContext,
  accounting: CpuAccounting,
  rounds: number,
): Promise<WorkloadResult> {
  const head = { id: workload.id, title: workload.title, unit: workload.unit, ratio: workload.ratio };
  try {
    workload.requires();
    return { ...head, results: await measureRounds(workload, context, accounting, rounds) };
  } catch (error) {
    const kind = error instanceof Unavailable ? "skipped" : "failed";
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    if (kind === "failed") console.error(error);
    return { ...head, results: workload.anchors.map(({ title }) => ({ kind, title, reason })) };
  }
}

async function measureRounds(
  workload: Workload,
  context: BenchContext,
  accounting: CpuAccounting,
  rounds: number,
): Promise<WorkloadResult["results"]> {
  const document = (await workload.prepare?.(context)) ?? "";
  const oursRounds: Sample[] = [];
  const anchorRounds = new Map<Anchor, (Sample | Unavailable)[]>(
    workload.anchors.map((anchor) => [anchor, []]),
  );
  const take = (measure: Measure): Promise<Sample> =>
    takeSample(() => measure(context, document), accounting);
  for (
    let round = 0;
    round < rounds * attemptsPerRound && countClean(oursRounds, anchorRounds) < rounds;
    round += 1
  ) {
    oursRounds.push(await take(workload.ours));
    for (const [anchor, samples] of anchorRounds) {
      if (samples[0] instanceof Unavailable) samples.push(samples[0]);
      else samples.push(await takeUnlessUnavailable(() => take(anchor.measure)));
    }
  }
  return [...anchorRounds].map(([anchor, samples]) => summarise(workload.ratio, anchor, oursRounds, samples));
}

async function takeUnlessUnavailable(take: () => Promise<Sample>): Promise<Sample | Unavailable> {
  try {
    return await take();
  } catch (error) {
    if (error instanceof Unavailable) return error;
    throw error;
  }
}

async function takeSample(measure: () => Promise<number>, accounting: CpuAccounting): Promise<Sample> {
  const before = accounting.read();
  const value = await measure();
  const after = accounting.read();
  const cpuSeconds =
    before.ownSeconds === undefined || after.ownSeconds === undefined
      ? undefined
      : after.ownSeconds - before.ownSeconds;
  return { value, cpuSeconds, foreignShare: computeForeignShare(before, after) };
}

function isDisturbed(sample: Sample): boolean {
  return sample.foreignShare !== undefined && sample.foreignShare > foreignShareMax;
}

/** Rounds in which nothing that was measured was disturbed. */
function countClean(
  ours: readonly Sample[],
  anchors: ReadonlyMap<Anchor, readonly (Sample | Unavailable)[]>,
): number {
  const isClean = (sample: Sample | Unavailable | undefined): boolean =>
    sample === undefined || sample instanceof Unavailable || !isDisturbed(sample);
  return ours.filter(
    (sample, round) => isClean(sample) && [...anchors.values()].every((all) => isClean(all[round])),
  ).length;
}

function summarise(
  kind: RatioKind,
  anchor: Anchor,
  ours: readonly Sample[],
  anchorSamples: readonly (Sample | Unavailable)[],
): AnchorResult | SkippedResult {
  const pairs: (readonly [Sample, Sample])[] = [];
  for (const [round, sample] of anchorSamples.entries()) {
    if (sample instanceof Unavailable)
      return { kind: "skipped", title: anchor.title, reason: sample.message };
    const own = ours[round];
    if (own !== undefined) pairs.push([own, sample]);
  }
  const clean = pairs.filter(([own, other]) => !isDisturbed(own) && !isDisturbed(other));
  // On a machine that is never quiet the disturbed rounds are all there is; the report shows that none was clean.
  const kept = clean.length > 0 ? clean : pairs;
  const ratio = median(kept.map(([own, other]) => formRatio(kind, own.value, other.value)));
  const cpuRatios = kept.flatMap(([own, other]) =>
    own.cpuSeconds === undefined ||
    other.cpuSeconds === undefined ||
    other.cpuSeconds < 0.05 ||
    own.cpuSeconds <= 0
      ? []
      : [formRatio(kind, own.cpuSeconds, other.cpuSeconds)],
  );
  return {
    kind: "measured",
    title: anchor.title,
    target: anchor.target,
    oursMedian: median(kept.map(([own]) => own.value)),
    anchorMedian: median(kept.map(([, other]) => other.value)),
    measured: kept.map(([own, other]) => [own.value, other.value] as const),
    ratio,
    cpuRatio: cpuRatios.length === 0 ? undefined : median(cpuRatios),
    rounds: clean.length,
    discarded: pairs.length - clean.length,
    verdict: judge(anchor.target, ratio),
  };
}

function formRatio(kind: RatioKind, ours: number, anchor: number): number {
  return kind === "speed" ? anchor / ours : ours / anchor;
}

/** Whether a ratio meets its target. */
export function judge(target: Target, ratio: number): Verdict {
  switch (target.kind) {
    case "report":
      return "reported";
    case "at-least":
      return ratio >= target.ratio ? "met" : "missed";
    case "at-most":
      return ratio <= target.ratio ? "met" : "missed";
  }
}

/** The middle value; of two middle values their mean. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
