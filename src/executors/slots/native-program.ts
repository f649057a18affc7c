/**
 * The slot program that set-up compiles where it finds a C compiler (native/slot.c, which describes what it reads and
 * tells). It starts a program without copying a shell, tells signals from exit codes, and measures each
 * attempt's processor time and peak memory exactly, however short it is, also in a sandbox.
 */
import type { Launch } from "./launch.ts";
import type { SlotProgram } from "./slot.ts";
import { startWithNode, type StartSlot } from "./start-slot.ts";

/** The program at `path`, which has to be the one for this system. */
export function createNativeProgram(path: string, start: StartSlot = startWithNode): SlotProgram {
  return { name: "native", path, start, writePrelude: () => "", writeAttempt };
}

/** An attempt as the program reads it: its length in bytes, a line feed, and texts that each end in NUL. */
export function writeAttempt(directory: string, launch: Launch, expectsNext: boolean): string {
  const { argv, env, workingDirectory = "", out, err, addsToRecord, leavesFirst } = launch;
  const letters = `${addsToRecord}${leavesFirst ? "w" : ""}${expectsNext ? "n" : ""}`;
  let text = `${directory}\0${workingDirectory}\0${out}\0${err}\0${letters}\0${env.length}\0`;
  for (const { name, value } of env) text += `${name}=${value}\0`;
  for (const word of argv) text += `${word}\0`;
  return `${Buffer.byteLength(text)}\n${text}`;
}
