/** Where the attempt of a task lies. */
import { join } from "node:path";
import { nameAttempt } from "../model/run/attempt-name.ts";
import type { RunState } from "../model/run/run-state.ts";
import { runFolderName } from "./home.ts";
import type { Home } from "./home.ts";

/** The folder of a task's attempt, `run` being the run's name; a task that began anew has another one. */
export function attemptFolder(home: Home, run: string, state: RunState, task: number): string {
  return join(home.runs, runFolderName(run), nameAttempt(state, task));
}
