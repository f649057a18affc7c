/** The process executor passes the suite that every executor passes, with each kind of slot. */
import { createProcessExecutor } from "../../src/executors/process/process-executor.ts";
import { describeExecutor } from "../../src/ports/conformance/executor.ts";
import { forEachProgram } from "./slot-programs.ts";
import { openSubject } from "./temporary-place.ts";

forEachProgram((program, name) => {
  describeExecutor(`process with ${name}`, () =>
    openSubject((stateDirectory, listener) =>
      createProcessExecutor({ capacity: 3, stateDirectory, program }, listener),
    ),
  );
});
