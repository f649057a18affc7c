/**
 * The sandbox executor: each attempt in mount, pid, ipc and uts namespaces of its own (mount-plan.ts), with exact
 * absolute paths and nothing rewritten. Writes outside private and declared paths fail, because the machine's
 * directories are read-only. A pid namespace of its own means that nothing of an attempt outlives it.
 *
 * Whether it works here is found out once, by really running it. It does not limit memory or processor, does not hide
 * the machine's files, and a command that a signal ended is told as exit code 128 + number, because bubblewrap does so.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ok, type Result } from "../../base/result.ts";
import type { AttemptCommand, AttemptOrder, AttemptProblem } from "../../model/run/attempt.ts";
import { attemptFiles, attemptLogFile, attemptScriptFile } from "../../ports/attempt-directory.ts";
import type { Executor, ExecutorListener } from "../../ports/executor.ts";
import type { ImageTable } from "../images/image-table.ts";
import {
  type CommandResolver,
  createCommandResolver,
  listBroughtPrograms,
} from "../images/resolve-command.ts";
import { createToolShelf, type ToolShelf } from "../images/tool-shelf.ts";
import { makeBaseEnvironment } from "../slots/base-environment.ts";
import { addTerminal } from "../slots/terminal.ts";
import { checkCommandSize, type ReadyCommand } from "../slots/command-text.ts";
import {
  findProbeCommand,
  type Launch,
  makeSingleLaunch,
  makeSupervisedLaunch,
  needsSupervisor,
  scriptMode,
  type Wrapper,
} from "../slots/launch.ts";
import {
  isAtOrBelow,
  listDeclaredPaths,
  makeDirectory,
  prepareRoot,
  privatePath,
  tidyPath,
} from "../slots/private-root.ts";
import type { SlotBackend } from "../slots/executor-context.ts";
import { shellProgram } from "../slots/shell-program.ts";
import type { SlotProgram } from "../slots/slot.ts";
import { createSlotExecutor } from "../slots/slot-executor.ts";
import { type HostView, type MountStep, planMounts, readHostView } from "./mount-plan.ts";
import { wrapWithBubblewrap, wrapWithUnshare, type WrapperInput } from "./wrappers.ts";

export interface SandboxExecutorOptions {
  /** How many attempts may run at once. */
  readonly capacity: number;
  /** Host paths that attempts may read although they lie in a private directory; asked for each attempt. */
  readonly shownPaths?: (runId: string) => readonly string[];
  /** A directory for the executor's own files (tool aliases, shell messages). */
  readonly stateDirectory: string;
  /** What slots are made of; the shell when absent. */
  readonly program?: SlotProgram | undefined;
  readonly images?: ImageTable;
  /** Names of variables that attempts get from the engine's environment, besides PATH, language and time zone. */
  readonly passEnvironment?: readonly string[];
  /** `none` cuts attempts off from every network, also the machine's own loopback. Default `host`. */
  readonly network?: "host" | "none";
  /** Which way in to use; absent tries bubblewrap first, then unshare. */
  readonly method?: "bubblewrap" | "unshare";
  /** One that is known to work here: it is used without a try, unless its program is gone. */
  readonly tried?: "bubblewrap" | undefined;
}

/** Where control files of the attempt appear inside: scripts and the supervisor. */
const controlInside = "/.millrace";
/** Where the same files lie in the attempt's directory. */
const controlDirectory = "control";
const logsInside = `${controlInside}/logs`;
const homeInside = "/root";

type Wrap = (input: WrapperInput) => Wrapper;

interface SandboxWays {
  readonly method: "bubblewrap" | "unshare";
  readonly wrap: Wrap;
}

interface SandboxContext {
  readonly resolver: CommandResolver;
  readonly host: HostView;
  readonly network: boolean;
  readonly shownPaths: (runId: string) => readonly string[];
}

