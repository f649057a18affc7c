/**
 * The attempt files of this machine: directories below the run's folder, inputs from the artifact store,
 * outputs back into it.
 *
 * The plain case (no inputs, no outputs) is synchronous and makes as few system calls as it can,
 * because it is paid for every attempt.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MillraceError } from "../../base/errors.ts";
import type { Artifact, StoredCopy } from "../../model/data/artifact.ts";
import type {
  AttemptExit,
  AttemptInput,
  AttemptOrder,
  AttemptOutputs,
  AttemptProblem,
  OutputArtifactFile,
} from "../../model/run/attempt.ts";
import { attemptFiles, attemptLogFile } from "../../ports/attempt-directory.ts";
import type { ArtifactStore } from "../../ports/artifact-store.ts";
import type { AttemptFiles, Collected, Laid } from "../../ports/attempt-files.ts";
import { createBlankDirectory } from "./blank-directory.ts";
import type { BlankDirectory } from "./blank-directory.ts";
import { layVolume, listVolumeFolders } from "./attempt-volumes.ts";
import type { VolumePlaces } from "./attempt-volumes.ts";
import { bringArtifact, storeArtifact } from "./foreign-artifacts.ts";
import type { ForeignStorage } from "./foreign-storage.ts";
import { resolveInside } from "./inside-root.ts";
import { joinLogs } from "./join-logs.ts";
import { findKeyPath, makeKeyPlace } from "./keyed-artifacts.ts";

/** Most of a command's standard output that becomes its result (Argo docs: outputs.result, 256 kB). */
const resultBytesAtMost = 256 * 1024;

/** Most of a file that becomes an output parameter. */
const parameterBytesAtMost = 1024 * 1024;

/** `runsFolder` holds one folder for each run. */
export type LocalFilesOptions = VolumePlaces & InputSources;

/** Where inputs come from. */
export interface InputSources {
  /** Folder of artifacts that documents name by key. */
  readonly repositoryFolder: string;
  readonly artifacts: ArtifactStore;
  /** Storage of others, for artifacts that documents keep there. */
  readonly storage: ForeignStorage;
}

export function createLocalAttemptFiles(options: LocalFilesOptions): AttemptFiles {
  const directoryOf = (attemptId: string): string => {
    const slash = attemptId.indexOf("/");
    return join(options.runsFolder, options.nameOf(attemptId.slice(0, slash)), attemptId.slice(slash + 1));
  };
  // Run names do not begin with a dot.
  const blank = createBlankDirectory(join(options.runsFolder, ".next"));
  return {
    directoryOf,
    lay: (order) => lay(options, order, directoryOf(order.attemptId), blank),
    expectAnother: () => blank.make(),
    collect: (order, exit) => collect(options, order, exit, directoryOf(order.attemptId)),
    discard: (attemptId) => rm(directoryOf(attemptId), { recursive: true, force: true }),
    removeRun: (runId) =>
      rm(join(options.runsFolder, options.nameOf(runId)), { recursive: true, force: true }),
    close: () => blank.remove(),
  };
}

function lay(
  options: LocalFilesOptions,
  order: AttemptOrder,
  directory: string,
  blank: BlankDirectory,
): Laid | Promise<Laid> {
  const impossible = findImpossiblePath(order);
  if (impossible !== undefined) return { ok: false, problem: refusePath(impossible) };
  try {
    const orderText = JSON.stringify(redact(order));
    const isNew =
      (isPlain(order) && takeBlank(blank, directory, orderText)) ||
      makeAttemptDirectory(directory, orderText);
    // Commands that have begun may have changed their inputs; those are theirs now.
    if (!isNew && existsSync(join(directory, attemptFiles.exit))) return { ok: true, directory };
    for (const [index, volume] of order.commands.flatMap(({ volumes }) => volumes).entries()) {
      const problem = layVolume(options, order, directory, volume, index);
      if (problem !== undefined) return { ok: false, problem };
    }
  } catch (error) {
    if (isNoPlace(error)) return { ok: false, problem: refuseVolumes(error) };
    throw translateDiskError(error, directory);
  }
  if (order.inputs.length === 0) return { ok: true, directory };
  return layInputs(options, order, directory);
}

