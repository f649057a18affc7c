/**
 * Finding the processes of an attempt in /proc.
 *
 * Every process of an attempt carries `MILLRACE_ATTEMPT=<id>` in its environment, also a daemon that left the session
 * and was adopted by init. A program that clears its environment is still found as a descendant of the slot or a
 * member of its session. Where /proc is absent, nothing is found and the caller falls back to the process group.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { sendSignal } from "./send-signal.ts";

/** The environment variable that marks the processes of an attempt. */
export const attemptMarker = "MILLRACE_ATTEMPT";

const markerStart = `${attemptMarker}=`;

export interface ProcessInfo {
  readonly pid: number;
  /** The first 15 bytes of what it calls itself. */
  readonly name: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly state: string;
}

/** Whether this system shows its processes in /proc. */
export const hasProc = existsSync("/proc/self/stat");

/** All process ids; empty where /proc is absent. */
export function listPids(): number[] {
  if (!hasProc) return [];
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0);
}

/** Reads a small /proc file; undefined when the process is gone or belongs to somebody else. */
export function findProcText(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // A process may end between listing and reading; that is the ordinary case here, not an error.
    return undefined;
  }
}

/** Parent, session and state of a process; undefined when it is gone. */
function findProcessInfo(pid: number): ProcessInfo | undefined {
  const text = findProcText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The command name stands in parentheses and may hold anything, also parentheses and blanks.
  const close = text.lastIndexOf(")");
  const fields = text.slice(close + 2).split(" ");
  return {
    pid,
    name: text.slice(text.indexOf("(") + 1, close),
    state: fields[0] ?? "",
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
  };
}

/**
 * Processor time of the ended children that a process has waited for, in ms; undefined when it is gone. Linux counts in
 * hundredths of a second here, on every machine (proc(5): fields 16 and 17 of stat; USER_HZ).
 */
export function findChildTimes(
  pid: number,
): { readonly userMs: number; readonly systemMs: number } | undefined {
  const text = findProcText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { userMs: Number(fields[13]) * 10, systemMs: Number(fields[14]) * 10 };
}

/** The attempt id in a process's environment; undefined when it has none. */
function findAttemptMark(pid: number): string | undefined {
  return readMark(findProcText(`/proc/${pid}/environ`) ?? "");
}

function readMark(text: string): string | undefined {
  const at = text.startsWith(markerStart) ? 0 : text.indexOf(`\0${markerStart}`) + 1;
  if (at === 0 && !text.startsWith(markerStart)) return undefined;
  const start = at + markerStart.length;
  const end = text.indexOf("\0", start);
  return text.slice(start, end < 0 ? undefined : end);
}

export interface MarkedProcesses {
  readonly pids: readonly number[];
  /** Whether there are processes that may be marked, but showed no environment: the next look may tell. */
  readonly isUnclear: boolean;
}

/** A process without an environment is looked at this often before it counts as one that has none. */
const mostLooks = 250;

/**
 * Looks for living processes that are marked with one of the ids. Those that are not are not looked at again: a mark is
 * inherited, never put on. A process shows no environment for a moment while it is being replaced by another program,
 * and while it ends: then its files are still open. `list` names the processes that come into question.
 */
export function createMarkedSearch(
  attemptIds: ReadonlySet<string>,
  list: () => readonly number[] = listPids,
): () => MarkedProcesses {
  const looks = new Map<number, number>();
  return () => {
    const pids: number[] = [];
    let isUnclear = false;
    for (const pid of list()) {
      const before = looks.get(pid) ?? 0;
      if (before >= mostLooks) continue;
      const text = findProcText(`/proc/${pid}/environ`);
      const mark = readMark(text ?? "");
      if (mark !== undefined && attemptIds.has(mark)) pids.push(pid);
      else if (text === "" && mayShowMark(pid)) {
        // One that ends is waited for until it has ended; one that never had an environment is not.
        looks.set(pid, isEnding(pid) ? before : before + 1);
        isUnclear = true;
      } else looks.set(pid, mostLooks);
    }
    return { pids, isUnclear };
  };
}

/** `PF_KTHREAD` of the kernel's process flags, the 9th field of /proc/PID/stat. */
const kernelThreadFlag = 0x200000;

/** `PF_EXITING` of the same flags. */
const exitingFlag = 0x4;

function isEnding(pid: number): boolean {
  return (readFlags(pid) & exitingFlag) !== 0;
}

