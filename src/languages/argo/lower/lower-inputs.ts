/** Declared inputs of a template, and the arguments that callers pass to them. */
import type { Expression } from "../../../model/plan/expression.ts";
import type { Argument, FileValue, Port } from "../../../model/plan/plan.ts";
import type { Arguments, Artifact, Parameter, Template } from "../read/types.ts";
import { lowerArtifactSource } from "./lower-artifacts.ts";
import { dialects, intern, lowerText } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";
import { findKey, reportMissingKey } from "./stored-references.ts";

/**
 * Ports of a template: an input's `value` or `default` is what it has when the caller passes nothing. Its `enum` only
 * tells people what to choose from: Argo holds the arguments of a workflow against theirs, and those of calls not
 * (Argo, validateArgumentsValues and ProcessArgs).
 */
export function lowerPorts(desk: Lowering, template: Template, place: Place): readonly Port[] {
  const at = (field: string, index: number): Place => ({
    document: place.document,
    path: [...place.path, "inputs", field, index],
  });
  const parameters = (template.inputs?.parameters ?? []).map((parameter, index): Port => {
    const usual = lowerUsual(desk, parameter, at("parameters", index));
    return {
      name: parameter.name ?? "",
      kind: "value",
      ...(usual === undefined ? {} : { default: usual }),
      optional: false,
    };
  });
  const artifacts = (template.inputs?.artifacts ?? []).map((artifact, index): Port => {
    const source = lowerArtifactSource(desk, artifact, at("artifacts", index), template.archiveLocation);
    return {
      name: artifact.name ?? "",
      kind: "file",
      ...(source === undefined ? {} : { default: source }),
      optional: artifact.optional ?? false,
    };
  });
  return [...parameters, ...artifacts];
}

/**
 * What an input has when the caller passes nothing: what a ConfigMap holds, or else its value, or else its default
 * (Argo, ProcessArgs). A key that is not there (yet), or whose name has tags, is looked up when it is needed, because a
 * caller may pass a value instead.
 */
function lowerUsual(desk: Lowering, parameter: Parameter, place: Place): string | Expression | undefined {
  const selector = parameter.valueFrom?.configMapKeyRef;
  if (selector === undefined) {
    const text = readParameterText(desk, parameter, place);
    return text === undefined ? undefined : lowerText(desk, text);
  }
  const found = findKey(desk, selector, "ConfigMap");
  if (found !== undefined) return lowerText(desk, found);
  desk.needsConfigMaps = true;
  const fallback = parameter.valueFrom?.default ?? parameter.default;
  const lookup = { ...selector, ...(fallback === undefined ? {} : { default: fallback }) };
  return intern(desk, dialects.configMap, JSON.stringify(lookup), "text");
}

/** Text of a parameter: its value, its default, or what a ConfigMap holds. Undefined when it has none. */
export function readParameterText(desk: Lowering, parameter: Parameter, place: Place): string | undefined {
  const { value, valueFrom } = parameter;
  const selector = valueFrom?.configMapKeyRef;
  if (value === undefined && selector !== undefined) {
    const found = findKey(desk, selector, "ConfigMap");
    if (found !== undefined) return found;
    const fallback = valueFrom?.default ?? parameter.default;
    if (fallback !== undefined) return fallback;
    if (selector.optional !== true) reportMissingKey(desk, selector, "ConfigMap", place);
    return undefined;
  }
  return value ?? parameter.default ?? valueFrom?.default;
}

/** One tag and nothing else: an absent source may then be covered by the callee's default (Argo, absent optional outputs). */
const pureReference = /^\s*\{\{(?!=)[^{}]+\}\}\s*$/u;

/** Names of the parameters of a template that have a value of their own. */
function findDefaultedPorts(desk: Lowering, template: Template | undefined): ReadonlySet<string> | undefined {
  if (template === undefined) return undefined;
  const known = desk.defaultedPorts.get(template);
  if (known !== undefined) return known;
  const names = (template.inputs?.parameters ?? []).flatMap((parameter) =>
    parameter.value === undefined && parameter.default === undefined && parameter.valueFrom === undefined
      ? []
      : [parameter.name ?? ""],
  );
  const set = new Set(names);
  desk.defaultedPorts.set(template, set);
  return set;
}

/** Arguments of a call. `callee` is undefined when it is only known at run time. */
export function lowerArguments(
  desk: Lowering,
  given: Arguments | undefined,
  callee: Template | undefined,
  place: Place,
): readonly Argument[] {
  if (given === undefined) return noArguments;
  const defaulted = findDefaultedPorts(desk, callee);
  const list: Argument[] = [];
  given.parameters?.forEach((parameter, index) => {
    const argument = lowerParameter(desk, parameter, defaulted, place, index);
    if (argument !== undefined) list.push(argument);
  });
  given.artifacts?.forEach((artifact, index) => {
    const argument = lowerArtifact(desk, artifact, place, index);
    if (argument !== undefined) list.push(argument);
  });
  return list;
}

const noArguments: readonly Argument[] = [];

function lowerParameter(
  desk: Lowering,
  parameter: Parameter,
  defaulted: ReadonlySet<string> | undefined,
  place: Place,
  index: number,
): Argument | undefined {
  const port = parameter.name ?? "";
  const expression = parameter.valueFrom?.expression;
  if (parameter.value === undefined && expression !== undefined) {
    return { port, kind: "value", value: intern(desk, dialects.expr, expression, "text"), optional: false };
  }
  const text =
    parameter.value ??
    readParameterText(desk, parameter, {
      document: place.document,
      path: [...place.path, "parameters", index],
    });
  if (text === undefined) return undefined;
  if (!text.includes("{{")) return { port, kind: "value", value: text, optional: false };
  const optional = (defaulted === undefined || defaulted.has(port)) && pureReference.test(text);
  const value = optional ? intern(desk, dialects.optionalText, text, "text") : lowerText(desk, text);
  return { port, kind: "value", value, optional };
}

/** A file that is not there is a matter of the port: it may be optional, or have a source of its own. */
function lowerArtifact(
  desk: Lowering,
  artifact: Artifact,
  place: Place,
  index: number,
): Argument | undefined {
  const at = { document: place.document, path: [...place.path, "artifacts", index] };
  const value: FileValue | Expression | undefined = lowerArtifactSource(desk, artifact, at);
  return value === undefined ? undefined : { port: artifact.name ?? "", kind: "file", value, optional: true };
}
