/** Which runs a command means: filters that list, delete and the steering commands share. */
import type { House, RunRow } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import type { FlagTable, FlagValues } from "../arguments/flag-table.ts";
import { parseFieldSelector } from "./field-selector.ts";
import { parseLabelSelector } from "./label-selector.ts";
import { labelsOf } from "./run-labels.ts";

/** In Argo every command is for one namespace. Here a selection is, when somebody says so; a name is enough by itself. */
export const namespaceFlag = {
  namespace: {
    kind: "text",
    short: "n",
    value: "NAME",
    help: "of the runs that are not named, only those of this namespace",
  },
} as const satisfies FlagTable;

export const runFilterFlags = {
  ...namespaceFlag,
  labels: {
    kind: "list",
    short: "l",
    aliases: ["selector"],
    value: "SELECTOR",
    help: "only runs with these labels, such as team=a,stage!=test",
  },
  status: {
    kind: "text",
    value: "STATUS,...",
    help: "only runs in these states: Pending, Running, Suspended, Succeeded, Failed or Error",
  },
  running: { kind: "switch", help: "only runs that have not ended" },
  completed: { kind: "switch", help: "only runs that have ended" },
  prefix: { kind: "text", value: "TEXT", help: "only runs whose name begins so" },
  since: { kind: "duration", value: "DURATION", help: "only runs that were created within this time" },
  older: { kind: "duration", value: "DURATION", help: "only runs that ended longer ago than this" },
  expired: { kind: "switch", help: "only runs whose time to live is over" },
  resubmitted: { kind: "switch", help: "only runs that repeat an earlier one" },
  "field-selector": {
    kind: "text",
    value: "SELECTOR",
    help: "only runs with these fields: metadata.name, metadata.namespace or status.phase, as in status.phase!=Succeeded",
  },
} as const satisfies FlagTable;

export type RunFilters = Partial<FlagValues<typeof runFilterFlags>>;

/** Rows that pass every filter, newest first. */
export function filterRuns(rows: readonly RunRow[], filters: RunFilters, now: number): readonly RunRow[] {
  const hasLabels = parseLabelSelector((filters.labels ?? []).join(","));
  const hasFields = parseFieldSelector(filters["field-selector"] ?? "");
  const states = parseStates(filters.status, rows);
  return rows
    .filter((row) => {
      const isOver = row.endedAt !== undefined;
      if (filters.running === true && isOver) return false;
      if (filters.completed === true && !isOver) return false;
      if (filters.namespace !== undefined && (row.namespace ?? "default") !== filters.namespace) return false;
      if (filters.prefix !== undefined && !row.name.startsWith(filters.prefix)) return false;
      if (filters.since !== undefined && row.createdAt < now - filters.since) return false;
      if (filters.older !== undefined && (row.endedAt === undefined || row.endedAt > now - filters.older))
        return false;
      if (states !== undefined && !states.some((state) => isInState(row, state))) return false;
      if (filters.expired === true && (row.expiresAt === undefined || row.expiresAt > now)) return false;
      if (filters.resubmitted === true && !Object.hasOwn(row.labels, resubmittedLabel)) return false;
      return hasFields(row) && hasLabels(labelsOf(row));
    })
    .sort((left, right) => right.createdAt - left.createdAt);
}

/** The words for states that runs can be in: the engine's, and those of the help. */
const runStates = new Set([
  "pending",
  "waiting",
  "running",
  "suspended",
  "succeeded",
  "failed",
  "error",
  "errored",
]);

/** Throws `cli/bad-arguments` for a word that is no state: otherwise a slip would look like good news. */
function parseStates(text: string | undefined, rows: readonly RunRow[]): readonly string[] | undefined {
  const words = text?.split(",").map((state) => state.trim().toLowerCase());
  const states = words?.filter((state) => state !== "");
  const unknown = states?.find(
    (state) => !runStates.has(state) && !rows.some(({ shownPhase }) => shownPhase.toLowerCase() === state),
  );
  if (unknown === undefined) return states;
  throw new MillraceError("cli/bad-arguments", "invalid", `runs are in no state '${unknown}'`, {
    hint: "There are Pending, Running, Suspended, Succeeded, Failed and Error.",
  });
}

/** What `resubmit` writes on the runs that it makes (Argo, LabelKeyPreviousWorkflowName). */
export const resubmittedLabel = "workflows.argoproj.io/resubmitted-from-workflow";

/** The state may be the engine's word or the language's. */
function isInState({ phase, shownPhase }: RunRow, state: string): boolean {
  return phase === state || shownPhase.toLowerCase() === state;
}

/** Whether any filter was given that can stand alone; other flags may be among them. */
export function hasFilters(filters: RunFilters): boolean {
  if ((filters.labels ?? []).length > 0) return true;
  return filterNames.some((name) => filters[name] !== undefined && filters[name] !== false);
}

const filterNames = [
  "status",
  "running",
  "completed",
  "prefix",
  "since",
  "older",
  "expired",
  "resubmitted",
  "field-selector",
] as const;

/**
 * Names of the runs that the operands and filters mean; operands are looked up, so that `@latest` becomes a name.
 * Throws `cli/bad-arguments` when there is neither, and `run/unknown` for a name that does not exist.
 */
export async function selectRuns(
  house: House,
  operands: readonly string[],
  filters: RunFilters,
  now: number,
): Promise<readonly string[]> {
  if (operands.length === 0 && !hasFilters(filters)) {
    throw new MillraceError("cli/bad-arguments", "invalid", "name a run, or say which with -l", {
      hint: "`millrace list` shows the runs; @latest is the newest.",
    });
  }
  const named = await Promise.all(operands.map(async (name) => (await house.find(name)).name));
  const filtered = hasFilters(filters)
    ? filterRuns(await house.list(), filters, now).map(({ name }) => name)
    : [];
  return [...new Set([...named, ...filtered])];
}

/** The run of a name that somebody gave; undefined when there is none. What there is no run for at all (`@latest`) is refused. */
export async function findRow(house: House, name: string): Promise<RunRow | undefined> {
  try {
    return await house.find(name);
  } catch (error) {
    if (error instanceof MillraceError && error.code === "run/unknown" && name !== "@latest")
      return undefined;
    throw error;
  }
}
