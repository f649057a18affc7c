/** What the engine side knows about an attempt between its start (or adoption) and its end. */
import { realpathSync } from "node:fs";
import { join } from "node:path";
import type {
  AttemptExit,
  AttemptOrder,
  AttemptProblem,
  AttemptUsage,
  CommandEnding,
} from "../../model/run/attempt.ts";
import { attemptFiles } from "../../ports/attempt-directory.ts";
import { type ExitRecord, readEnding } from "./exit-record.ts";
import { findRecordHolder, hasProc, holdsRecord } from "./process-tree.ts";
import type { Launch } from "./launch.ts";
import { sendSignal } from "./send-signal.ts";
import type { Slot } from "./slot.ts";

export interface RunningAttempt {
  readonly order: AttemptOrder;
  readonly directory: string;
  /** Epoch ms. */
  startedAt: number;
  /** The slot of ours that runs it; absent while it waits for one, and for adopted attempts. */
  slot?: Slot;
  /** The process id of the slot, also of one that an earlier engine opened. */
  slotPid?: number;
  /** What to run once a slot is free. */
  launch?: Launch;
  /** Why the engine ends it. */
  stop?: "cancelled" | "timed-out";
  /** Whether the listener knows that it started. */
  announced: boolean;
  /** Whether processes of it outlive its commands; absent while that is not known, and where the slot cannot tell. */
  leavesProcesses?: boolean | undefined;
  /** Its end is being reported; nothing more may be done to its slot, which may serve another attempt already. */
  ending: boolean;
  readonly timers: Set<NodeJS.Timeout>;
  unwatch?: () => void;
}

/** Where, by whom and as whom attempts run; the same for all attempts of an executor. */
export interface RunPlace {
  readonly executor: string;
  readonly host: string;
  readonly user: string;
}

/** Makes the report from the record. Several commands are decided by the first main (or init) that failed, then by a side. */
export function makeAttemptExit(
  running: RunningAttempt,
  record: ExitRecord,
  place: RunPlace,
  peakMemoryBytes: number | undefined,
): AttemptExit {
  const problem = findProblem(running, record);
  const severalNamed = Object.keys(record.commands).length > 0;
  return {
    attemptId: running.order.attemptId,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    ending: decideEnding(running.order, record),
    ...(severalNamed ? { commands: sortCommands(running.order, record.commands) } : {}),
    ...(problem === undefined ? {} : { problem }),
    usage: addPeak(record.usage, peakMemoryBytes),
    ...place,
  };
}

/** The slot knows the most that one process held, the samples what all of them held at some moment. */
function addPeak(usage: AttemptUsage = {}, sampledBytes: number | undefined): AttemptUsage {
  const peakMemoryBytes = Math.max(usage.peakMemoryBytes ?? 0, sampledBytes ?? 0);
  return peakMemoryBytes === 0 ? usage : { ...usage, peakMemoryBytes };
}

/** Sides after all others, as their endings count. */
function sortCommands(
  { commands }: AttemptOrder,
  endings: ExitRecord["commands"],
): Readonly<Record<string, CommandEnding>> {
  const isSide = ({ role }: AttemptOrder["commands"][number]): boolean => role === "side";
  const inOrder = [...commands.filter((each) => !isSide(each)), ...commands.filter(isSide)];
  return Object.fromEntries(
    inOrder.flatMap(({ name }) => {
      const ending = endings[name];
      return ending === undefined ? [] : [[name, ending] as const];
    }),
  );
}

function findProblem(running: RunningAttempt, record: ExitRecord): AttemptProblem | undefined {
  if (record.problem !== undefined) return record.problem;
  if (record.end?.how === "refused") {
    const message = `the shell could not start the command in ${running.directory}; its log may say why`;
    return { kind: "start-refused", code: "executor/not-startable", message };
  }
  return running.stop === undefined ? undefined : { kind: running.stop };
}

function decideEnding(order: AttemptOrder, record: ExitRecord): CommandEnding {
  if (record.end === undefined || record.end.how === "refused") return { kind: "not-run" };
  const endings = (isSide: boolean): readonly (CommandEnding | undefined)[] =>
    order.commands
      .filter(({ role }) => (role === "side") === isSide)
      .map(({ name }) => record.commands[name]);
  const failed =
    endings(false).find((ending) => ending?.kind === "exited" && ending.code !== 0) ??
    endings(true).find((ending) => ending?.kind === "exited" && !sideCodes.has(ending.code));
  return failed ?? readEnding(record.end.status, record.end.how);
}

/** Well, and by SIGKILL and SIGTERM, with which sides are ended (Argo: operator.go, inferFailedReason). */
const sideCodes = new Set([0, 137, 143]);

/**
 * The process that keeps the attempt's record open: its living slot, whichever engine opened it. Where /proc is absent
 * the process id in the record is asked, which cannot tell a slot from a later process with the same number.
 */
export function findLivingSlot(directory: string, record: ExitRecord): number | undefined {
  const { slotPid } = record;
  if (hasProc) {
    const path = join(realpathSync(directory), attemptFiles.exit);
    if (slotPid === undefined) return findRecordHolder(path);
    return holdsRecord(slotPid, path) ? slotPid : undefined;
  }
  return slotPid !== undefined && sendSignal(slotPid, 0) ? slotPid : undefined;
}
