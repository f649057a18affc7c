/** Begins runs that follow from the end of others, in the engine of this process (ports/run-starter.ts). */
import type { SubmitAnswer, SubmitRequest } from "../api/house.ts";
import { MillraceError } from "../base/errors.ts";
import { definitionKinds } from "../model/run/definition.ts";
import type { DefinitionKey } from "../model/run/definition.ts";
import type { StartOrder } from "../model/plan/callback.ts";
import { parentLabel } from "../executors/objects/object-keeper.ts";
import type { RunStarter, StartCaller, Started } from "../ports/run-starter.ts";
import type { Desk, Driven } from "./desk.ts";
import { makeRunUid } from "./kept-cron.ts";
import { getLanguage } from "./languages.ts";
import { submitRun } from "./take-runs.ts";

export function createRunStarter(desk: Desk): RunStarter {
  return { start: (order, caller, key) => start(desk, order, caller, key) };
}

async function start(desk: Desk, order: StartOrder, caller: StartCaller, key: string): Promise<Started> {
  const driven = desk.driven.get(caller.runName);
  const request = driven === undefined ? undefined : requestOf(order, driven, caller, key);
  if (request === undefined) return { refusal: `${order.definition} cannot be run` };
  try {
    return describeAnswer(await submitRun(desk, request));
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    // What the engine or its disk refuses may pass; what is wrong with the order stays.
    return /^(?:store|runtime|home)\//u.test(error.code)
      ? { problem: error.message }
      : { refusal: error.message };
  }
}

function describeAnswer(answer: SubmitAnswer): Started {
  if (!answer.ok) {
    const errors = answer.diagnostics.filter(({ severity }) => severity === "error");
    return { refusal: errors.map(({ message }) => message).join("; ") };
  }
  const how = { "under-way": "joined", succeeded: "answered by" } as const;
  return { started: `${answer.joined === undefined ? "started" : how[answer.joined]} ${answer.name}` };
}

/** It can refer to whatever the document of the run that has ended could refer to. */
function requestOf(
  { definition, parameters, payload }: StartOrder,
  { document, record }: Driven,
  caller: StartCaller,
  key: string,
): SubmitRequest | undefined {
  const meant = parseKey(definition);
  const source = meant === undefined ? undefined : getLanguage(document.language).makeStoredRun?.(meant, "");
  if (source === undefined) return undefined;
  const { definitions = [] } = record.submission;
  return {
    source,
    file: definition,
    submission: {
      parameters: Object.fromEntries(parameters.map(({ name, value }) => [name, value])),
      labels: { [parentLabel]: caller.runName },
      definitions: [{ source: document.source, file: document.file }, ...definitions],
      facts: { uid: makeRunUid("callback", key) },
      ...(payload === undefined ? {} : { payload }),
    },
  };
}

function parseKey(definition: string): DefinitionKey | undefined {
  const [kind, name] = definition.split("/", 2);
  const known = definitionKinds.find((one) => one === kind);
  return known === undefined || name === undefined || name === "" ? undefined : { kind: known, name };
}
