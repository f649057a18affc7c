/**
 * The exit record: what an attempt's supervisor leaves behind, so that the end of an attempt outlives the engine.
 *
 * ```
 * slot 4711                         the slot that runs the attempt; it keeps this file open until the end
 * 0m0.010000s 0m0.020000s           only from a shell: CPU of itself, then of all its ended children, before the attempt
 * 0m1.500000s 0m0.900000s
 * ready db                          only of a service: this command gave the answers that its readiness asks a program for
 * command build 0                   only when there are several commands: code, or `not-run`
 * 0m0.010000s 0m0.020000s           only from a shell: the same after it; the difference of the second lines is its CPU
 * 0m1.700000s 0m0.950000s
 * used 200000 50000 1860            only from the native program: us of user and of system time, peak memory in kB;
 *                                   of what leaves first, `whole` if what it left is in that, or `part`
 * end 143 signaled                  128 and the signal for `signaled`, the exit code for `plain` (which shells of
 *                                   earlier versions left out), anything for `refused`: it could not be started
 * before                            only from a sandbox that is made by a shell: two more such lines, from when it was ready
 * inside                            only from a sandbox that does not pass on its processor time: two more such lines
 * { "exit-code": 143 }              only from a sandbox: it was set up, and the command in it ran and ended
 * problem {"kind":"cancelled"}      only when the engine decided the end; may stand before or after `end`
 * ```
 *
 * The file exists from the start of the attempt on (its birth time is the start), and is complete when it has
 * a whole `end` line. The end time is the file's last change.
 */
