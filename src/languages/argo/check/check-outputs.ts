/** Outputs of a template (Argo validate.go, validateOutputs and validateOutputParameter). */
import { parseJq } from "../../../expressions/jq/jq.ts";
import type { Artifact, Outputs, Parameter, Template, ValueFrom } from "../read/types.ts";
import { checkArtifactPath, escapesDirectory } from "./check-artifact.ts";
import { checkExpressionField } from "./check-expression.ts";
import { checkTags } from "./check-tags.ts";
import { descend, reportError } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import { checkNames, findParameterNameFault } from "./name-rules.ts";
import { hasTag, isKnown } from "./present.ts";
import type { Scope } from "./scope-types.ts";
import { isLeafType } from "./template-type.ts";
import type { TemplateType } from "./template-type.ts";

export function checkOutputs(
  checker: Checker,
  site: Site,
  template: Template,
  scope: Scope,
  type: TemplateType,
): void {
  const outputs: Outputs | undefined = template.outputs;
  if (outputs === undefined) return;
  const name = template.name ?? "";
  const { parameters = [], artifacts = [] } = outputs;
  const prefix = `templates.${name}.outputs`;
  const parameterSite = descend(site, "outputs", "parameters");
  const artifactSite = descend(site, "outputs", "artifacts");
  checkNames(checker, parameterSite, [], parameters, `${prefix}.parameters `, findParameterNameFault);
  checkNames(checker, artifactSite, [], artifacts, `${prefix}.artifacts `, findParameterNameFault);
  // The tags of leaf templates are checked with the whole template.
  if (type === "Steps" || type === "DAG") {
    checkTags(checker, site, scope, { value: outputs, below: ["outputs"], prefix });
  }
  for (const [index, artifact] of artifacts.entries()) {
    checkOutputArtifact(checker, descend(artifactSite, index), artifact, name, type);
  }
  for (const [index, parameter] of parameters.entries()) {
    checkOutputParameter(checker, descend(parameterSite, index), parameter, name, type);
  }
}

function checkOutputArtifact(
  checker: Checker,
  site: Site,
  artifact: Artifact,
  template: string,
  type: TemplateType,
): void {
  const reference = `outputs.artifacts.${artifact.name ?? ""}`;
  if (isLeafType(type)) checkArtifactPath(checker, site, artifact, template, reference);
  else if (isKnown(artifact.path)) {
    const text = `templates.${template}.${reference}.path only valid in container/script templates`;
    reportError(checker, "argo/artifact-path", site, text, ["path"]);
  }
  const place = `templates.${template}.${reference}`;
  checkExpressionField(checker, site, artifact.fromExpression, `${place}.fromExpression`, ["fromExpression"]);
  checkGlobalName(checker, site, artifact.globalName, place);
}

function checkGlobalName(checker: Checker, site: Site, globalName: string | undefined, place: string): void {
  if (!isKnown(globalName) || hasTag(globalName)) return;
  const fault = findParameterNameFault(globalName);
  if (fault === undefined) return;
  reportError(checker, "argo/bad-name", site, `${place}.globalName: ${fault}`, ["globalName"]);
}

function checkOutputParameter(
  checker: Checker,
  site: Site,
  parameter: Parameter,
  template: string,
  type: TemplateType,
): void {
  const place = `templates.${template}.outputs.parameters.${parameter.name ?? ""}`;
  const { value, valueFrom } = parameter;
  const report = (text: string): void => reportError(checker, "argo/bad-output", site, text, ["valueFrom"]);
  if (value !== undefined && valueFrom !== undefined)
    report(`${place} has both valueFrom and value specified, choose one`);
  else if (valueFrom === undefined) {
    if (value === undefined) report(`${place} does not have valueFrom or value specified`);
  } else checkSources(valueFrom, report);
  if (valueFrom !== undefined) {
    checkSourceFitsType(valueFrom, place, type, report);
    const below = ["valueFrom", "expression"];
    checkExpressionField(checker, site, valueFrom.expression, `${place}.valueFrom.expression`, below);
    if (type === "Resource") checkFilter(checker, site, valueFrom.jqFilter, place);
    if (isKnown(valueFrom.path) && escapesDirectory(valueFrom.path)) {
      const text = `${place} attempted to use a path containing '..'. Directory traversal is not permitted`;
      reportError(checker, "argo/path-escapes", site, text, ["valueFrom", "path"]);
    }
  }
  checkGlobalName(checker, site, parameter.globalName, place);
}

/** Argo finds a fault in a filter only when it runs it. */
function checkFilter(checker: Checker, site: Site, filter: string | undefined, place: string): void {
  if (!isKnown(filter) || hasTag(filter)) return;
  const parsed = parseJq(filter);
  if (parsed.ok) return;
  const { message, offset } = parsed.error;
  const text = `${place}.valueFrom.jqFilter cannot be read at character ${offset + 1}: ${message}`;
  const part = /^\S*/u.exec(filter.slice(offset))?.[0];
  reportError(checker, "argo/bad-expression", site, text, ["valueFrom", "jqFilter"], undefined, part);
}

function checkSources(valueFrom: ValueFrom, report: (text: string) => void): void {
  const { path, jqFilter, jsonPath, parameter, expression, supplied } = valueFrom;
  const known = [path, jqFilter, jsonPath, parameter, expression].filter(isKnown).length;
  const count = known + (supplied === undefined ? 0 : 1);
  const choice = "choose one of: path, jqFilter, jsonPath, parameter, raw";
  if (count === 0) report(`valueFrom type unspecified. ${choice}, expression`);
  else if (count > 1) report(`multiple valueFrom types specified. ${choice}`);
}

function checkSourceFitsType(
  valueFrom: ValueFrom,
  place: string,
  type: TemplateType,
  report: (text: string) => void,
): void {
  const { path, jqFilter, jsonPath, parameter, expression } = valueFrom;
  if (type === "Container" || type === "ContainerSet" || type === "Script") {
    if (!isKnown(path)) report(`${place}.path must be specified for ${type} templates`);
  } else if (type === "Resource") {
    if (!isKnown(jqFilter) && !isKnown(jsonPath)) {
      report(`${place} .jqFilter or jsonPath must be specified for ${type} templates`);
    }
  } else if (type === "DAG" || type === "Steps") {
    if (!isKnown(parameter) && !isKnown(expression)) {
      report(`${place}.parameter or expression must be specified for ${type} templates`);
    } else if (isKnown(parameter) && isKnown(expression)) {
      report(
        `${place} shouldn't have both \`from\` and \`expression\` specified in \`ValueFrom\` for ${type} templates`,
      );
    }
  }
}
