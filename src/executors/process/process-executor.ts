/**
 * The process executor: plain processes on this machine, for everywhere else nothing works.
 *
 * File view `declared`: absolute paths that the order names, and `/tmp` and `/var/tmp`, lie in the attempt's private
 * root, and their occurrences in command, args, script and environment are rewritten (rewrite-paths.ts). Other absolute
 * paths are the machine's own. The working directory is the private root, because `/` is the default in containers.
 * Nothing else is enforced: the command sees the host's files, network and processes, as the user that runs Millrace.
 */
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ok, type Result } from "../../base/result.ts";
import type { AttemptCommand, AttemptOrder, AttemptProblem } from "../../model/run/attempt.ts";
import { attemptScriptFile } from "../../ports/attempt-directory.ts";
import type { Executor, ExecutorListener } from "../../ports/executor.ts";
import type { ImageTable } from "../images/image-table.ts";
import {
  type CommandResolver,
  createCommandResolver,
  listBroughtPrograms,
} from "../images/resolve-command.ts";
import { createToolShelf } from "../images/tool-shelf.ts";
import { makeBaseEnvironment } from "../slots/base-environment.ts";
import { addTerminal } from "../slots/terminal.ts";
import { checkCommandSize, type ReadyCommand } from "../slots/command-text.ts";
import {
  findProbeCommand,
  needsSupervisor,
  type Launch,
  makeSingleLaunch,
  makeSupervisedLaunch,
  scriptMode,
} from "../slots/launch.ts";
import {
  alwaysPrivate,
  isAtOrBelow,
  listDeclaredPaths,
  makeDirectory,
  prepareRoot,
  privatePath,
  tidyPath,
} from "../slots/private-root.ts";
import { attemptMarker } from "../slots/process-tree.ts";
import type { SlotBackend } from "../slots/executor-context.ts";
import { shellProgram } from "../slots/shell-program.ts";
import { createSlotExecutor } from "../slots/slot-executor.ts";
import type { SlotProgram } from "../slots/slot.ts";
import { createPlainPaths } from "./plain-path.ts";
import { createPathRewriter, type PathMapping, type PathRewriter } from "./rewrite-paths.ts";

export interface ProcessExecutorOptions {
  /** How many attempts may run at once. */
  readonly capacity: number;
  /** A directory for the executor's own files (tool aliases, shell messages). */
  readonly stateDirectory: string;
  /** What slots are made of; the shell when absent. */
  readonly program?: SlotProgram | undefined;
  /** Additions to the image table. */
  readonly images?: ImageTable;
  /** Names of variables that attempts get from the engine's environment, besides PATH, language and time zone. */
  readonly passEnvironment?: readonly string[];
  /** Host paths that attempts see although they lie below `/tmp` or `/var/tmp`; asked for each attempt. */
  readonly shownPaths?: (runId: string) => readonly string[];
  /** `private` (default): HOME is the attempt's own. `user`: the home of the user that runs Millrace, with all it holds. */
  readonly home?: "private" | "user";
}

export function createProcessExecutor(options: ProcessExecutorOptions, listener: ExecutorListener): Executor {
  const { capacity, stateDirectory, program = shellProgram } = options;
  const environment = makeBaseEnvironment(process.env, options.passEnvironment ?? []);
  const plainPath = createPlainPaths("/tmp");
  const shelf = createToolShelf(plainPath(join(stateDirectory, "tools")));
  const resolver = createCommandResolver(shelf, environment["PATH"] ?? "", options.images ?? {});
  const userHome = options.home === "user" ? process.env["HOME"] : undefined;
  const backend: SlotBackend = {
    name: "process",
    signalsGroup: true,
    notesSetup: false,
    hasPidNamespace: false,
    capabilities: async () => ({
      name: "process",
      available: existsSync("/bin/sh"),
      ...(existsSync("/bin/sh") ? {} : { reason: "there is no /bin/sh" }),
      fileView: "declared",
      network: "host",
      // Below a shell a daemon that cleared its environment, left its session and lost its parent cannot be told from any
      // other; a native slot becomes its parent.
      killsTree: program.name === "native" ? "always" : "best-effort",
      memoryLimit: false,
    }),
    launch: (order, directory) =>
      launch(order, plainPath(directory), resolver, userHome, options.shownPaths?.(order.runId) ?? []),
  };
  return createSlotExecutor(backend, { capacity, stateDirectory, environment, program }, listener);
}

function launch(
  order: AttemptOrder,
  directory: string,
  resolver: CommandResolver,
  userHome: string | undefined,
  shown: readonly string[],
): Result<Launch, AttemptProblem> {
  const root = `${directory}/root`;
  if (!existsSync(root)) makeDirectory(root);
  const problem = prepareRoot(order, directory);
  if (problem !== undefined) return { ok: false, error: problem };
  const mappings = listMappings(order, directory, shown);
  const commands: ReadyCommand[] = [];
  for (const command of order.commands) {
    const ready = readyCommand({ order, directory, command, mappings, resolver, userHome });
    if (!ready.ok) return ready;
    const asked = findProbeCommand(command);
    const probe = asked && readyCommand({ order, directory, command: asked, mappings, resolver, userHome });
    if (probe?.ok === false) return probe;
    commands.push({ ...ready.value, ...(probe === undefined ? {} : { probeArgv: probe.value.argv }) });
  }
  const [only] = commands;
  if (only !== undefined && !needsSupervisor(order)) return ok(makeSingleLaunch(only));
  const control = { host: directory, inside: directory };
  return ok(makeSupervisedLaunch({ order, commands, directory, control, logsInside: directory }));
}

