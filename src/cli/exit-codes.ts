/**
 * What the command tells the shell. The numbers are a promise to scripts and never change meaning.
 * docs/cli.md lists them; a test compares.
 */
import { MillraceError } from "../base/errors.ts";

export const exitCodes = {
  /** The run succeeded, or the command did what it was asked. */
  succeeded: 0,
  /** The run's own work failed. */
  failed: 1,
  /** The document, the command line, or what it names is wrong. */
  usage: 2,
  /** The machinery failed, in the run or around it. */
  errored: 3,
  /** The run waits for a person. */
  suspended: 4,
  /** The home is locked by another process, cannot be written, or its disk is full. */
  unavailable: 5,
  /** Ended by Ctrl-C or by a signal that asks for the end. */
  interrupted: 130,
} as const;

export const exitCodeMeanings: readonly { readonly code: number; readonly meaning: string }[] = [
  { code: exitCodes.succeeded, meaning: "the run succeeded, or the command did what it was asked" },
  { code: exitCodes.failed, meaning: "the run failed: a task's own work ended badly" },
  {
    code: exitCodes.usage,
    meaning: "the document or the command line is wrong, or names something that does not exist",
  },
  {
    code: exitCodes.errored,
    meaning: "the run ended in an error of the machinery, or Millrace itself failed",
  },
  { code: exitCodes.suspended, meaning: "the run is suspended and waits for a person" },
  {
    code: exitCodes.unavailable,
    meaning: "the home is locked by another process, cannot be written, or its disk is full",
  },
  { code: exitCodes.interrupted, meaning: "interrupted by Ctrl-C (or SIGTERM), whatever became of the run" },
];

/** Exit code for the engine's word for how a run stands. */
export function exitCodeOfPhase(phase: string): number {
  switch (phase) {
    case "succeeded":
      return exitCodes.succeeded;
    case "failed":
      return exitCodes.failed;
    case "errored":
      return exitCodes.errored;
    default:
      return exitCodes.suspended;
  }
}

/** Exit code for an error that ended the command. */
export function exitCodeOfError(error: unknown): number {
  if (!(error instanceof MillraceError)) return exitCodes.errored;
  // Another process writes this home: to a script that is the same as a home that is away for the moment.
  if (error.code === "store/locked") return exitCodes.unavailable;
  switch (error.category) {
    case "unavailable":
    case "exhausted":
    case "denied":
      return exitCodes.unavailable;
    case "invalid":
    case "not-found":
    case "conflict":
      return error.code.startsWith("store/") || error.code.startsWith("runtime/")
        ? exitCodes.errored
        : exitCodes.usage;
  }
}
