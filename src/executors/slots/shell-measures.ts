/**
 * What is known of attempts below shells, however short they are: from what the kernel keeps of the shell, when it has
 * taken leave of the attempt. A shell could tell it as well, but every line that it writes costs more than this.
 */
import type { AttemptUsage } from "../../model/run/attempt.ts";
import { findChildTimes, findProcText } from "./process-tree.ts";

export interface ShellMeasures {
  /** Processor time of the attempt that has just ended in the slot, in steps of 10 ms; undefined where there is no /proc. */
  takeTimes(slotPid: number): AttemptUsage | undefined;
  /** What the shell holds, of which each attempt begins as a copy: bytes, or undefined where that cannot be read. */
  findMemory(slotPid: number): number | undefined;
  /** The slot is gone. */
  forget(slotPid: number): void;
}

export function createShellMeasures(): ShellMeasures {
  const timesBefore = new Map<number, { readonly userMs: number; readonly systemMs: number }>();
  const memory = new Map<number, number>();
  return {
    takeTimes: (slotPid) => {
      const now = findChildTimes(slotPid);
      if (now === undefined) return undefined;
      const { userMs, systemMs } = timesBefore.get(slotPid) ?? { userMs: 0, systemMs: 0 };
      timesBefore.set(slotPid, now);
      return { cpuUserMs: now.userMs - userMs, cpuSystemMs: now.systemMs - systemMs };
    },
    findMemory: (slotPid) => {
      const bytes = memory.get(slotPid) ?? readResidentBytes(slotPid);
      if (bytes !== undefined) memory.set(slotPid, bytes);
      return bytes;
    },
    forget: (slotPid) => {
      timesBefore.delete(slotPid);
      memory.delete(slotPid);
    },
  };
}

function readResidentBytes(pid: number): number | undefined {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(findProcText(`/proc/${pid}/status`) ?? "")?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
