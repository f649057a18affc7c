/** `millrace serve`: the process that stays up and runs what others submit. */
import type { Server } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../command.ts";
import { checkParallel, engineFlags } from "../drive/submission-flags.ts";
import { exitCodes } from "../exit-codes.ts";

export const command = defineCommand({
  name: "serve",
  summary: "stay up and run what is submitted",
  operands: "",
  operandsAtLeast: 0,
  operandsAtMost: 0,
  completes: "nothing",
  details: [
    "Takes documents from `millrace submit` and commands from every other command with the same home, and goes on with",
    "all unfinished runs.",
    "Stored cron workflows start their runs while it is up.",
    "Ctrl-C or SIGTERM ends it at once: it takes no more work, and tasks that run go on by themselves; the next serve",
    "takes them over. A document that was accepted is never lost, nor run twice, also when serve is killed.",
  ],
  flags: engineFlags,
  examples: [
    { line: "millrace serve", does: "serve the home of this folder" },
    { line: "millrace serve --home /var/lib/millrace --parallel 8", does: "as a service" },
  ],
  run: async (context, flags) => {
    const house = await context.openHouse();
    const { executor = "auto", parallel } = flags;
    checkParallel(parallel);
    const server = await house.serve({
      executor,
      ...(parallel === undefined ? {} : { parallel }),
      note: (text) => context.err.line(text),
    });
    try {
      announce(context, server, house.home);
      const stop = await untilStopped(context, server);
      if (stop instanceof Error) throw stop;
      context.out.line("stopping; tasks that run go on, and the next serve takes them over");
    } finally {
      await server.close();
    }
    return exitCodes.succeeded;
  },
});

function announce({ out, err }: CommandContext, server: Server, home: string): void {
  for (const [name, error] of server.failed)
    err.line(`${name} cannot go on: ${error.message}${codeOf(error)}`);
  const { length } = server.taken;
  const others = length === 0 ? "" : `; ${length} unfinished run${length === 1 ? " goes" : "s go"} on`;
  out.line(`serving ${home} (executor ${server.executorName()})${others}`);
}

function codeOf(error: Error): string {
  return error instanceof MillraceError ? ` [${error.code}]` : "";
}

/** The error that stops the engine, or nothing when somebody asks for the end. A second Ctrl-C ends the process as usual. */
function untilStopped({ io }: CommandContext, server: Server): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const stopListening = io.onInterrupt(() => {
      stopListening();
      resolve(undefined);
    });
    void server.stopped.then((error) => {
      stopListening();
      resolve(error);
    });
  });
}
