/** The process executor passes the suite that every executor passes. */
import { createProcessExecutor } from "../../src/executors/process/process-executor.ts";
import { describeExecutor } from "../../src/ports/conformance/executor.ts";
import { openSubject } from "./temporary-place.ts";

describeExecutor("process", () =>
  openSubject((stateDirectory, listener) => createProcessExecutor({ capacity: 3, stateDirectory }, listener)),
);
