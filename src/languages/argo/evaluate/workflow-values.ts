/** The `workflow.` family of names. */
import { isJsonObject } from "../../../base/json.ts";
import type { RunView, TaskView } from "../../../model/run/scope.ts";
import { fromUnixMs } from "../../../expressions/go/civil.ts";
import { formatFixed } from "../../../expressions/go/format-float.ts";
import { jsonToValue, writeJson } from "../../../expressions/go/json.ts";
import { quoteText } from "../../../expressions/go/quote.ts";
import { formatStrftime } from "../../../expressions/go/strftime.ts";
import type { Value } from "../../../expressions/value.ts";
import { literal } from "./answers.ts";
import type { Answer } from "./answers.ts";
import { jsonToText } from "./json-text.ts";
import { createPodName } from "./own-values.ts";
import { phaseToText, timeToText } from "./sibling-values.ts";
import { describeReason } from "../view/describe-reason.ts";
import { nodeMessage } from "../view/node-message.ts";
import { displayName } from "../view/node-names.ts";
import { ownMember } from "./own-member.ts";

/** `workflow.REST`. */
export function readWorkflow(run: RunView, rest: string): Answer {
  const dot = rest.indexOf(".");
  if (dot === -1) return readField(run, rest);
  const family = rest.slice(0, dot);
  const name = rest.slice(dot + 1);
  switch (family) {
    case "parameters":
      return ownMember(run.values, name) ?? (name === "json" ? listParameters(run) : literal);
    case "labels":
    case "annotations": {
      const texts = findTexts(run, family);
      return ownMember(texts, name) ?? (name === "json" ? writeJson(jsonToValue(texts)) : literal);
    }
    case "outputs":
      return readPublished(run, name);
    case "creationTimestamp":
      return readCreation(run, name) ?? literal;
    default:
      return literal;
  }
}

function readField(run: RunView, name: string): Answer {
  switch (name) {
    case "name":
      return run.name;
    case "uid":
      return textFact(run, "uid") ?? run.runId;
    case "namespace":
      return textFact(run, "namespace") ?? "default";
    case "mainEntrypoint":
      return textFact(run, "entrypoint") ?? literal;
    case "serviceAccountName":
      return textFact(run, "serviceAccountName") ?? "default";
    case "priority": {
      const priority = run.priority ?? run.notes["priority"];
      return typeof priority === "number" ? String(priority) : literal;
    }
    case "status":
      return readStatus(run);
    case "failures":
      return listFailures(run);
    case "duration":
      return formatFixed(Math.max(0, run.at - (run.startedAt === 0 ? run.at : run.startedAt)) / 1000, 6);
    case "creationTimestamp":
      return timeToText(run.createdAt);
    case "scheduledTime":
      return findScheduledTime(run) ?? literal;
    case "parameters":
      return listParameters(run);
    case "labels":
    case "annotations":
      return writeJson(jsonToValue(findTexts(run, name)));
    default:
      return literal;
  }
}

/** A fact of the submission, or else what the plan keeps about it. */
function textFact(run: RunView, name: string): string | undefined {
  const fact = run.facts[name] ?? run.notes[name];
  return typeof fact === "string" ? fact : undefined;
}

/** Labels or annotations of the run: those of the document, with what was added since. */
export function findTexts(run: RunView, kind: "labels" | "annotations"): { readonly [name: string]: string } {
  const texts: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const source of [run.notes[kind], run.facts[kind]]) {
    if (!isJsonObject(source)) continue;
    for (const [name, value] of Object.entries(source)) texts[name] = jsonToText(value);
  }
  return texts;
}

/** The time a schedule meant, in RFC 3339: only runs that a schedule started have it. */
function findScheduledTime(run: RunView): string | undefined {
  const fact = run.facts["scheduledTime"];
  if (typeof fact === "string") return fact;
  return findTexts(run, "annotations")["workflows.argoproj.io/scheduled-time"];
}

/** While hooks of the run are under way this is the state of the main tree. */
function readStatus(run: RunView): string {
  return phaseToText(run.outcome === "waiting" || run.outcome === "ready" ? "running" : run.outcome);
}

function listParameters(run: RunView): string {
  return writeJson(
    Object.entries(run.values).map(
      ([name, value]) =>
        new Map<string, Value>([
          ["name", name],
          ["value", value],
        ]),
    ),
  );
}

function readPublished(run: RunView, name: string): Answer {
  if (!name.startsWith("parameters.")) return literal;
  const value = ownMember(run.published.values, name.slice("parameters.".length));
  return value === undefined ? literal : jsonToText(value);
}

/** `creationTimestamp.s`, `.RFC3339`, and one letter of strftime. */
function readCreation(run: RunView, name: string): string | undefined {
  if (name === "s") return String(Math.floor(run.createdAt / 1000));
  if (name === "RFC3339") return timeToText(run.createdAt);
  return formatStrftime(fromUnixMs(run.createdAt), name);
}

/** JSON text of the nodes that failed, quoted once more so that it survives as text (Argo, GlobalVarWorkflowFailures). */
function listFailures(run: RunView): string {
  const list = run.failures().map((task) => describeFailure(run, task));
  return quoteText(list.length === 0 ? "null" : `[${list.join(",")}]`);
}

function describeOwn(task: TaskView): string {
  return task.reason === undefined ? "" : describeReason(task.reason);
}

/** One node, with its fields in Argo's order. */
function describeFailure(run: RunView, task: TaskView): string {
  const { state } = run;
  const fields = {
    displayName: state === undefined ? task.name : displayName(state, task.task),
    message: state === undefined ? describeOwn(task) : nodeMessage(state, task.task),
    templateName: task.processId?.split("/").at(-1) ?? "",
    phase: phaseToText(task.phase),
    podName: createPodName(run, task),
    finishedAt: timeToText(task.endedAt),
  };
  return `{${Object.entries(fields)
    .map(([name, text]) => `"${name}":${writeJson(text)}`)
    .join(",")}}`;
}