/** Longest name, and longest path inside an attempt's root, in bytes; disks take 255 and 4,096. */
const nameBytesAtMost = 255;
const pathBytesAtMost = 3_000;

/** A path of the order that no disk can hold. */
function findImpossiblePath(order: AttemptOrder): string | undefined {
  const mounts = order.commands.flatMap(({ volumes }) =>
    volumes.flatMap(({ mountPath, subPath }) => [mountPath, subPath ?? ""]),
  );
  const files = [...order.inputs, ...order.outputParameters, ...order.outputArtifacts].map(
    ({ path }) => path,
  );
  return [...mounts, ...files].find(isImpossible);
}

function isImpossible(path: string): boolean {
  if (path.length < nameBytesAtMost / 3) return path.includes("\0");
  return (
    path.includes("\0") ||
    Buffer.byteLength(path) > pathBytesAtMost ||
    path.split("/").some((name) => Buffer.byteLength(name) > nameBytesAtMost)
  );
}

function refusePath(path: string): AttemptProblem {
  const why = path.includes("\0") ? "holds a NUL character" : "is longer than a disk can hold";
  const shown = path.length > 100 ? `${path.slice(0, 100)}...` : path.replaceAll("\0", "\\0");
  return { kind: "start-refused", code: "executor/directory", message: `the path '${shown}' ${why}` };
}

function refuseVolumes({ message }: Error): AttemptProblem {
  const why = `a volume lies below what is no directory: ${message}`;
  return { kind: "start-refused", code: "executor/directory", message: why };
}

/**
 * A directory that is there already was laid for this very order, and keeps what its commands wrote; or for one in a
 * history that power loss took back (or of a run that was deleted), and then nothing in it means anything any more. Returns whether
 * the directory is a new one.
 */
function makeAttemptDirectory(directory: string, orderText: string): boolean {
  const orderFile = join(directory, attemptFiles.order);
  try {
    mkdirSync(directory);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EEXIST") {
      if (findText(orderFile) === orderText) return false;
      rmSync(directory, { recursive: true });
    } else if (code !== "ENOENT") throw error;
    mkdirSync(directory, { recursive: true });
  }
  writeFileSync(orderFile, orderText);
  return true;
}

/** Whether the attempt is one command without anything that is laid for it. */
function isPlain({ inputs, commands }: AttemptOrder): boolean {
  const [only] = commands;
  return commands.length === 1 && only?.name === "main" && inputs.length === 0 && only.volumes.length === 0;
}

/** Makes the directory of the one that was made ahead; whether there was one. */
function takeBlank(blank: BlankDirectory, directory: string, orderText: string): boolean {
  const orderFile = blank.take(directory);
  if (orderFile === undefined) return false;
  try {
    writeFileSync(orderFile, orderText);
  } finally {
    closeSync(orderFile);
  }
  return true;
}

function findText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Secret values travel in memory only; what lies on disk says that there was one. */
function redact(order: AttemptOrder): AttemptOrder {
  if (!order.commands.some((command) => command.env.some((variable) => variable.secret))) return order;
  const commands = order.commands.map((command) => ({
    ...command,
    env: command.env.map((variable) => (variable.secret ? { ...variable, value: "" } : variable)),
  }));
  return { ...order, commands };
}

async function layInputs(options: LocalFilesOptions, order: AttemptOrder, directory: string): Promise<Laid> {
  for (const input of order.inputs) {
    const target = join(directory, attemptFiles.root, join("/", input.path));
    const problem = await layInput(options, input, directory, target);
    if (problem !== undefined) return { ok: false, problem };
  }
  return { ok: true, directory };
}

/** Lays one input at `target`; what is on its way lies below `directory`. An optional one may not be there afterwards. */
export async function layInput(
  options: InputSources,
  input: AttemptInput,
  directory: string,
  target: string,
): Promise<AttemptProblem | undefined> {
  const missing = (message: string): AttemptProblem => ({ kind: "input-missing", name: input.name, message });
  const settings = {
    unpack: input.unpack,
    recurseMode: input.recurseMode,
    ...(input.mode === undefined ? {} : { mode: input.mode }),
  };
  try {
    mkdirSync(dirname(target), { recursive: true });
    const artifact = await findSource(options, input, directory);
    if (artifact === undefined) return undefined;
    if (artifact === "missing") return missing(`artifact ${input.name}: ${describeAbsence(input)}`);
    const subPath = "subPath" in input.source ? input.source.subPath : undefined;
    await options.artifacts.materialize(artifact, target, {
      ...settings,
      ...(subPath === undefined ? {} : { subPath }),
    });
    return undefined;
  } catch (error) {
    if (error instanceof MillraceError && error.category !== "exhausted")
      return missing(`artifact ${input.name}: ${error.message}`);
    if (isNoPlace(error))
      return missing(`artifact ${input.name}: ${input.path} lies below what is no directory`);
    throw error;
  }
}

