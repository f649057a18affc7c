/**
 * Outputs of all members of a fan-out together. The members that succeeded count, in item order;
 * what the aggregate looks like depends on the values: that is Argo's rule (processAggregateNodeOutputs).
 */
import type { Json } from "../../../base/json.ts";
import { jsonToValue, writeJson } from "../../../expressions/go/json.ts";
import type { Value } from "../../../expressions/value.ts";
import type { TaskView } from "../../../model/run/scope.ts";
import { jsonToText } from "./json-text.ts";
import { findOutputs } from "./task-outputs.ts";
import { ownMember } from "./own-member.ts";

/** `outputs.result`: each result must be JSON itself and is copied as it stands. The error is the message. */
export function aggregateResults(
  group: TaskView,
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string } {
  const results: string[] = [];
  for (const member of group.children()) {
    const result = member.phase === "succeeded" ? findOutputs(member)?.result : undefined;
    if (result === undefined) continue;
    const compact = compactJson(result);
    if (compact === undefined) {
      return {
        ok: false,
        message: `the result of ${member.name} is not JSON, so the results of the loop cannot be put together: ${result.slice(0, 80)}`,
      };
    }
    results.push(compact);
  }
  return { ok: true, text: `[${results.join(",")}]` };
}

/** `outputs.parameters`: a list of maps of text. */
export function aggregateParameters(group: TaskView): string {
  const list: Value[] = [];
  for (const member of group.children()) {
    const values = member.phase === "succeeded" ? findOutputs(member)?.values : undefined;
    if (values === undefined || Object.keys(values).length === 0) continue;
    list.push(new Map(Object.entries(values).map(([name, value]) => [name, jsonToText(value)])));
  }
  return writeJson(list);
}

/** `outputs.parameters.NAME`: a list of text, unless every value is a JSON object or list; undefined when nobody has it. */
export function aggregateParameter(group: TaskView, name: string): string | undefined {
  const texts: string[] = [];
  for (const member of group.children()) {
    const value = member.phase === "succeeded" ? ownMember(findOutputs(member)?.values, name) : undefined;
    if (value !== undefined) texts.push(jsonToText(value));
  }
  if (texts.length === 0) return undefined;
  const parsed = texts.map(parseComposite);
  return parsed.includes(undefined)
    ? writeJson(texts)
    : writeJson(parsed.map((value) => jsonToValue(value ?? null)));
}

function parseComposite(text: string): Json | undefined {
  const trimmed = text.trimStart();
  if (!trimmed.startsWith("{") && !trimmed.startsWith("[")) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    // Text that is not JSON is an ordinary value here.
    return undefined;
  }
}

/** JSON text without blanks between its tokens, `<`, `>` and `&` escaped as Go does; undefined when it is not JSON. */
export function compactJson(text: string): string | undefined {
  try {
    JSON.parse(text);
  } catch {
    // The caller decides what it means that a text is not JSON.
    return undefined;
  }
  return text
    .replace(/("(?:[^"\\]|\\.)*")|\s+/gu, (_, kept: string | undefined) => kept ?? "")
    .replace(/[<>&]/gu, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
