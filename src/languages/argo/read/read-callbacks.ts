/**
 * The annotation `millrace/callbacks`: what follows from the end of a run, as YAML or JSON text.
 * To Argo it is an annotation like any other, so the document stays a valid one. Its parts are Argo's own where Argo has
 * them: `http` is the HTTP template, `retryStrategy` and `workflowTemplateRef` are as elsewhere.
 */
import { findClosestName } from "../../../base/closest-name.ts";
import { parseGoDuration } from "../../../base/parse-go-duration.ts";
import type { Json } from "../../../base/json.ts";
import { decodeObject } from "./decode.ts";
import { getObjectType } from "./fields/field-types.ts";
import { findYamlValue } from "./load-any-yaml.ts";
import { createReadProblems } from "./read-problems.ts";
import type { HttpTemplate, IntOrText, TextMap } from "./types.ts";

export const callbacksAnnotation = "millrace/callbacks";

/** One member of the list. */
export interface CallbackSpec {
  readonly name?: string;
  /** Final states, as `workflow.status` has them; with `!` all others. Absent: every one. */
  readonly when?: readonly string[];
  readonly expression?: string;
  readonly http?: HttpTemplate;
  readonly workflow?: NextWorkflow;
  readonly retryStrategy?: CallbackRetry;
}

/** The workflow that begins next. */
export interface NextWorkflow {
  readonly workflowTemplateRef?: { readonly name?: string; readonly clusterScope?: boolean };
  readonly arguments?: {
    readonly parameters?: readonly { readonly name?: string; readonly value?: string }[];
  };
  readonly payload?: string;
}

export interface CallbackRetry {
  readonly limit?: IntOrText;
  readonly backoff?: {
    readonly duration?: string;
    readonly factor?: IntOrText;
    readonly cap?: string;
  };
}

/** What is wrong with the text, and which part of it to point at. */
export interface CallbackProblem {
  readonly message: string;
  readonly part?: string;
  readonly hint?: string;
}

export interface ReadCallbacks {
  readonly callbacks: readonly CallbackSpec[];
  readonly problems: readonly CallbackProblem[];
}

/** The states in which a workflow ends, and the engine's words for them. */
export const callbackStates = { Succeeded: "succeeded", Failed: "failed", Error: "errored" } as const;
export type CallbackState = keyof typeof callbackStates;

const stateNames = Object.keys(callbackStates);

/** Undefined when there is no such annotation. */
export function findCallbacks(annotations: TextMap | undefined): ReadCallbacks | undefined {
  const text = annotations?.[callbacksAnnotation];
  return text === undefined ? undefined : readCallbacks(text);
}

export function readCallbacks(text: string): ReadCallbacks {
  const value = findYamlValue(text);
  if (!Array.isArray(value)) {
    const found = value === undefined ? "it is not YAML" : "it is no list";
    return {
      callbacks: [],
      problems: [
        {
          message: `${found}`,
          hint: "write a list of callbacks, each with a name and with http or workflow",
        },
      ],
    };
  }
  const problems: CallbackProblem[] = [];
  const names = new Set<string>();
  const callbacks = (value as readonly Json[]).map((member, index) => {
    const callback = decodeCallback(member, index, problems);
    problems.push(...checkCallback(callback, index, names));
    return callback;
  });
  return { callbacks, problems };
}

function decodeCallback(member: Json, index: number, problems: CallbackProblem[]): CallbackSpec {
  const found = createReadProblems(true, 10_000);
  const decoded = decodeObject(getObjectType("Callback"), member, found);
  for (const { message, hint, path } of found.list) {
    const last = path.at(-1);
    problems.push({
      message: `number ${index + 1}: ${message}`,
      ...(typeof last === "string" ? { part: `${last}:` } : {}),
      ...(hint === undefined ? {} : { hint }),
    });
  }
  return (decoded ?? {}) as CallbackSpec;
}

function* checkCallback(spec: CallbackSpec, index: number, names: Set<string>): Generator<CallbackProblem> {
  const { name = "", http, workflow } = spec;
  const what = name === "" ? `number ${index + 1}` : `'${name}'`;
  const say = ({ message, ...more }: CallbackProblem): CallbackProblem => ({
    message: `${what} ${message}`,
    ...more,
  });
  if (name === "") yield say({ message: "has no name" });
  else if (names.has(name)) yield say({ message: "is there twice", part: name });
  else if (!/^[a-zA-Z0-9]([-\w.]{0,61}[a-zA-Z0-9])?$/u.test(name))
    yield say({ message: "is no name: use letters, digits and '-', 63 at most", part: name });
  names.add(name);
  if ((http === undefined) === (workflow === undefined))
    yield say({
      message: http === undefined ? "does nothing" : "has both http and workflow",
      hint: "give it either http, for a request, or workflow, for a run that follows",
    });
  for (const fault of [
    ...checkStates(spec.when ?? []),
    ...(http === undefined ? [] : checkHttp(http)),
    ...(workflow === undefined ? [] : checkNext(workflow)),
    ...checkRetry(spec.retryStrategy ?? {}),
  ])
    yield say(fault);
}