/** Two paths of one order cannot both be: one lies below the file that the other one is. */
function isNoPlace(error: unknown): error is Error {
  return error instanceof Error && "code" in error && (error.code === "EEXIST" || error.code === "ENOTDIR");
}

function describeAbsence({ source }: AttemptInput): string {
  return source.kind === "place"
    ? `nothing lies at ${source.place.driver} '${source.place.key}'`
    : "nothing lies under its key";
}

async function findSource(
  options: InputSources,
  input: AttemptInput,
  directory: string,
): Promise<Artifact | "missing" | undefined> {
  const { source } = input;
  if (source.kind === "artifact") return source.artifact;
  if (source.kind === "place") {
    const brought = await bringArtifact(options.storage, options.artifacts, source.place, directory);
    return brought === "missing" && source.optional ? undefined : brought;
  }
  if (source.kind === "text") return options.artifacts.keepText(source.text, input.name);
  const path = findKeyPath(options.repositoryFolder, source.key);
  if (existsSync(path)) return options.artifacts.keep(path, { kind: "none" });
  return source.optional ? undefined : "missing";
}

function collect(
  options: LocalFilesOptions,
  order: AttemptOrder,
  exit: AttemptExit,
  directory: string,
): Collected | Promise<Collected> {
  const isRun = exit.ending.kind !== "not-run";
  // The log may have been made ahead of an attempt that never began.
  const result =
    order.captureResult && isRun ? readResult(join(directory, attemptLogFile("main", "out"))) : undefined;
  const read = readParameters(options, order, directory);
  const outputs: AttemptOutputs = {
    ...(result === undefined ? {} : { result }),
    parameters: read.parameters,
    artifacts: {},
  };
  if (order.outputArtifacts.length === 0 || !isRun)
    return isRun && read.problem !== undefined ? { outputs, problem: read.problem } : { outputs };
  return keepArtifacts(options, order, directory).then((kept) => {
    const problem = read.problem ?? kept.problem;
    return {
      outputs: { ...outputs, artifacts: kept.artifacts },
      ...(problem === undefined ? {} : { problem }),
    };
  });
}

/** Where an output lies, with the links of the command followed inside its own root only. */
function findOutput(
  options: LocalFilesOptions,
  order: AttemptOrder,
  directory: string,
  path: string,
): string {
  const root = join(directory, attemptFiles.root);
  const trusted = [directory, ...listVolumeFolders(options, order)];
  // A path whose links go in a circle leads nowhere, like one that does not exist.
  return resolveInside(root, path, trusted) ?? join(root, "..", "nowhere");
}

function readParameters(
  options: LocalFilesOptions,
  order: AttemptOrder,
  directory: string,
): { parameters: Record<string, string>; problem?: AttemptProblem } {
  const parameters: Record<string, string> = {};
  let problem: AttemptProblem | undefined;
  for (const output of order.outputParameters) {
    const path = findOutput(options, order, directory, output.path);
    const text = readTail(path, parameterBytesAtMost);
    // A part of a value would be another value.
    if (text !== undefined && statSync(path).size > parameterBytesAtMost) {
      const message = `output parameter ${output.name}: ${output.path} holds more than ${parameterBytesAtMost / 1024 / 1024} MiB (${statSync(path).size} bytes); what is larger is an artifact`;
      problem ??= { kind: "output-missing", name: output.name, message };
    } else if (text !== undefined) parameters[output.name] = cutNewline(text);
    else if (output.default !== undefined) parameters[output.name] = output.default;
    else
      problem ??= {
        kind: "output-missing",
        name: output.name,
        message: `output parameter ${output.name}: ${output.path} does not exist`,
      };
  }
  return problem === undefined ? { parameters } : { parameters, problem };
}

