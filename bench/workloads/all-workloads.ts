/** Every workload, in the order of the report. */
import type { Workload } from "../harness/workload.ts";
import { coldStart, largeDocument, largeLog, otherTools } from "./command.ts";
import {
  chainInEngine,
  fanOutInEngine,
  linearity,
  linearityOfMillion,
  memoryOfMillion,
  memoryPerTask,
  memoryPerTaskOfMillion,
} from "./engine.ts";
import { chainOfProcesses, fanOutOfProcesses, fanOutWithLargeState } from "./processes.ts";
import { restart } from "./restart.ts";
import { runsTogether, serveIdle, serveStart, submitToStart } from "./serve.ts";

export const allWorkloads: readonly Workload[] = [
  fanOutOfProcesses,
  chainOfProcesses,
  fanOutWithLargeState,
  fanOutInEngine,
  chainInEngine,
  coldStart,
  largeDocument,
  memoryPerTask,
  memoryPerTaskOfMillion,
  memoryOfMillion,
  linearity,
  linearityOfMillion,
  restart,
  largeLog,
  serveStart,
  serveIdle,
  submitToStart,
  runsTogether,
  otherTools,
];
