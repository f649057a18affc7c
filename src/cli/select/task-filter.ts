/**
 * Which tasks of a run are shown: those that a selector names and that stand as the user asks (`--status`).
 * Both may be absent; then there is no filter, and the run is shown as a tree.
 */
import type { RunPicture } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import { phaseNames } from "../../model/run/phase.ts";
import type { FlagTable } from "../arguments/flag-table.ts";

/** Flags of whatever shows a run and does nothing else to it. */
export const shownFlags = {
  "node-field-selector": {
    kind: "text",
    aliases: ["node"],
    value: "SELECTOR",
    help: "show only tasks that the selector names, such as templateName=build",
  },
  status: { kind: "text", value: "STATUS,...", help: "show only tasks in these states" },
} as const satisfies FlagTable;

/** Those of the given tasks, or of all, that are shown. */
export type TaskFilter = (picture: RunPicture, among?: readonly number[]) => readonly number[];

/** Undefined when nothing is left out. */
export function makeTaskFilter(given: {
  readonly "node-field-selector"?: string | undefined;
  readonly status?: string | undefined;
}): TaskFilter | undefined {
  const { "node-field-selector": selector, status } = given;
  if (selector === undefined && status === undefined) return undefined;
  const states = status === undefined ? undefined : parseStates(status);
  return (picture, among) => {
    const named = selector === undefined ? among : picture.view.findTasks(picture.state, selector, among);
    return states === undefined ? (named ?? []) : findInStates(picture, states, named);
  };
}

/** The words for states that tasks can be in: the engine's, and Argo's where it has others. */
const taskStates: ReadonlySet<string> = new Set([...phaseNames, "pending", "error"]);

/** Throws `cli/bad-arguments` for a word that is no state: otherwise a slip would look like good news. */
function parseStates(text: string): readonly string[] {
  const states = text.split(",").map((word) => word.trim().toLowerCase());
  const unknown = states.find((word) => !taskStates.has(word));
  if (unknown === undefined) return states;
  throw new MillraceError("cli/bad-arguments", "invalid", `tasks are in no state '${unknown}'`, {
    hint: "There are Pending, Running, Succeeded, Skipped, Omitted, Failed and Error.",
  });
}

/** A state in the engine's words, such as `errored`, or in those of the language, such as `Error`. */
function findInStates(
  { state, view }: RunPicture,
  states: readonly string[],
  among: readonly number[] | undefined,
): readonly number[] {
  const { tasks } = state;
  const inWords = new Set(
    states.flatMap((text) => view.findTasks(state, `phase=${capitalize(text)}`, among)),
  );
  const all = among ?? Array.from({ length: tasks.size }, (_, task) => task);
  return all.filter((task) => inWords.has(task) || states.includes(phaseNames[tasks.phase[task] ?? 0] ?? ""));
}

function capitalize(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