/** What is rewritten: temporary directories always, and what the order declares. */
function listMappings(
  order: AttemptOrder,
  directory: string,
  shown: readonly string[],
): readonly PathMapping[] {
  const paths = new Set(alwaysPrivate);
  for (const path of listDeclaredPaths(order)) paths.add(findPrivatePrefix(path));
  for (const { workingDir = "/" } of order.commands) {
    const path = workingDir === "/" ? "/" : tidyPath(workingDir);
    // A working directory that the machine does not have is made, so it is the attempt's own as well.
    if (path !== "/" && !existsSync(path)) paths.add(findPrivatePrefix(path));
  }
  const kept = shown
    .map(tidyPath)
    .filter((path) => !paths.has(path) && [...paths].some((each) => isAtOrBelow(path, each)));
  // A longer path wins, so what is shown below a private directory stays what it is.
  return [
    ...[...paths].map((from) => ({ from, to: privatePath(directory, from) })),
    ...kept.map((path) => ({ from: path, to: path })),
  ];
}

/**
 * The part of a declared path that is private: from its first directory that this machine does not have, or has empty,
 * because scripts go to `/work` when they declared `/work/out.txt`; the path alone where the machine has its parents.
 */
function findPrivatePrefix(path: string): string {
  const parts = path.split("/");
  for (let count = 2; count < parts.length; count += 1) {
    const parent = parts.slice(0, count).join("/");
    if (alwaysPrivate.includes(parent)) return parent;
    if (!existsSync(parent) || isEmptyDirectory(parent)) return parent;
  }
  return path;
}

function isEmptyDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory() && readdirSync(path).length === 0;
  } catch {
    // What may not be looked into is not empty for our purposes.
    return false;
  }
}

interface ReadyInput {
  readonly order: AttemptOrder;
  readonly directory: string;
  readonly command: AttemptCommand;
  readonly mappings: readonly PathMapping[];
  readonly resolver: CommandResolver;
  readonly userHome: string | undefined;
}

function readyCommand(input: ReadyInput): Result<ReadyCommand, AttemptProblem> {
  const { order, directory, command, mappings, resolver } = input;
  const rewriter = createPathRewriter(mappings);
  const rewriteAll = (words: readonly string[]): string[] => words.map(rewriter.rewrite);
  const root = `${directory}/root`;
  const script = command.script === undefined ? undefined : join(directory, attemptScriptFile(command.name));
  const mapped: AttemptCommand = {
    ...command,
    command: [...rewriteAll(command.command), ...(script === undefined ? [] : [script])],
    args: rewriteAll(command.args),
    env: command.env.map((each) => ({ ...each, value: rewriter.rewrite(each.value) })),
  };
  const brought = new Map(
    [...listBroughtPrograms(order)].map(([name, path]) => [name, rewriter.rewrite(path)]),
  );
  const resolved = resolver.resolve(mapped, (path) => isAtOrBelow(path, directory), brought);
  if (!resolved.ok) return resolved;
  const [program = "", ...args] = resolved.value.argv;
  // Programs of the image that stand elsewhere here, also where a text names them: `sleep 1; /argosay`.
  const files = createPathRewriter([...resolved.value.files].map(([from, to]) => ({ from, to })));
  if (script !== undefined)
    writeFileSync(script, files.rewrite(rewriter.rewrite(command.script ?? "")), { mode: scriptMode });
  const workingDirectory = mapWorkingDirectory(command.workingDir, directory, rewriter);
  if (rewriter.used.size > 0) makeUsedDirectories(rewriter, order, directory);
  const env = [
    { name: attemptMarker, value: order.attemptId },
    { name: "HOME", value: input.userHome ?? root },
    { name: "TMPDIR", value: root },
    ...mapped.env.filter((each) => each.name !== "PATH"),
    { name: "PATH", value: resolved.value.path },
  ];
  const plain = [program, ...args.map(files.rewrite)];
  const argv = command.terminal === true ? addTerminal(plain, resolved.value.path) : plain;
  return checkCommandSize({ name: command.name, argv, env, workingDirectory });
}

/** A working directory that the machine does not have is made in the private root, as a container runtime would. */
function mapWorkingDirectory(
  workingDir: string | undefined,
  directory: string,
  rewriter: PathRewriter,
): string {
  if (workingDir === undefined || workingDir === "" || tidyPath(workingDir) === "/")
    return `${directory}/root`;
  const mapped = rewriter.rewrite(tidyPath(workingDir));
  if (mapped === tidyPath(workingDir) && existsSync(mapped)) return mapped;
  const own = mapped === tidyPath(workingDir) ? privatePath(directory, mapped) : mapped;
  makeDirectory(own);
  return own;
}

/** Directories that every machine has are there in the private root as well, when the command names them or what is below. */
function makeUsedDirectories(rewriter: PathRewriter, order: AttemptOrder, directory: string): void {
  const declared = listDeclaredPaths(order);
  for (const { from } of rewriter.used) {
    const isUsual =
      !declared.includes(from) && statSync(from, { throwIfNoEntry: false })?.isDirectory() === true;
    if (alwaysPrivate.includes(from) || isUsual) makeDirectory(privatePath(directory, from));
    else if (existsSync(dirname(from))) makeDirectory(privatePath(directory, dirname(from)));
  }
}
