/**
 * What a slot runs for one attempt: a single command directly, several commands through a supervisor.
 * A wrapper (the sandbox program with its arguments) may stand in front of either.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AttemptCommand, AttemptOrder } from "../../model/run/attempt.ts";
import { attemptLogFile } from "../../ports/attempt-directory.ts";
import { listEnvWords, type ReadyCommand, writeWords } from "./command-text.ts";
import { attemptMarker } from "./process-tree.ts";
import { privatePath, tidyPath } from "./private-root.ts";
import { isPlainVariableName, quoteForShell } from "./shell-quote.ts";
import { type SupervisedCommand, writeSuperviseScript } from "./supervise-script.ts";

/** Whether the order needs the supervisor. */
export function needsSupervisor(order: AttemptOrder): boolean {
  const [only] = order.commands;
  return (
    order.commands.length !== 1 ||
    only === undefined ||
    only.role !== "main" ||
    only.retries > 0 ||
    only.readiness?.by.kind === "command"
  );
}

/** The one program that a slot starts for an attempt. */
export interface Launch {
  /** The program's absolute path and its arguments. */
  readonly argv: readonly string[];
  readonly env: ReadyCommand["env"];
  /** Absolute; absent where the program goes to the right place by itself, from the attempt's directory. */
  readonly workingDirectory?: string;
  /** Files for the output streams, from the attempt's directory. */
  readonly out: string;
  readonly err: string;
  /** The descriptors on which the program may add to the exit record: 3, and 5 for what is in a sandbox. */
  readonly addsToRecord: "" | "3" | "35";
  /**
   * Whether the program leaves before what it started, which ends with it: bubblewrap. A slot that is told of the ends
   * of orphans waits for them, since they bring the measures.
   */
  readonly leavesFirst: boolean;
  /** What a slot runs that is not told: the same, with something inside that notes the processor time. */
  readonly inShell?: Pick<Launch, "argv" | "addsToRecord">;
}

/** One program; the slot is all the supervisor that it needs. */
export function makeSingleLaunch(command: ReadyCommand, wrapper?: Wrapper): Launch {
  const out = attemptLogFile(command.name, "out");
  const err = attemptLogFile(command.name, "err");
  const { argv, env, workingDirectory } = command;
  if (wrapper === undefined)
    return { argv, env, workingDirectory, out, err, addsToRecord: "", leavesFirst: false };
  // The wrapper goes to the working directory inside by itself, and notes on descriptor 3 that it was set up.
  const { words, leavesFirst } = wrapper;
  const inner = [...listEnvWords(env), ...argv];
  const plain = env.filter(({ name }) => isPlainVariableName(name));
  const launch = {
    env: plain,
    out,
    err,
    argv: [...words, ...inner],
    addsToRecord: "3",
    leavesFirst,
  } as const;
  if (!leavesFirst) return launch;
  const measured = [...words, "/bin/sh", "-c", innerShell, "sh", ...inner];
  return { ...launch, inShell: { argv: measured, addsToRecord: "35" } };
}

/**
 * Bubblewrap does not pass the processor time of what ran in it on to its parent, so below shells one inside notes it.
 * It survives TERM, and keeps its own words about a killed command out of the command's log: it is a subshell that gets
 * the log, because a shell that redirects for a simple command does so for itself too.
 */
const innerShell =
  's=143 t=; trap t=1 TERM; exec 6>&2 2>/dev/null; [ -n "$t" ] || { ( exec "$@" ) 2>&6 5>&- 6>&-; s=$?; }; ' +
  "echo inside >&5; times >&5; exit $s";

/** What stands in front of a command or a supervisor. */
export interface Wrapper {
  readonly words: readonly string[];
  /** Whether it leaves before its inner process, so that the measures inside reach only a slot that waits for orphans. */
  readonly leavesFirst: boolean;
}

export interface SupervisedLaunch {
  readonly order: AttemptOrder;
  readonly commands: readonly ReadyCommand[];
  readonly directory: string;
  /** The attempt's directory for control files on the host, and the same as the supervisor sees it. */
  readonly control: { readonly host: string; readonly inside: string };
  /** The log directory as the supervisor sees it. */
  readonly logsInside: string;
  readonly wrapper?: Wrapper;
}

/**
 * Writes the supervisor's script and returns what runs it. Secret values are not in the script, nor is a word that has
 * one in it: they come through the supervisor's environment, which is as private as that of any process.
 */
