/**
 * The process that stays up: the engine of a home, which other processes give runs and commands through the inbox.
 *
 * V1. A submission that was answered is in the history; one that was taken and not answered is carried out by the next
 *     server, once (inbox.ts).
 * V2. After a restart all unfinished runs go on. One that cannot be read does not stop the others.
 * V3. It sleeps when nothing happens: it is woken by changed folders, ended attempts and timers.
 * V4. Runs that have ended leave its memory. A command for one of them brings it back.
 * V5. Closing takes no more work and leaves attempts running: the next engine takes them over.
 */
import { mkdirSync, watch } from "node:fs";
import { MillraceError } from "../../base/errors.ts";
import type { RunRow, ServeOptions, Server } from "../../api/house.ts";
import { openSqliteDefinitions } from "../../stores/sqlite/open-sqlite-definitions.ts";
import { acquireWriterLock } from "../../stores/sqlite/writer-lock.ts";
import { makeHome } from "../home.ts";
import type { Home } from "../home.ts";
import { openLocalEngine } from "../local-engine.ts";
import type { LocalEngine } from "../local-engine.ts";
import { systemClock } from "../system-clock.ts";
import { drivePart } from "./drive-part.ts";
import type { DrivenPart } from "./drive-part.ts";
import type { MakeServePart, ServeHost } from "./serve-part.ts";

/** Opens the home and begins to serve. `store/locked` while another process drives it. */
export async function openServer(
  home: Home,
  options: ServeOptions,
  makeParts: readonly MakeServePart[],
): Promise<Server> {
  makeHome(home);
  // The inbox and the lock of the history come first: whoever sees the lock of the server can rely on both.
  const engine = await openLocalEngine(home, { ...options, serves: true });
  const closers: (() => Promise<void>)[] = [() => engine.close({ leaveRunning: true })];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    const definitions = openSqliteDefinitions(home.definitions);
    closers.push(() => definitions.close());
    const parts: DrivenPart[] = [];
    engine.listenForFaults((error) => options.note(error.message));
    retireEnded(engine, options.note, (row) => parts.forEach((part) => part.ask(row)));
    const { taken, failed } = await engine.adoptAll();
    // Given back last: whoever was told that the home is served still gets his answer.
    closers.unshift(lockServer(home));
    const host: ServeHost = { ...hostOf(engine, options.note), definitions };
    for (const make of makeParts) {
      const part = drivePart(make(host), systemClock, options.note);
      parts.push(part);
      closers.push(() => part.close());
    }
    // This is also what keeps the process alive while nothing happens.
    closers.push(watchDefinitions(home, () => parts.forEach((part) => part.ask())));
    return {
      executorName: () => engine.executorName(),
      taken,
      failed,
      stopped: engine.stopped,
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** How long after a change of the folder a process has surely said that what it wrote can be found. */
const foundAfterMs = 1_000;

/**
 * Asks when stored definitions may have changed, and once more a while after: what is written is seen in the folder
 * before it can be read, and its writer may be killed before he says that it can.
 */
function watchDefinitions(home: Home, ask: () => void): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(home.definitions, () => {
    ask();
    timer ??= setTimeout(() => {
      timer = undefined;
      ask();
    }, foundAfterMs);
  });
  return async () => {
    clearTimeout(timer);
    watcher.close();
  };
}

/** Says to other processes that submissions are taken. */
function lockServer(home: Home): () => Promise<void> {
  mkdirSync(home.serve, { recursive: true });
  const lock = acquireWriterLock(home.serve);
  return async () => lock.release();
}

/** Runs that have ended are told, get their outputs laid out, and leave the memory. */
function retireEnded(engine: LocalEngine, note: (text: string) => void, tell: (row: RunRow) => void): void {
  engine.listenForEnds((row) => {
    engine.retire(row.name).then(
      (retired) => {
        // One that stays for its callbacks has ended for everybody else.
        if (retired !== "staying") tell(row);
      },
      (error: unknown) => {
        // Closing is no reason to say anything, and whatever stops the engine is said by the engine.
        if (error instanceof MillraceError && error.code === "runtime/closed") return;
        note(`${row.name}: ${error instanceof Error ? error.message : String(error)}`);
      },
    );
  });
}

function hostOf(engine: LocalEngine, note: (text: string) => void): Omit<ServeHost, "definitions"> {
  return {
    clock: systemClock,
    submit: (request) => engine.submitDurably(request),
    command: (run, command) => engine.command(run, command),
    listRuns: (filter) => engine.listRuns(filter),
    findRun: (run) => engine.findRun(run),
    remove: async (run) => {
      const found = await engine.findRun(run);
      if (found?.view["owes"] !== undefined) return "owing";
      await engine.remove(run);
      return "removed";
    },
    expire: (now) => engine.expire(now, []),
    setKeptLimits: (limits) => engine.setKeptLimits(limits),
    note,
  };
}
