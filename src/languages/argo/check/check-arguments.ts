/**
 * Arguments of a workflow, step, task or hook, and whether they meet the inputs of what is called
 * (Argo validate.go, validateArguments; workflow/common, ProcessArgs).
 */
import type { Arguments, Artifact, Parameter, Template } from "../read/types.ts";
import { hasLocationOrKey } from "./check-artifact.ts";
import { descend, reportError, reportWarning } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import { checkNames, findParameterNameFault } from "./name-rules.ts";
import { hasTag, isKnown } from "./present.ts";

const noParameters: readonly Parameter[] = [];
const noArtifacts: readonly Artifact[] = [];

const argumentParameters = ["arguments", "parameters"];
const argumentArtifacts = ["arguments", "artifacts"];

/** Checks names and values of arguments. `site` stands at what has them; `prefix` ends in `arguments.`. */
export function checkArguments(
  checker: Checker,
  site: Site,
  args: Arguments,
  prefix: string,
  allowEmpty: boolean,
): void {
  const { parameters, artifacts } = args;
  if (parameters !== undefined) {
    checkNames(checker, site, argumentParameters, parameters, `${prefix}parameters`, findParameterNameFault);
    parameters.forEach((parameter, index) => {
      if (isPlain(parameter)) return;
      checkArgumentValue(checker, descend(site, ...argumentParameters, index), parameter, prefix, allowEmpty);
    });
  }
  if (artifacts !== undefined) {
    checkNames(checker, site, argumentArtifacts, artifacts, `${prefix}artifacts`, findParameterNameFault);
    artifacts.forEach((artifact, index) => {
      checkArtifactSource(checker, descend(site, ...argumentArtifacts, index), artifact, prefix);
    });
  }
}

/** True for a name and a value, about which there is nothing to say. */
function isPlain(parameter: Parameter): boolean {
  return parameter.value !== undefined && parameter.valueFrom === undefined && parameter.enum === undefined;
}

function checkArgumentValue(
  checker: Checker,
  site: Site,
  parameter: Parameter,
  prefix: string,
  allowEmpty: boolean,
): void {
  const name = prefix + (parameter.name ?? "");
  const { value, valueFrom } = parameter;
  if (value === undefined && valueFrom === undefined && !allowEmpty) {
    const hint =
      prefix === "spec.arguments."
        ? `give it a value, or pass one with -p ${parameter.name ?? "NAME"}=...`
        : undefined;
    const text = `${name}.value or ${name}.valueFrom is required`;
    reportError(checker, "argo/missing-value", site, text, [], hint);
  }
  if (valueFrom !== undefined) {
    const fits =
      valueFrom.configMapKeyRef !== undefined || isKnown(valueFrom.event) || valueFrom.supplied !== undefined;
    const { path, jsonPath, parameter: reference, expression } = valueFrom;
    if (!fits || [path, jsonPath, reference, expression].some(isKnown)) {
      const text = `${name}.valueFrom only allows: default, configMapKeyRef and supplied`;
      reportError(checker, "argo/missing-value", site, text, ["valueFrom"]);
    }
  }
  if (parameter.enum !== undefined) checkEnum(checker, site, parameter, name, allowEmpty);
}

function checkEnum(
  checker: Checker,
  site: Site,
  parameter: Parameter,
  name: string,
  allowEmpty: boolean,
): void {
  const { enum: allowed = [], value } = parameter;
  if (allowed.length === 0) {
    reportError(checker, "argo/enum", site, `${name}.enum should contain at least one value`, ["enum"]);
  } else if (value === undefined) {
    if (!allowEmpty) reportError(checker, "argo/enum", site, `${name}.value is required`);
  } else if (!allowed.includes(value)) {
    const text = `${name}.value should be present in ${name}.enum list`;
    reportError(checker, "argo/enum", site, text, ["value"], `allowed values are ${allowed.join(", ")}`);
  }
}

function checkArtifactSource(checker: Checker, site: Site, artifact: Artifact, prefix: string): void {
  const name = prefix + (artifact.name ?? "");
  const { from, fromExpression } = artifact;
  if (!isKnown(from) && !isKnown(fromExpression) && !hasLocationOrKey(artifact)) {
    reportError(
      checker,
      "argo/artifact-location",
      site,
      `${name}.from, artifact location, or key is required`,
    );
  }
  if (isKnown(from) && isKnown(fromExpression)) {
    const text = `${name} shouldn't have both \`from\` and \`fromExpression\` in Artifact`;
    reportError(checker, "argo/ambiguous-source", site, text);
  }
}

/** Checks that every input of a template gets a value. `args` of undefined means: unknown, everything comes. */
export function checkInputsSupplied(checker: Checker, site: Site, template: Template, args: Arguments): void {
  const name = template.name ?? "";
  for (const input of template.inputs?.parameters ?? noParameters) {
    const argument = findNamed(args.parameters, input.name);
    if (argument?.value !== undefined) checkInputEnum(checker, site, input, argument.value, name);
    else if (input.default === undefined && input.value === undefined && !hasOtherSource(argument ?? input)) {
      const text = `templates.${name} inputs.parameters.${input.name ?? ""} was not supplied`;
      reportError(checker, "argo/missing-argument", site, text);
    }
  }
  for (const input of template.inputs?.artifacts ?? noArtifacts) {
    if (input.optional === true || hasLocationOrKey(input)) continue;
    if (findNamed(args.artifacts, input.name) !== undefined) continue;
    const text = `templates.${name} inputs.artifacts.${input.name ?? ""} was not supplied`;
    reportError(checker, "argo/missing-argument", site, text);
  }
}

/** The first member of that name. */
function findNamed<T extends { readonly name?: string }>(
  list: readonly T[] | undefined,
  name: string | undefined,
): T | undefined {
  if (list !== undefined) for (const member of list) if (member.name === name) return member;
  return undefined;
}

function hasOtherSource(parameter: Parameter): boolean {
  const source = parameter.valueFrom;
  return source?.configMapKeyRef !== undefined || source?.supplied !== undefined || isKnown(source?.event);
}

function checkInputEnum(
  checker: Checker,
  site: Site,
  input: Parameter,
  value: string,
  template: string,
): void {
  if (input.enum === undefined || input.enum.length === 0 || hasTag(value) || input.enum.includes(value))
    return;
  const text = `templates.${template} inputs.parameters.${input.name ?? ""} gets '${value}', which is not in its enum list`;
  reportWarning(checker, "argo/enum", site, text, [], `allowed values are ${input.enum.join(", ")}`);
}