function readFlags(pid: number): number {
  const text = findProcText(`/proc/${pid}/stat`) ?? "";
  return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[6] ?? 0);
}

/** False for threads of the kernel, and when only its exit code is left of a process. */
function mayShowMark(pid: number): boolean {
  const text = findProcText(`/proc/${pid}/stat`) ?? "";
  const [state = "Z", ...fields] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return state !== "Z" && state !== "X" && (Number(fields[5]) & kernelThreadFlag) === 0;
}

/** Living processes of the attempt: marked, below the slot, or in its session; never the slot itself. */
export function findTree(slotPid: number | undefined, attemptId: string): ProcessInfo[] {
  const infos = new Map<number, ProcessInfo>();
  for (const pid of listPids()) {
    const info = findProcessInfo(pid);
    if (info !== undefined && info.state !== "Z") infos.set(pid, info);
  }
  const isBelowSlot = (info: ProcessInfo): boolean => {
    if (slotPid === undefined) return false;
    if (info.session === slotPid) return true;
    for (let at: ProcessInfo | undefined = info, depth = 0; at !== undefined && depth < 200; depth += 1) {
      if (at.parent === slotPid) return true;
      at = infos.get(at.parent);
    }
    return false;
  };
  return [...infos.values()].filter(
    (info) =>
      info.pid !== slotPid &&
      (isBelowSlot(info) || findAttemptMark(info.pid) === attemptId) &&
      !isWaiting(info, slotPid),
  );
}

/** Whether this is the process that a native slot has made ahead for its next attempt (native/slot.c). */
function isWaiting({ pid, name, parent }: ProcessInfo, slotPid: number | undefined): boolean {
  if (name !== "millrace-slot" || parent !== slotPid) return false;
  // A program may call itself what it likes, but not be another one.
  const [own] = findLink(`/proc/${pid}/exe`);
  return own !== undefined && own === findLink(`/proc/${slotPid}/exe`)[0];
}

/** Children of a process and theirs, by the kernel's own list; empty where it keeps none. */
export function findDescendantPids(pid: number): number[] {
  const found: number[] = [];
  const open = [pid];
  for (let next = open.pop(); next !== undefined && found.length < 4096; next = open.pop()) {
    for (const child of findChildPids(next)) {
      found.push(child);
      open.push(child);
    }
  }
  return found;
}

function findChildPids(pid: number): number[] {
  const main = findProcText(`/proc/${pid}/task/${pid}/children`);
  if (main === undefined) return [];
  const text = [main];
  const threads = findProcText(`/proc/${pid}/status`)?.match(/^Threads:\s+(\d+)/m)?.[1];
  if (threads !== undefined && threads !== "1") {
    for (const thread of findThreads(pid)) {
      if (thread !== String(pid)) text.push(findProcText(`/proc/${pid}/task/${thread}/children`) ?? "");
    }
  }
  return text
    .join(" ")
    .split(" ")
    .map(Number)
    .filter((child) => child > 0);
}

function findThreads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    // The process ended meanwhile.
    return [];
  }
}

/** Kills until nothing is found twice in a row, or `passes` are used up; a tree that forks is outrun. */
export function killUntilGone(find: () => MarkedProcesses, passes = 1000): boolean {
  for (let pass = 0, empty = 0; pass < passes; pass += 1) {
    const { pids, isUnclear } = find();
    if (pids.length > 0 || isUnclear) empty = 0;
    else if ((empty += 1) === 2) return true;
    for (const pid of pids) sendSignal(pid, "SIGKILL");
  }
  return false;
}

/**
 * Whether a process is a living slot that keeps this exit record open. The descriptor's number does not matter, because
 * shells move descriptors while a command runs; that it leads its session tells a slot from a supervisor below it.
 */
export function holdsRecord(pid: number, recordPath: string): boolean {
  if (findProcessInfo(pid)?.session !== pid) return false;
  return listOpenFiles(pid).includes(recordPath);
}

/** The living slot that keeps this record open, whoever opened it; undefined when there is none. */
export function findRecordHolder(recordPath: string): number | undefined {
  return listPids().find((pid) => holdsRecord(pid, recordPath));
}

function listOpenFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => findLink(`/proc/${pid}/fd/${fd}`));
  } catch {
    // The process ended meanwhile, or it is somebody else's and so no slot of ours.
    return [];
  }
}

function findLink(path: string): string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    // The descriptor was closed meanwhile.
    return [];
  }
}
