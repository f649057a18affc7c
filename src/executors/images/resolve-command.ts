/**
 * From an order's command and image to the program that is run on this machine.
 *
 * - No command: the image's entrypoint, and its cmd when there are no args either.
 * - A bare name: a program that the order brings along, the image's aliases and stand-ins, then the order's PATH, then the
 *   machine's.
 * - A path of the image (`/argosay`, `/usr/local/bin/python`): the tool that stands for it.
 * - Any other absolute path: itself; when it is not there and its directory is one for programs, its base name on PATH.
 * A missing program is refused before anything starts, by a message that names the image and the program.
 */
import { basename, dirname } from "node:path";
import { err, ok, type Result } from "../../base/result.ts";
import type { AttemptCommand, AttemptOrder, AttemptProblem } from "../../model/run/attempt.ts";
import { findImageEntry, type ImageEntry, type ImageTable } from "./image-table.ts";
import { isProgram, type ToolShelf } from "./tool-shelf.ts";

export interface ResolvedCommand {
  /** The program (an absolute path, or a path of the attempt's own) and the arguments. */
  readonly argv: readonly string[];
  /** PATH for the command. */
  readonly path: string;
  /** Absolute paths of programs in the image that the host does not have -> what stands for them. */
  readonly files: ReadonlyMap<string, string>;
}

export interface CommandResolver {
  /** `isOwnPath` tells whether an absolute path belongs to the attempt's private view; `brought` is where the programs lie that the order brings along. */
  resolve(
    command: AttemptCommand,
    isOwnPath: (path: string) => boolean,
    brought?: BroughtPrograms,
  ): Result<ResolvedCommand, AttemptProblem>;
}

/** Name -> path. */
export type BroughtPrograms = ReadonlyMap<string, string>;

const nothingBrought: BroughtPrograms = new Map();

const programDirectories = new Set([
  "/bin",
  "/sbin",
  "/usr/bin",
  "/usr/sbin",
  "/usr/local/bin",
  "/usr/local/sbin",
  "/opt/bin",
]);

/** Inputs of an order that lie where programs are looked for, such as a `kubectl` at `/usr/local/bin/kubectl`. */
export function listBroughtPrograms({ inputs }: Pick<AttemptOrder, "inputs">): BroughtPrograms {
  const programs = inputs.filter(({ path }) => programDirectories.has(dirname(path)));
  return new Map(programs.map(({ path }) => [basename(path), path]));
}

/** `hostPath` is the PATH of this machine that attempts get. */
export function createCommandResolver(
  shelf: ToolShelf,
  hostPath: string,
  userImages: ImageTable,
): CommandResolver {
  const entries = new Map<string, ImageEntry | undefined>();
  const files = new Map<ImageEntry, ReadonlyMap<string, string>>();
  const getEntry = (image: string): ImageEntry | undefined => {
    if (!entries.has(image)) entries.set(image, findImageEntry(image, userImages));
    return entries.get(image);
  };
  const getFiles = (entry: ImageEntry, path: string): ReadonlyMap<string, string> => {
    const known = files.get(entry);
    if (known !== undefined) return known;
    const made = listFiles(entry, path, shelf);
    files.set(entry, made);
    return made;
  };
  return {
    resolve: (command, isOwnPath, brought = nothingBrought) => {
      const entry = getEntry(command.image);
      const argv = chooseWords(command, entry);
      if (argv === undefined) return refuseWithoutCommand(command);
      const path = [...listFolders(brought), makePath(command, entry, shelf, hostPath)].join(":");
      const isThere = (tool: string): boolean =>
        brought.has(tool) || shelf.findProgram(tool, path) !== undefined;
      const absent = entry?.tools.find((tool) => !isThere(tool));
      if (absent !== undefined) return refuseMissing(command.image, absent);
      const [word = "", ...args] = argv;
      const program = brought.get(word) ?? findProgram(word, entry, path, shelf, isOwnPath);
      if (program === undefined) return refuseMissing(command.image, word);
      const imageFiles = entry === undefined ? new Map<string, string>() : getFiles(entry, path);
      return ok({ argv: [program, ...args], path, files: imageFiles });
    },
  };
}

function chooseWords(command: AttemptCommand, entry: ImageEntry | undefined): readonly string[] | undefined {
  if (command.command.length > 0) return [...command.command, ...command.args];
  if (entry === undefined) return undefined;
  const args = command.args.length > 0 ? command.args : entry.cmd;
  const words = [...entry.entrypoint, ...args];
  return words.length === 0 ? undefined : words;
}

/** Folders that PATH has to name before all others: those of the attempt's own in which nothing else lies. */
function listFolders(brought: BroughtPrograms): readonly string[] {
  const folders = new Set([...brought.values()].map(dirname));
  return [...folders].filter((folder) => !programDirectories.has(folder));
}

function makePath(
  command: AttemptCommand,
  entry: ImageEntry | undefined,
  shelf: ToolShelf,
  hostPath: string,
): string {
  const own = command.env.find((each) => each.name === "PATH")?.value;
  const path = own === undefined ? hostPath : `${own}:${hostPath}`;
  const shelfDirectory = entry === undefined ? undefined : shelf.layEntry(entry, hostPath);
  return shelfDirectory === undefined ? path : `${shelfDirectory}:${path}`;
}

function listFiles(entry: ImageEntry, path: string, shelf: ToolShelf): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [file, tool] of Object.entries(entry.files)) {
    const program = isProgram(file) ? undefined : shelf.findProgram(tool, path);
    if (program !== undefined) files.set(file, program);
  }
  return files;
}

function findProgram(
  word: string,
  entry: ImageEntry | undefined,
  path: string,
  shelf: ToolShelf,
  isOwnPath: (path: string) => boolean,
): string | undefined {
  if (!word.includes("/")) return shelf.findProgram(word, path);
  if (!word.startsWith("/") || isOwnPath(word)) return word;
  const tool = entry !== undefined && Object.hasOwn(entry.files, word) ? entry.files[word] : undefined;
  if (tool !== undefined) return shelf.findProgram(tool, path);
  if (shelf.hasProgram(word)) return word;
  return programDirectories.has(dirname(word)) ? shelf.findProgram(basename(word), path) : undefined;
}

function refuseWithoutCommand(command: AttemptCommand): Result<never, AttemptProblem> {
  return err({
    kind: "start-refused",
    code: "executor/no-command",
    message:
      `command "${command.name}" is empty and the entrypoint of image "${command.image}" is not known here; ` +
      `give a command, or add the image to images.json in the home folder: ${describeMapping(command.image, "entrypoint", "PROGRAM")}`,
  });
}

function refuseMissing(image: string, tool: string): Result<never, AttemptProblem> {
  return err({
    kind: "start-refused",
    code: "executor/missing-tool",
    message:
      `image "${image}" needs the program "${tool}", which this machine does not have; ` +
      `install it, or name a program that stands for it in images.json in the home folder: ${describeMapping(image, "aliases", tool)}`,
  });
}

function describeMapping(image: string, field: "entrypoint" | "aliases", name: string): string {
  const value =
    field === "entrypoint" ? { entrypoint: [name] } : { tools: [], aliases: { [basename(name)]: "PROGRAM" } };
  return JSON.stringify({ [image]: value });
}
