/**
 * An execution slot: one persistent small program in a session of its own, a shell or one made for this.
 *
 * The engine never starts user commands itself, because that would block its loop, and from Node's own `spawn` for
 * longer the more memory it holds. The slot forks cheaply, takes attempts on its standard input, and writes one `end` line per attempt to
 * its standard output. User output never passes through here.
 *
 * What must stay true: the exit record is whole on disk before the `end` line is sent, and a slot whose engine is gone
 * finishes its attempt, meets the end of its input, and leaves.
 */
import type { AttemptUsage } from "../../model/run/attempt.ts";
import { readHow, readUsage } from "./exit-record.ts";
import type { Launch } from "./launch.ts";
import { killGroup } from "./send-signal.ts";
import type { StartSlot } from "./start-slot.ts";

/** What the slot said when an attempt ended. */
export interface SlotReport {
  readonly status: number;
  readonly how: "plain" | "signaled" | "refused";
  /** What the program and its children used, where the slot can tell. */
  readonly usage?: AttemptUsage;
  /** Whether processes of the attempt are still alive, where the slot can tell. */
  readonly leavesProcesses?: boolean;
}

/** What a slot is made of. */
export interface SlotProgram {
  readonly name: "shell" | "native";
  readonly path: string;
  readonly start: StartSlot;
  /** What it reads before all attempts. It writes its own messages to the notice file. */
  writePrelude(noticeFile: string): string;
  /** What makes it run an attempt. It begins in the attempt's directory and writes the exit record there. */
  writeAttempt(directory: string, launch: Launch, expectsNext: boolean): string;
}

export interface Slot {
  readonly pid: number;
  /** Runs one attempt; the slot must be idle. `expectsNext`: another one will probably come as soon as it has ended. */
  run(directory: string, launch: Launch, expectsNext: boolean): void;
  /** Lets the slot go once its attempt has ended; it still counts until it is gone. */
  release(): void;
  /** The same, and nobody waits for it any more: the engine may leave before it. */
  detach(): void;
  /** Kills the slot with everything in its process group. */
  kill(): void;
}

export interface SlotListener {
  reported(slot: Slot, report: SlotReport): void;
  /** The program is gone; called once, after `release` as well. */
  gone(slot: Slot): void;
}

/** Starts a slot. `noticeFile` takes the program's own messages; `environment` is what every attempt starts from. */
export function openSlot(
  program: SlotProgram,
  environment: Readonly<Record<string, string>>,
  noticeFile: string,
  listener: SlotListener,
): Slot | Error {
  const started = program.start(program.path, environment, noticeFile, {
    said: splitReports((report) => listener.reported(slot, report)),
    gone: () => listener.gone(slot),
  });
  if (started instanceof Error) return started;
  const prelude = program.writePrelude(noticeFile);
  if (prelude !== "") started.write(prelude);
  const slot: Slot = {
    pid: started.pid,
    run: (...attempt) => started.write(program.writeAttempt(...attempt)),
    release: () => started.end(),
    detach: () => started.detach(),
    kill: () => killGroup(started.pid),
  };
  return slot;
}

function splitReports(tell: (report: SlotReport) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [word, status = "", how = "", ...used] = line.split(" ");
      if (word !== "end") continue;
      const left = used.length > 3 ? { leavesProcesses: used[3] !== "0" } : {};
      tell({ status: Number(status), how: readHow(how), ...readUsage(used), ...left });
    }
  };
}