async function keepArtifacts(
  options: LocalFilesOptions,
  order: AttemptOrder,
  directory: string,
): Promise<{ artifacts: Record<string, Artifact>; problem?: AttemptProblem }> {
  const artifacts: Record<string, Artifact> = {};
  let problem: AttemptProblem | undefined;
  for (const output of order.outputArtifacts) {
    try {
      const artifact = await keepOutput(options, order, directory, output);
      const { key, place, removal } = output;
      if (key !== undefined) await layUnderKey(options, artifact, key);
      if (place !== undefined)
        await storeArtifact(options.storage, options.artifacts, artifact, place, directory);
      const isRemembered = place !== undefined || (key !== undefined && removal !== undefined);
      artifacts[output.name] = isRemembered ? { ...artifact, copy: describeCopy(output) } : artifact;
    } catch (error) {
      if (!(error instanceof MillraceError) || error.category === "exhausted") throw error;
      if (error.code === "artifact/missing" && output.optional) continue;
      const message = error.code === "artifact/missing" ? `${output.path} does not exist` : error.message;
      problem ??= {
        kind: "output-missing",
        name: output.name,
        message: `output artifact ${output.name}: ${message}`,
      };
    }
  }
  return problem === undefined ? { artifacts } : { artifacts, problem };
}

async function keepOutput(
  { artifacts, ...options }: LocalFilesOptions,
  order: AttemptOrder,
  directory: string,
  output: OutputArtifactFile,
): Promise<Artifact> {
  const { log, path, archive } = output;
  if (log === undefined)
    return artifacts.keep(findOutput({ artifacts, ...options }, order, directory, path), archive);
  const file = await joinLogs(directory, log);
  try {
    return await artifacts.keep(file, archive);
  } finally {
    await rm(file, { force: true });
  }
}

function describeCopy({ key, place, removal }: OutputArtifactFile): StoredCopy {
  return {
    ...(place === undefined ? {} : { place }),
    ...(key === undefined ? {} : { key }),
    ...(removal === undefined ? {} : { removal }),
  };
}

async function layUnderKey(options: LocalFilesOptions, artifact: Artifact, key: string): Promise<void> {
  const isFolder = artifact.content.kind === "tree" && artifact.archive.kind === "none";
  const target = makeKeyPlace(options.repositoryFolder, key, isFolder);
  await options.artifacts.materialize(artifact, target, { unpack: "keep", recurseMode: false });
}

function readResult(path: string): string | undefined {
  const text = readTail(path, resultBytesAtMost);
  return text === undefined ? undefined : cutNewline(text);
}

/** What a command can leave at a path so that nothing can be read there: nothing, a socket, a file nobody may read. */
const unreadableCodes: ReadonlySet<string> = new Set([
  "ENOENT",
  "ENOTDIR",
  "ELOOP",
  "ENXIO",
  "EACCES",
  "EPERM",
]);

/** The last bytes of a file as text; undefined when there is no file that can be read. */
function readTail(path: string, bytesAtMost: number): string | undefined {
  let file: number;
  try {
    // A named pipe would be waited for until somebody writes to it.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (unreadableCodes.has(String(code))) return undefined;
    throw error;
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return undefined;
    if (stat.size <= bytesAtMost) return readFileSync(file, "utf8");
    const tail = Buffer.alloc(bytesAtMost);
    const read = readSync(file, tail, 0, bytesAtMost, stat.size - bytesAtMost);
    return tail.toString("utf8", 0, read);
  } finally {
    closeSync(file);
  }
}

/** One trailing newline is not part of a value (Argo: output parameters and results). */
function cutNewline(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}

/** An error of the disk below the runs is the machine's, not a task's. */
function translateDiskError(error: unknown, directory: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const hint = "Free some space or make the folder writable, then run `millrace resume` to go on.";
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new MillraceError("runtime/disk-full", "exhausted", `no space left for ${directory}`, {
      hint,
      cause: error,
    });
  }
  if (code === "EACCES" || code === "EROFS" || code === "EPERM") {
    return new MillraceError("runtime/read-only", "denied", `${directory} cannot be written`, {
      hint,
      cause: error,
    });
  }
  return error;
}