export function createSandboxExecutor(options: SandboxExecutorOptions, listener: ExecutorListener): Executor {
  const { capacity, stateDirectory, program = shellProgram } = options;
  const environment = makeBaseEnvironment(process.env, options.passEnvironment ?? []);
  const path = environment["PATH"] ?? "";
  const shelf = createToolShelf(join(stateDirectory, "tools"));
  const context: SandboxContext = {
    resolver: createCommandResolver(shelf, path, options.images ?? {}),
    host: openHost(shelf, path),
    network: options.network !== "none",
    shownPaths: options.shownPaths ?? (() => []),
  };
  let probed: Result<SandboxWays, string> | undefined;
  const getWay = (): Result<SandboxWays, string> => (probed ??= probeWays(options, shelf, path, context));
  const backend: SlotBackend = {
    name: "sandbox",
    signalsGroup: false,
    notesSetup: true,
    hasPidNamespace: true,
    capabilities: async () => {
      const way = getWay();
      return {
        name: "sandbox",
        available: way.ok,
        reason: way.ok ? `by ${way.value.method}` : way.error,
        fileView: "private",
        network: "can-be-cut",
        killsTree: "always",
        memoryLimit: false,
      };
    },
    launch: (order, directory) => {
      const way = getWay();
      if (way.ok) return launch(order, directory, context, way.value.wrap);
      return {
        ok: false,
        error: { kind: "start-refused", code: "executor/sandbox-unavailable", message: way.error },
      };
    },
  };
  return createSlotExecutor(backend, { capacity, stateDirectory, environment, program }, listener);
}

function openHost(shelf: ToolShelf, path: string): HostView {
  makeDirectory(shelf.directory);
  return readHostView(homedir(), path, [shelf.directory]);
}

function launch(
  order: AttemptOrder,
  directory: string,
  context: SandboxContext,
  wrap: Wrap,
): Result<Launch, AttemptProblem> {
  const root = join(directory, attemptFiles.root);
  const control = join(directory, controlDirectory);
  makeDirectory(root);
  makeDirectory(control);
  const problem = prepareRoot(order, directory);
  if (problem !== undefined) return { ok: false, error: problem };
  const commands: ReadyCommand[] = [];
  const files = new Map<string, string>();
  for (const command of order.commands) {
    const ready = readyCommand(order, { control, root }, command, context, files);
    if (!ready.ok) return ready;
    const asked = findProbeCommand(command);
    const probe = asked && readyCommand(order, { control, root }, asked, context, files);
    if (probe?.ok === false) return probe;
    commands.push({ ...ready.value, ...(probe === undefined ? {} : { probeArgv: probe.value.argv }) });
  }
  const supervised = needsSupervisor(order);
  const steps = [
    ...planMounts(order, directory, context.host, files, context.shownPaths(order.runId)),
    ...listControlMounts(order, directory, supervised ? "supervised" : "single"),
  ];
  const [only] = commands;
  const wrapper = wrap({
    attemptId: order.attemptId,
    steps,
    workingDirectory: supervised ? "/" : (only?.workingDirectory ?? "/"),
    network: context.network,
    isRoot: process.getuid?.() === 0,
    controlDirectory: control,
    isSupervised: supervised,
  });
  if (only !== undefined && !supervised) return ok(makeSingleLaunch(only, wrapper));
  const places = { host: control, inside: controlInside };
  return ok(makeSupervisedLaunch({ order, commands, directory, control: places, logsInside, wrapper }));
}

/** Scripts are shown read-only; a supervisor also makes a FIFO beside them and writes the logs, which are files of the host. */
function listControlMounts(
  order: AttemptOrder,
  directory: string,
  how: "single" | "supervised",
): readonly MountStep[] {
  const control = join(directory, controlDirectory);
  if (how === "single") return [{ kind: "ro-bind", from: control, to: controlInside }];
  makeDirectory(join(control, "logs"));
  const logs = order.commands.flatMap(({ name }) => [
    attemptLogFile(name, "out"),
    attemptLogFile(name, "err"),
  ]);
  for (const log of logs) writeFileSync(join(directory, log), "");
  return [
    { kind: "bind", from: control, to: controlInside },
    ...logs.map((log): MountStep => ({
      kind: "bind",
      from: join(directory, log),
      to: join(logsInside, log),
    })),
  ];
}