function* checkStates(states: readonly string[]): Generator<CallbackProblem> {
  for (const state of states) {
    const word = state.replace(/^!/u, "");
    if (stateNames.includes(word)) continue;
    const closest = findClosestName(word, stateNames);
    const hint = closest === undefined ? `states are ${stateNames.join(", ")}` : `did you mean ${closest}?`;
    yield { message: `waits for '${word}', which is no state in which a workflow ends`, part: state, hint };
  }
}

const longestTimeoutSeconds = 3600;

function* checkHttp({
  url = "",
  method = "",
  headers = [],
  timeoutSeconds,
}: HttpTemplate): Generator<CallbackProblem> {
  if (url === "") yield { message: "has no http.url", part: "http:" };
  else if (!url.includes("{{") && !/^https?:\/\/[^\s/?#]+(?:[/?#]\S*)?$/u.test(url))
    yield {
      message: `has a http.url that is no address: ${url}`,
      part: url,
      hint: "write https://HOST/PATH",
    };
  if (method !== "" && !method.includes("{{") && !/^[A-Za-z]+$/u.test(method))
    yield { message: `has a http.method that is none: ${method}`, part: method };
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > longestTimeoutSeconds))
    yield {
      message: `has a http.timeoutSeconds of ${timeoutSeconds}; it must be between 1 and ${longestTimeoutSeconds}`,
      part: "timeoutSeconds:",
    };
  for (const { name = "", value, valueFrom } of headers) {
    if (name === "" || (!name.includes("{{") && !/^[!#$%&'*+.^_`|~\w-]+$/u.test(name)))
      yield {
        message: `has a header without a proper name: '${name}'`,
        part: name === "" ? "headers:" : name,
      };
    if (value !== undefined && valueFrom !== undefined)
      yield { message: `has a header '${name}' with both value and valueFrom`, part: name };
    if (valueFrom !== undefined && valueFrom.secretKeyRef === undefined)
      yield { message: `has a header '${name}' whose valueFrom names no secretKeyRef`, part: name };
  }
}

function* checkNext({
  workflowTemplateRef,
  arguments: given,
  payload,
}: NextWorkflow): Generator<CallbackProblem> {
  if ((workflowTemplateRef?.name ?? "") === "")
    yield { message: "has no workflow.workflowTemplateRef.name", part: "workflow:" };
  const names = new Set<string>();
  for (const { name = "" } of given?.parameters ?? []) {
    if (name === "") yield { message: "gives a parameter without a name", part: "parameters:" };
    else if (names.has(name)) yield { message: `gives the parameter '${name}' twice`, part: name };
    else if (name === "payload" && payload !== undefined)
      yield { message: "gives the parameter 'payload' and a payload, which are the same", part: "payload:" };
    names.add(name);
  }
}

const mostTries = 1000;

function* checkRetry({ limit, backoff = {} }: CallbackRetry): Generator<CallbackProblem> {
  if (limit !== undefined && !isWholeNumber(limit, 0, mostTries))
    yield {
      message: `has a retryStrategy.limit that is no number up to ${mostTries}: ${limit}`,
      part: "limit:",
    };
  const { duration, factor, cap } = backoff;
  if (factor !== undefined && !isWholeNumber(factor, 1, 100))
    yield { message: `has a backoff.factor that is no number from 1 on: ${factor}`, part: "factor:" };
  for (const [field, text] of Object.entries({ duration, cap })) {
    if (text === undefined || (readCallbackMs(text) ?? -1) >= 0) continue;
    const hint = "write for example 30s, 5m or 1h30m";
    yield { message: `has a backoff.${field} that is no duration: ${text}`, part: `${field}:`, hint };
  }
}

function isWholeNumber(value: IntOrText, least: number, most: number): boolean {
  const number = typeof value === "number" ? value : /^\d+$/u.test(value.trim()) ? Number(value) : Number.NaN;
  return Number.isInteger(number) && number >= least && number <= most;
}

/** Whole seconds or a Go duration, in ms; undefined for anything else. */
export function readCallbackMs(text: string): number | undefined {
  if (/^\d+$/u.test(text.trim())) return Number(text) * 1000;
  const ns = parseGoDuration(text.trim());
  return ns === undefined ? undefined : Number(ns / 1_000_000n);
}
