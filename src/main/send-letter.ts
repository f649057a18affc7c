/** Sends commands and submissions to the engine that drives the home, and waits for what it says (inbox.ts). */
import { mkdirSync, rmSync, watch } from "node:fs";
import { join } from "node:path";
import { MillraceError } from "../base/errors.ts";
import type { SubmitAnswer, SubmitRequest } from "../api/house.ts";
import { commandsWaitMs, moveLetter, submissionEnd, takeAnswer, takenPath, writeWhole } from "./inbox.ts";
import type { Answer, InboxCommand } from "./inbox.ts";
import { syncFolder } from "../stores/durable/sync-folder.ts";

/** How often somebody who waits looks whether anybody is there who could answer. */
const lookEveryMs = 1_000;

/** A name that sorts by the time of sending, so that letters are taken in order. */
function nameLetter(end: string): string {
  const random = Math.random().toString(36).slice(2, 8);
  return `${String(Date.now()).padStart(15, "0")}-${process.pid}-${random}${end}`;
}

/**
 * Sends a command, and waits until it was carried out. Resolves with false when the engine has gone away before it
 * answered, and rejects with what the engine refused, or `home/no-answer`.
 */
export async function sendCommand(
  folder: string,
  run: string,
  command: InboxCommand,
  isDriven: () => boolean,
): Promise<boolean> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, nameLetter(".command"));
  const endsAt = Date.now() + commandsWaitMs;
  const send = (): void => writeWhole(path, JSON.stringify({ run, command }), false);
  const given = await waitForAnswer<null>(folder, path, send, () => {
    const isLate = Date.now() >= endsAt;
    if (!isLate && isDriven()) return undefined;
    // The answer may have come while the engine was asked after.
    const last = takeAnswer<null>(path);
    rmSync(path, { force: true });
    if (last !== undefined) return last;
    if (!isLate) return nobody;
    throw new MillraceError(
      "home/no-answer",
      "unavailable",
      "the process that drives this home does not answer",
      { hint: "It may be stopped or very busy; try again, or end it." },
    );
  });
  if (given === nobody) return false;
  readAnswer(given);
  return true;
}

/** Who could have answered is gone. */
const nobody = { ok: true, value: null } as const;

/**
 * Hands a submission to the engine that serves the home. Once it is answered it is in the history. If the engine goes
 * away before it has taken the submission, it is taken back (`home/not-served`); if it goes away after that, the
 * submission lies in the inbox and is carried out by the next one (`home/no-answer`).
 */
export async function sendSubmission(
  folder: string,
  request: SubmitRequest,
  isServed: () => boolean,
): Promise<SubmitAnswer> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, nameLetter(submissionEnd));
  const send = (): void => {
    writeWhole(path, JSON.stringify(request), true);
    syncFolder(folder);
  };
  return readAnswer(
    await waitForAnswer<SubmitAnswer>(folder, path, send, () => {
      return isServed() ? undefined : giveUp(path);
    }),
  );
}

function giveUp(path: string): never {
  const withdrawn = `${path}.withdrawn`;
  if (moveLetter(path, withdrawn)) {
    rmSync(withdrawn, { force: true });
    throw new MillraceError(
      "home/not-served",
      "unavailable",
      "the serving process has ended; nothing was submitted",
      {
        hint: "Start it again with `millrace serve`, and submit again.",
      },
    );
  }
  throw new MillraceError(
    "home/no-answer",
    "unavailable",
    "the serving process took the document and ended before it answered",
    {
      hint: `Do not submit it again: the next \`millrace serve\` starts the run (${takenPath(path)}).`,
    },
  );
}

/** Calls `check` now and then; what it returns or throws ends the waiting. */
function waitForAnswer<T>(
  folder: string,
  path: string,
  send: () => void,
  check: () => Answer<T> | undefined,
): Promise<Answer<T>> {
  return new Promise((resolve, reject) => {
    const watcher = watch(folder, () => look(false));
    const timer = setInterval(() => look(true), lookEveryMs);
    const finish = (settle: () => void): void => {
      clearInterval(timer);
      watcher.close();
      settle();
    };
    const look = (isTime: boolean): void => {
      try {
        const given = takeAnswer<T>(path);
        if (given !== undefined) return finish(() => resolve(given));
        const checked = isTime ? check() : undefined;
        if (checked !== undefined) finish(() => resolve(checked));
      } catch (error) {
        finish(() => reject(error instanceof Error ? error : new Error(String(error))));
      }
    };
    try {
      send();
      look(false);
    } catch (error) {
      finish(() => reject(error instanceof Error ? error : new Error(String(error))));
    }
  });
}

/** What the engine answered, or what it refused. */
function readAnswer<T>(given: Answer<T>): T {
  if (given.ok) return given.value;
  const { code, message, hint } = given;
  throw new MillraceError(code, "invalid", message, hint === undefined ? {} : { hint });
}