function readyCommand(
  order: AttemptOrder,
  places: { readonly control: string; readonly root: string },
  command: AttemptCommand,
  context: SandboxContext,
  files: Map<string, string>,
): Result<ReadyCommand, AttemptProblem> {
  const script = command.script === undefined ? [] : [join(controlInside, attemptScriptFile(command.name))];
  if (command.script !== undefined)
    writeFileSync(join(places.control, attemptScriptFile(command.name)), command.script, {
      mode: scriptMode,
    });
  const declared = listDeclaredPaths(order);
  const isOwnPath = (path: string): boolean =>
    [...declared, ...context.host.private].some((each) => isAtOrBelow(path, each));
  const resolved = context.resolver.resolve(
    { ...command, command: [...command.command, ...script] },
    isOwnPath,
    listBroughtPrograms(order),
  );
  if (!resolved.ok) return resolved;
  for (const [path, tool] of resolved.value.files) files.set(path, tool);
  const workingDirectory = tidyPath(command.workingDir ?? "/");
  if (
    !existsSync(workingDirectory) ||
    context.host.private.some((each) => isAtOrBelow(workingDirectory, each))
  )
    makeDirectory(join(places.root, workingDirectory));
  const env = [
    { name: "HOME", value: homeInside },
    { name: "TMPDIR", value: "/tmp" },
    ...command.env.filter((each) => each.name !== "PATH"),
    { name: "PATH", value: resolved.value.path },
  ];
  const { argv, path } = resolved.value;
  const words = command.terminal === true ? addTerminal(argv, path) : argv;
  return checkCommandSize({ name: command.name, argv: words, env, workingDirectory });
}

/** Tries each way in by really running it, with the mounts that attempts get; the first that works is used. */
function probeWays(
  options: SandboxExecutorOptions,
  shelf: ToolShelf,
  path: string,
  context: SandboxContext,
): Result<SandboxWays, string> {
  const reasons: string[] = [];
  const ways = [
    { method: "bubblewrap", program: "bwrap", wrap: wrapWithBubblewrap },
    { method: "unshare", program: "unshare", wrap: wrapWithUnshare },
  ] as const;
  for (const way of ways) {
    if (options.method !== undefined && options.method !== way.method) continue;
    const program = shelf.findProgram(way.program, path);
    if (program === undefined) {
      reasons.push(`${way.program} is not installed`);
      continue;
    }
    const wrap: Wrap = (input) => way.wrap(program, input);
    const isKnown = options.tried === way.method;
    const failure = isKnown ? undefined : findProbeFailure(options.stateDirectory, context, wrap);
    if (failure === undefined) return ok({ method: way.method, wrap });
    reasons.push(`${way.program} does not work here: ${failure}`);
  }
  return { ok: false, error: reasons.join("; ") };
}

const probeOrder: AttemptOrder = {
  attemptId: "probe",
  runId: "probe",
  taskName: "probe",
  commands: [],
  inputs: [],
  outputParameters: [],
  outputArtifacts: [],
  captureResult: false,
  graceMs: 0,
};

/** Runs a command in a sandbox that must write to a private path and must not write to a machine's directory. */
function findProbeFailure(stateDirectory: string, context: SandboxContext, wrap: Wrap): string | undefined {
  makeDirectory(stateDirectory);
  const directory = mkdtempSync(join(stateDirectory, "probe-"));
  try {
    const root = join(directory, attemptFiles.root);
    mkdirSync(root);
    const { words } = wrap({
      attemptId: "probe",
      steps: planMounts(probeOrder, directory, context.host, new Map(), []),
      workingDirectory: "/tmp",
      network: context.network,
      isRoot: process.getuid?.() === 0,
      controlDirectory: directory,
      isSupervised: false,
    });
    const test = "echo works >/tmp/probe && ! (: >/usr/millrace-probe) 2>/dev/null";
    const [program, ...args] = [...words, "/bin/sh", "-c", test];
    const stdio: ("ignore" | "pipe")[] = ["ignore", "ignore", "pipe", "pipe"];
    const ended = spawnSync(program, args, { stdio, timeout: 10_000, encoding: "utf8" });
    if (ended.status !== 0)
      return ended.error?.message ?? (ended.stderr.trim() || `exit code ${ended.status}`);
    return readFileSync(privatePath(directory, "/tmp/probe"), "utf8") === "works\n"
      ? undefined
      : "writes went elsewhere";
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
