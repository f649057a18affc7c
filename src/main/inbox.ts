/**
 * Letters from other processes to the one that drives the home: a file for each, put down by rename.
 *
 * I1. A command is answered by `NAME.answer`; whoever asked takes the answer away. What nobody waits for any more when
 *     an engine opens the inbox is thrown away: a command belongs to the moment.
 * I2. A submission is on the disk before it is looked at, and taken by a rename, so that taking it and taking it back
 *     exclude each other. It stays until its run is in the history; the next engine that serves goes on with it.
 * I3. A submission names the identity of its run, so that one that was carried out already is only answered.
 */
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { MillraceError } from "../base/errors.ts";
import type { RunCommand, SubmitAnswer, SubmitRequest } from "../api/house.ts";
import { watchShortly } from "./watch-shortly.ts";

/** Commands for a run that only the holder of the history can carry out. */
export type InboxCommand = RunCommand | { readonly kind: "delete" };

interface CommandLetter {
  readonly run: string;
  readonly command: InboxCommand;
}

/** What an answer file holds. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly hint?: string };

export interface InboxHandlers {
  readonly command: (run: string, command: InboxCommand) => Promise<void>;
  /** Resolves when the run is on the disk. Absent: submissions stay for an engine that serves. */
  readonly submit?: (request: SubmitRequest) => Promise<SubmitAnswer>;
}

const commandEnd = ".command";
export const submissionEnd = ".submit";
const takenEnd = ".submit.taken";
const answerEnd = ".answer";

/** How long the sender of a command waits for the answer. */
export const commandsWaitMs = 10_000;

/** Answers that nobody has taken away after this time never will be. */
const answersKeptMs = 3_600_000;

/** Watches the inbox, from shortly, and hands each letter to its handler; returns what ends that. */
export function openInbox(folder: string, handlers: InboxHandlers): () => void {
  const inHand = new Set<string>();
  let isAsked = false;
  let isClosed = false;
  const take = (name: string, handle: (path: string) => Promise<void>): void => {
    if (inHand.has(name)) return;
    inHand.add(name);
    void handle(join(folder, name)).finally(() => inHand.delete(name));
  };
  const look = (): void => {
    isAsked = false;
    if (isClosed) return;
    for (const name of listLetters(folder)) {
      if (name.endsWith(commandEnd)) take(name, (path) => answerCommand(path, handlers.command));
      const { submit } = handlers;
      if (submit === undefined) continue;
      if (name.endsWith(submissionEnd)) take(name, (path) => takeSubmission(path, submit));
      // Whoever took it has ended in the middle of it.
      const first = name.slice(0, -takenEnd.length) + submissionEnd;
      if (name.endsWith(takenEnd) && !inHand.has(first)) take(first, (path) => carryOut(path, submit));
    }
  };
  // One look for all that arrives at once: a folder of ten thousand letters is not listed for each of them.
  const ask = (): void => {
    if (isAsked) return;
    isAsked = true;
    setImmediate(look);
  };
  const watchFolder = (): (() => void) => {
    mkdirSync(folder, { recursive: true });
    const watcher = watch(folder, { persistent: false }, ask);
    return () => watcher.close();
  };
  const clearAndLook = (): void => {
    clearInbox(folder);
    look();
  };
  const stopWatching = watchShortly(watchFolder, clearAndLook);
  return () => {
    isClosed = true;
    stopWatching();
  };
}

/** What belongs to senders who have gone; submissions stay. */
function clearInbox(folder: string): void {
  for (const name of listLetters(folder)) {
    const isSubmission = name.includes(submissionEnd);
    if (isSubmission && !name.endsWith(answerEnd) && !name.endsWith(".tmp")) continue;
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    const keptMs = isSubmission ? answersKeptMs : commandsWaitMs;
    if (found !== undefined && Date.now() - found.mtimeMs > keptMs)
      rmSync(path, { recursive: true, force: true });
  }
}

/** In order of arrival; none when somebody has removed the folder: then nobody can send anything either. */
function listLetters(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

async function answerCommand(path: string, take: InboxHandlers["command"]): Promise<void> {
  const given = await answerOf(async () => {
    const letter = JSON.parse(readFileSync(path, "utf8")) as CommandLetter;
    await take(letter.run, letter.command);
    return null;
  });
  putAnswer(path, given, path);
}

/** Nothing happens when the sender has taken it back. */
async function takeSubmission(path: string, submit: NonNullable<InboxHandlers["submit"]>): Promise<void> {
  if (moveLetter(path, takenPath(path))) await carryOut(path, submit);
}

/** Carries a taken submission out. One that fails for want of the engine stays where it is (I2). */
async function carryOut(path: string, submit: NonNullable<InboxHandlers["submit"]>): Promise<void> {
  const given = await answerOf(async () =>
    submit(JSON.parse(readFileSync(takenPath(path), "utf8")) as SubmitRequest),
  );
  const isInterrupted = !given.ok && (given.code === "runtime/closed" || given.code.startsWith("store/"));
  if (!isInterrupted) putAnswer(path, given, takenPath(path));
}

export function takenPath(path: string): string {
  return path.slice(0, -submissionEnd.length) + takenEnd;
}

/** Whether it was there to be moved. */
export function moveLetter(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

async function answerOf<T>(act: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await act() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof MillraceError)) return { ok: false, code: "run/command-failed", message };
    const { code, hint } = error;
    return { ok: false, code, message, ...(hint === undefined ? {} : { hint }) };
  }
}

/** Answers a letter, and throws it away. An answer that cannot be written is never seen; whoever waits for it gives up. */
function putAnswer(path: string, given: Answer<unknown>, letter: string): void {
  try {
    writeWhole(`${path}${answerEnd}`, JSON.stringify(given), false);
    rmSync(letter, { recursive: true, force: true });
  } catch (error) {
    // A full disk or a folder that is gone must not end the runs.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

/** The answer to a letter, if it is there, taken away. */
export function takeAnswer<T>(path: string): Answer<T> | undefined {
  try {
    const given = JSON.parse(readFileSync(`${path}${answerEnd}`, "utf8")) as Answer<T>;
    rmSync(`${path}${answerEnd}`, { force: true });
    return given;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** `flush`: it is on the disk before it appears. */
export function writeWhole(path: string, text: string, flush: boolean): void {
  writeFileSync(`${path}.tmp`, text, { flush });
  renameSync(`${path}.tmp`, path);
}
