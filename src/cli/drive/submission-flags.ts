/** Flags that say how a document is run; run and resubmit share them. */
import { MillraceError } from "../../base/errors.ts";
import type { House, SubmitRequest } from "../../api/house.ts";
import type { FlagTable, FlagValues } from "../arguments/flag-table.ts";
import { readLabels, readPairs } from "../arguments/read-pairs.ts";
import type { CommandContext } from "../command.ts";
import { readDocument, readParameterFile } from "../read-input.ts";

export const parameterFlags = {
  parameter: { kind: "list", short: "p", value: "NAME=VALUE", help: "value of a parameter; may be repeated" },
} as const satisfies FlagTable;

export const submissionFlags = {
  ...parameterFlags,
  "parameter-file": {
    kind: "list",
    short: "f",
    value: "FILE",
    help: "JSON or YAML with values of parameters; -p wins over it",
  },
  entrypoint: { kind: "text", value: "NAME", help: "begin with this template instead of the document's" },
  name: { kind: "text", value: "NAME", help: "name of the run" },
  "generate-name": { kind: "text", value: "PREFIX", help: "prefix of the run's name; the rest is made up" },
  namespace: {
    kind: "text",
    short: "n",
    value: "NAME",
    help: "where the run belongs, for tags and locks, when its document does not say it",
  },
  labels: { kind: "list", short: "l", value: "NAME=VALUE,...", help: "labels of the run" },
  priority: {
    kind: "number",
    value: "N",
    // An int32, as in Argo.
    atLeast: -2_147_483_648,
    atMost: 2_147_483_647,
    help: "of the runs that wait, the one with the highest comes first",
  },
} as const satisfies FlagTable;

export const engineFlags = {
  executor: {
    kind: "choice",
    choices: ["auto", "process", "sandbox"],
    help: "how tasks are run; auto takes the best that works here (default)",
  },
  parallel: { kind: "number", value: "N", help: "tasks at once; the machine's size decides otherwise" },
  "host-path": {
    kind: "list",
    value: "PATH[:ro]",
    help: "documents may mount this directory of the machine (hostPath); may be repeated",
  },
} as const satisfies FlagTable;

export const watchFlags = {
  watch: {
    kind: "switch",
    help: "live tree (default on a terminal); elsewhere, and with --no-watch, one line per event",
  },
  log: { kind: "switch", help: "print what the tasks write, as they write it" },
  quiet: { kind: "switch", short: "q", help: "print nothing until the end" },
  output: {
    kind: "choice",
    short: "o",
    choices: ["json", "yaml", "wide", "name"],
    help: "print the run for programs at the end; progress goes to error output",
  },
} as const satisfies FlagTable;

type Given = Partial<FlagValues<typeof submissionFlags>> & {
  readonly with?: readonly string[];
  readonly strict?: boolean | undefined;
};

/** What the flags say about a submission; nothing for a flag that was not given. */
export async function readSubmission(
  { io }: CommandContext,
  given: Given,
): Promise<SubmitRequest["submission"]> {
  const files = await Promise.all((given["parameter-file"] ?? []).map((file) => readParameterFile(io, file)));
  const definitions = await Promise.all((given.with ?? []).map((file) => readDocument(io, file)));
  const labels = readLabels(given.labels ?? []);
  for (const flag of ["name", "generate-name", "namespace"] as const) checkName(flag, given[flag]);
  return {
    parameters: { ...Object.assign({}, ...files), ...readPairs("parameter", given.parameter ?? []) },
    ...(given.name === undefined ? {} : { name: given.name }),
    ...(given["generate-name"] === undefined ? {} : { namePrefix: given["generate-name"] }),
    ...(given.entrypoint === undefined ? {} : { entrypoint: given.entrypoint }),
    ...(given.priority === undefined ? {} : { priority: given.priority }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(definitions.length === 0 ? {} : { definitions }),
    ...(given.strict === undefined ? {} : { strict: given.strict }),
    ...(given.namespace === undefined ? {} : { facts: { namespace: given.namespace } }),
  };
}

const nameLengthAtMost = 253;

/** The rule of Kubernetes for names of objects, except that capitals are let through. */
function checkName(flag: string, name: string | undefined): void {
  if (name === undefined || name === "") return;
  const isGood = /^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?$/.test(
    flag === "name" ? name : name.replace(/[-.]+$/, ""),
  );
  if (isGood && name.length <= nameLengthAtMost) return;
  const shown = name.length > 60 ? `${name.slice(0, 60)}...` : name;
  throw new MillraceError(
    "cli/bad-arguments",
    "invalid",
    `--${flag} '${shown}' is no name for ${flag === "namespace" ? "a namespace" : "a run"}`,
    {
      hint: `Use letters, digits, '-' and '.', ${nameLengthAtMost} of them at most.`,
    },
  );
}

/** More slots than any machine has use for. */
const parallelAtMost = 10_000;

export interface EngineWishes {
  readonly executor: "auto" | "process" | "sandbox" | undefined;
  readonly parallel: number | undefined;
  readonly "host-path"?: readonly string[] | undefined;
}

/** Opens the engine as the flags say. Rejects with `cli/bad-arguments` for a number of tasks that cannot be. */
export async function openEngine(house: House, given: EngineWishes): ReturnType<House["openEngine"]> {
  const { "host-path": hostPaths } = given;
  checkParallel(given.parallel);
  return house.openEngine({
    executor: given.executor ?? "auto",
    ...(given.parallel === undefined ? {} : { parallel: given.parallel }),
    ...(hostPaths === undefined || hostPaths.length === 0 ? {} : { hostPaths }),
  });
}

/** Throws `cli/bad-arguments` for a number of tasks that cannot be. */
export function checkParallel(parallel: number | undefined): void {
  if (parallel !== undefined && (parallel < 1 || parallel > parallelAtMost)) {
    const message = `--parallel must be between 1 and ${parallelAtMost}, found ${parallel}`;
    throw new MillraceError("cli/bad-arguments", "invalid", message);
  }
}