import { readFileSync, appendFileSync, statSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { lazily } from "../../base/lazily.ts";
import { attemptFiles } from "../../ports/attempt-directory.ts";
import type { AttemptProblem, AttemptUsage, CommandEnding } from "../../model/run/attempt.ts";

export interface ExitRecord {
  /** Process id of the slot; absent when the attempt never reached one. */
  readonly slotPid?: number;
  /** Absent while the attempt runs. */
  readonly end?: { readonly status: number; readonly how: "plain" | "signaled" | "refused" };
  readonly commands: Readonly<Record<string, CommandEnding>>;
  /** Commands whose readiness was found out by the supervisor. */
  readonly ready?: readonly string[];
  readonly problem?: AttemptProblem;
  /** A sandbox says that it was set up and that the command ran in it. */
  readonly ranInside?: boolean;
  readonly usage?: AttemptUsage;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Some signals have two names (SIGABRT is SIGIOT, SIGIO is SIGPOLL); the first one is the usual one. */
const listSignals: () => ReadonlyMap<number, string> = lazily(
  () =>
    new Map(
      Object.entries(constants.signals)
        .reverse()
        .map(([name, number]) => [number, name]),
    ),
);

/** The ending behind a shell's exit status (128 + signal number when a signal ended the command; POSIX 2.8.2 leaves it open). */
export function readEnding(status: number, how: "plain" | "signaled" | "refused"): CommandEnding {
  const signal = how === "signaled" ? listSignals().get(status - 128) : undefined;
  return signal === undefined ? { kind: "exited", code: status } : { kind: "signaled", signal };
}

interface Times {
  readonly userMs: number;
  readonly systemMs: number;
}

/** Reads one line of the shell's `times`; undefined for any other line. */
function readTimesLine(line: string): Times | undefined {
  const match = /^(\d+)m([\d.,]+)s (\d+)m([\d.,]+)s$/.exec(line);
  if (match === null) return undefined;
  const toMs = (minutes: string | undefined, seconds: string | undefined): number =>
    Math.round(Number(minutes) * 60_000 + Number((seconds ?? "").replace(",", ".")) * 1000);
  return { userMs: toMs(match[1], match[2]), systemMs: toMs(match[3], match[4]) };
}

/** The record in an attempt's directory; undefined when the attempt was never started there. */
export function findExitRecord(directory: string): ExitRecord | undefined {
  const path = join(directory, attemptFiles.exit);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  return parseExitRecord(readFileSync(path, "utf8"), stat.birthtimeMs || stat.ctimeMs, stat.mtimeMs);
}

/** Reads a record's text; an unfinished last line is ignored. */
export function parseExitRecord(text: string, startedAt: number, endedAt: number): ExitRecord {
  const lines = text.split("\n").slice(0, -1);
  return {
    ...readLines(lines),
    ...readMeasures(lines),
    startedAt: Math.floor(startedAt),
    endedAt: Math.max(Math.floor(startedAt), Math.floor(endedAt)),
  };
}

/** What the slot measured, and what a sandbox measured inside, where that does not reach the slot. */
function readMeasures(lines: readonly string[]): Pick<ExitRecord, "usage"> {
  const used = lines.find((each) => each.startsWith("used "))?.split(" ");
  const share = used?.at(-1);
  if (share === "whole") return readUsage(used?.slice(1, -1) ?? []);
  const inside = readTimesBehind(lines, "inside")?.children;
  const outside = readUsage(used?.slice(1) ?? []).usage ?? readProcessorTime(listSlotLines(lines));
  if (outside === undefined || (share === "part" && inside === undefined)) return {};
  if (inside === undefined) return { usage: subtractBefore(outside, lines) };
  // The peak outside is that of the sandbox program, which has not waited for the command either.
  const { cpuUserMs = 0, cpuSystemMs = 0 } = outside;
  return { usage: { cpuUserMs: cpuUserMs + inside.userMs, cpuSystemMs: cpuSystemMs + inside.systemMs } };
}

/** What making the sandbox cost; the steps of 10 ms in which that is known may come to more than all of it. */
function subtractBefore(usage: AttemptUsage, lines: readonly string[]): AttemptUsage {
  const before = readTimesBehind(lines, "before");
  if (before === undefined) return usage;
  const { own, children } = before;
  // In whole microseconds, as they were.
  const subtract = (from: number | undefined, ms: number): number =>
    Math.max(0, Math.round(((from ?? 0) - ms) * 1000) / 1000);
  return {
    ...usage,
    cpuUserMs: subtract(usage.cpuUserMs, own.userMs + children.userMs),
    cpuSystemMs: subtract(usage.cpuSystemMs, own.systemMs + children.systemMs),
  };
}

/** The two lines of `times` behind a line with the word. */
function readTimesBehind(
  lines: readonly string[],
  word: "before" | "inside",
): { readonly own: Times; readonly children: Times } | undefined {
  const at = lines.indexOf(word);
  const [own, children] = [readTimesLine(lines[at + 1] ?? ""), readTimesLine(lines[at + 2] ?? "")];
  return at < 0 || own === undefined || children === undefined ? undefined : { own, children };
}

/** Without what a sandbox noted. */
function listSlotLines(lines: readonly string[]): readonly string[] {
  const noted = ["before", "inside"].map((word) => lines.indexOf(word)).filter((at) => at >= 0);
  return lines.filter((_, line) => !noted.some((at) => line >= at && line <= at + 2));
}

/** User and system time in us and peak memory in kB, as the native program tells them; nothing from a shell. */
export function readUsage(fields: readonly string[]): { readonly usage?: AttemptUsage } {
  const [userUs, systemUs, peakKilobytes] = fields.map(Number);
  if (userUs === undefined || systemUs === undefined || !(Number(peakKilobytes) >= 0)) return {};
  const usage = { cpuUserMs: userUs / 1000, cpuSystemMs: systemUs / 1000 };
  return { usage: { ...usage, peakMemoryBytes: Number(peakKilobytes) * 1024 } };
}

/** The second line of each pair counts: what ended children used. */
function readProcessorTime(lines: readonly string[]): AttemptUsage | undefined {
  const times = lines.map(readTimesLine).filter((each) => each !== undefined);
  const [before, after] = [times[1], times[3]];
  if (before === undefined || after === undefined) return undefined;
  return { cpuUserMs: after.userMs - before.userMs, cpuSystemMs: after.systemMs - before.systemMs };
}

function readLines(
  lines: readonly string[],
): Pick<ExitRecord, "slotPid" | "end" | "commands" | "ready" | "problem" | "ranInside"> {
  let slotPid: number | undefined;
  let end: ExitRecord["end"];
  let problem: AttemptProblem | undefined;
  let ranInside = false;
  const commands: Record<string, CommandEnding> = {};
  const ready: string[] = [];
  for (const line of lines) {
    const [word, first = "", second = ""] = line.split(" ");
    if (word === "slot") slotPid = Number(first);
    else if (word === "end") end = { status: Number(first), how: readHow(second) };
    else if (word === "command")
      commands[first] = second === "not-run" ? { kind: "not-run" } : { kind: "exited", code: Number(second) };
    else if (word === "ready") ready.push(first);
    else if (line.includes('"exit-code"') && line.startsWith("{")) ranInside = true;
    else if (word === "problem") problem = JSON.parse(line.slice("problem ".length)) as AttemptProblem;
  }
  return {
    ...(slotPid === undefined ? {} : { slotPid }),
    ...(end === undefined ? {} : { end }),
    commands,
    ...(ready.length === 0 ? {} : { ready }),
    ...(problem === undefined ? {} : { problem }),
    ...(ranInside ? { ranInside } : {}),
  };
}

/** Reads the last word of an `end` line. */
export function readHow(word: string): "plain" | "signaled" | "refused" {
  return word === "signaled" || word === "refused" ? word : "plain";
}

/**
 * Adds what the engine knows to the record. `status` completes a record whose slot is gone, or never was (`not-run`);
 * without it the record is complete already.
 */
export function appendToExitRecord(
  directory: string,
  problem: AttemptProblem,
  status?: number | "not-run",
): void {
  const end =
    status === "not-run" ? "end 126 refused\n" : `end ${status}${Number(status) > 128 ? " signaled" : ""}\n`;
  const path = join(directory, attemptFiles.exit);
  // The line feed in front ends a line that a killed slot may have left half written.
  appendFileSync(path, `\nproblem ${JSON.stringify(problem)}\n${status === undefined ? "" : end}`);
}
