/**
 * Commands from one process to the one that drives the home: a file for each, put down by rename.
 * The engine answers by writing `<name>.answer`; whoever asked takes the answer away.
 */
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MillraceError } from "../base/errors.ts";
import type { RunCommand } from "../api/house.ts";

interface Letter {
  readonly run: string;
  readonly command: RunCommand;
}

interface Answer {
  readonly ok: boolean;
  readonly code?: string;
  readonly message?: string;
}

/** How long a sender waits for an answer. */
const answerWithinMs = 10_000;

/** Watches the inbox and hands each command to `take`; returns what ends the watch. */
export function openInbox(
  folder: string,
  take: (run: string, command: RunCommand) => Promise<void>,
): () => void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
  const taken = new Set<string>();
  const look = (): void => {
    for (const name of listLetters(folder)) {
      if (!name.endsWith(".command") || taken.has(name)) continue;
      taken.add(name);
      void answer(join(folder, name), take);
    }
  };
  const watcher = watch(folder, { persistent: false }, look);
  look();
  return () => watcher.close();
}

/** None when somebody has removed the folder: then nobody can send anything either. */
function listLetters(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Answers one letter. An answer that cannot be written is never seen; whoever waits for it gives up after a while. */
async function answer(
  path: string,
  take: (run: string, command: RunCommand) => Promise<void>,
): Promise<void> {
  let given: Answer = { ok: true };
  try {
    const letter = JSON.parse(readFileSync(path, "utf8")) as Letter;
    await take(letter.run, letter.command);
  } catch (error) {
    const code = error instanceof MillraceError ? error.code : "run/command-failed";
    given = { ok: false, code, message: error instanceof Error ? error.message : String(error) };
  }
  try {
    writeAtomically(`${path}.answer`, JSON.stringify(given));
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    // A full disk or a folder that is gone must not end the runs.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

/** Sends a command to the engine that drives the home, and waits for its answer. */
export function sendCommand(folder: string, run: string, command: RunCommand): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${Date.now()}-${process.pid}-${Math.random().toString(36).slice(2, 8)}.command`);
  return new Promise((resolve, reject) => {
    const finish = (error?: Error): void => {
      clearTimeout(timer);
      watcher.close();
      rmSync(`${path}.answer`, { force: true });
      if (error === undefined) resolve();
      else reject(error);
    };
    const look = (): void => {
      const given = findAnswer(`${path}.answer`);
      if (given === undefined) return;
      finish(
        given.ok
          ? undefined
          : new MillraceError(
              given.code ?? "run/command-failed",
              "invalid",
              given.message ?? "the command failed",
            ),
      );
    };
    const watcher = watch(folder, look);
    const timer = setTimeout(() => {
      rmSync(path, { force: true });
      finish(
        new MillraceError(
          "home/no-answer",
          "unavailable",
          "the process that drives this home does not answer",
          {
            hint: "It may be stopped or very busy; try again, or end it.",
          },
        ),
      );
    }, answerWithinMs);
    writeAtomically(path, JSON.stringify({ run, command } satisfies Letter));
    look();
  });
}

function findAnswer(path: string): Answer | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Answer;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function writeAtomically(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
}