export function makeSupervisedLaunch(launch: SupervisedLaunch): Launch {
  const vault = createVault(launch.order);
  const commands = launch.commands.map((ready, i) => {
    const ordered = launch.order.commands[i];
    return ordered === undefined ? [] : [superviseCommand(ready, ordered, launch.logsInside, vault)];
  });
  const leavesFirst = launch.wrapper?.leavesFirst === true;
  const script = writeSuperviseScript(
    commands.flat(),
    join(launch.control.inside, "events"),
    launch.order.graceMs,
    leavesFirst,
    vault.variables.map(({ name }) => name),
  );
  writeFileSync(join(launch.control.host, "supervisor"), script, { mode: 0o600 });
  // In a wrapper the marker is set inside, so that the wrapper itself is not taken for a process of the attempt.
  const mark = launch.wrapper !== undefined ? [] : [{ name: attemptMarker, value: launch.order.attemptId }];
  const argv = [...(launch.wrapper?.words ?? []), "/bin/sh", join(launch.control.inside, "supervisor")];
  const messages = join(launch.directory, "supervisor-messages");
  const env = [...mark, ...vault.variables];
  return { argv, env, out: "/dev/null", err: messages, addsToRecord: "35", leavesFirst };
}

/** Texts that go to the supervisor by its environment. */
interface Vault {
  readonly variables: readonly { readonly name: string; readonly value: string }[];
  holdsSecret(text: string): boolean;
  /** The name of the variable that has the text. */
  put(text: string): string;
}

function createVault(order: AttemptOrder): Vault {
  const marked = order.commands.flatMap(({ env }) => env.filter(({ secret }) => secret));
  const values = [...(order.secrets ?? []), ...marked.map(({ value }) => value)];
  const secrets = [...new Set(values)].filter((value) => value !== "");
  const variables: { name: string; value: string }[] = [];
  return {
    variables,
    holdsSecret: (text) => secrets.some((secret) => text.includes(secret)),
    put: (value) => {
      const name = `MILLRACE_SECRET_${variables.length}`;
      variables.push({ name, value });
      return name;
    },
  };
}

function superviseCommand(
  ready: ReadyCommand,
  ordered: AttemptCommand,
  logs: string,
  vault: Vault,
): SupervisedCommand {
  // The supervisor renames what it is given, so that no command sees what another one was given.
  const quote = (text: string): string =>
    vault.holdsSecret(text) ? `"$v_${vault.put(text)}"` : quoteForShell(text);
  const isHidden = ({ name, value }: ReadyCommand["env"][number]): boolean =>
    isPlainVariableName(name) && vault.holdsSecret(value);
  return {
    ...ready,
    env: ready.env.filter((each) => !isHidden(each)),
    secretEnv: ready.env.filter(isHidden).map(({ name, value }) => ({ name, from: vault.put(value) })),
    words: writeWords(ready, quote),
    role: ordered.role,
    after: ordered.after,
    retries: ordered.retries,
    retryDelayMs: ordered.retryDelayMs,
    out: join(logs, attemptLogFile(ready.name, "out")),
    err: join(logs, attemptLogFile(ready.name, "err")),
    ...findProbe(ready, ordered, quote),
  };
}

function findProbe(
  ready: ReadyCommand,
  { readiness }: AttemptCommand,
  quote: (text: string) => string,
): Pick<SupervisedCommand, "probe"> {
  if (ready.probeArgv === undefined || readiness === undefined) return {};
  return { probe: { words: writeWords({ env: [], argv: ready.probeArgv }, quote), readiness } };
}

/** Where the files of a Secret lie that a command has mounted. */
export function listSecretFolders({ commands }: AttemptOrder, directory: string): readonly string[] {
  return commands
    .flatMap(({ volumes }) => volumes)
    .filter(({ source }) => source.kind === "text" && source.secret === true)
    .map(({ mountPath }) => privatePath(directory, tidyPath(mountPath)));
}

/** The program that is asked for a command's readiness, as a command like it: where it is, and with what it sees. */
export function findProbeCommand(command: AttemptCommand): AttemptCommand | undefined {
  const by = command.readiness?.by;
  if (by?.kind !== "command") return undefined;
  const { script: _, readiness: __, terminal: ___, ...rest } = command;
  return { ...rest, command: by.command, args: [] };
}

/** Scripts are executable, because `sh -c PATH` runs them as programs (Argo writes them the same way). */
export const scriptMode = 0o755;
