/** `millrace serve`: the process that stays up and runs what others submit. */
import type { Server } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import type { RunLimits } from "../../model/run/run-limits.ts";
import { readPairs } from "../arguments/read-pairs.ts";
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
    "Documents of others cannot make the engine connect to this machine itself, to its link, or to a cloud's metadata,",
    "unless --network-local says so; `network.json` of the home has the same lists, for every command.",
    "Ctrl-C or SIGTERM ends it at once: it takes no more work, and tasks that run go on by themselves; the next serve",
    "takes them over. A document that was accepted is never lost, nor run twice, also when serve is killed.",
  ],
  flags: {
    ...engineFlags,
    "max-runs": {
      kind: "number",
      value: "N",
      help: "runs under way at once; the others wait, by priority and age, until one of them has ended",
    },
    "max-runs-per-namespace": { kind: "number", value: "N", help: "the same for each namespace" },
    "max-runs-in": {
      kind: "list",
      value: "NAMESPACE=N",
      help: "the same for one namespace, over the general number; may be repeated",
    },
    "network-allow": {
      kind: "list",
      value: "RULE",
      help: "documents may make the engine connect to these only: example.org, *.example.org:443, 10.0.0.0/8",
    },
    "network-deny": { kind: "list", value: "RULE", help: "and never to these" },
    "network-local": {
      kind: "list",
      value: "RULE",
      help: "addresses of this machine or its link that they may use nevertheless: loopback, 127.0.0.1:9000",
    },
  } as const,
  examples: [
    { line: "millrace serve", does: "serve the home of this folder" },
    { line: "millrace serve --home /var/lib/millrace --parallel 8", does: "as a service" },
    { line: "millrace serve --max-runs 100 --max-runs-per-namespace 10", does: "for many at once" },
    { line: "millrace serve --network-local 127.0.0.1:9000", does: "with storage on this machine" },
  ],
  run: async (context, flags) => {
    const house = await context.openHouse();
    const { executor = "auto", parallel } = flags;
    checkParallel(parallel);
    const server = await house.serve({
      executor,
      ...(parallel === undefined ? {} : { parallel }),
      ...(flags["host-path"].length === 0 ? {} : { hostPaths: flags["host-path"] }),
      runLimits: readRunLimits(flags),
      network: {
        allow: flags["network-allow"],
        deny: flags["network-deny"],
        local: flags["network-local"],
      },
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

interface LimitFlags {
  readonly "max-runs": number | undefined;
  readonly "max-runs-per-namespace": number | undefined;
  readonly "max-runs-in": readonly string[];
}

/** Throws `cli/bad-arguments` for what is no number of runs. */
function readRunLimits(flags: LimitFlags): RunLimits {
  const { "max-runs": runs, "max-runs-per-namespace": each } = flags;
  const pairs = Object.entries(readPairs("max-runs-in", flags["max-runs-in"]));
  const namespaceLimits = pairs.map(([name, text]) => {
    const isNumber = /^\d+$/u.test(text);
    return [name, checkRuns(`max-runs-in ${name}`, isNumber ? Number(text) : -1)] as const;
  });
  return {
    ...(runs === undefined ? {} : { runsAtMost: checkRuns("max-runs", runs) }),
    ...(each === undefined ? {} : { runsPerNamespaceAtMost: checkRuns("max-runs-per-namespace", each) }),
    ...(pairs.length === 0 ? {} : { namespaceLimits: Object.fromEntries(namespaceLimits) }),
  };
}

function checkRuns(flag: string, runs: number): number {
  if (Number.isSafeInteger(runs) && runs >= 1) return runs;
  throw new MillraceError("cli/bad-arguments", "invalid", `--${flag} must be a whole number above 0`);
}

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
