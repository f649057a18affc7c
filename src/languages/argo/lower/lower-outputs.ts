/** Declared outputs of a template. A leaf's come from its attempt; those of steps and dag from expressions over children. */
import type { Output } from "../../../model/plan/plan.ts";
import type { Artifact, Parameter, Template } from "../read/types.ts";
import { lowerArtifactSource } from "./lower-artifacts.ts";
import { dialects, intern, lowerText } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

export function lowerOutputs(
  desk: Lowering,
  template: Template,
  isLeaf: boolean,
  place: Place,
): readonly Output[] {
  const { parameters = [], artifacts = [] } = template.outputs ?? {};
  const at = (field: string, index: number): Place => ({
    document: place.document,
    path: [...place.path, "outputs", field, index],
  });
  return [
    ...parameters.map((parameter) => lowerParameterOutput(desk, parameter)),
    ...artifacts.flatMap((artifact, index) =>
      lowerArtifactOutput(desk, artifact, isLeaf, at("artifacts", index)),
    ),
  ];
}

function lowerParameterOutput(desk: Lowering, parameter: Parameter): Output {
  const { name = "", valueFrom, globalName, value } = parameter;
  const fallback = valueFrom?.default;
  return {
    name,
    kind: "value",
    from: lowerParameterSource(desk, parameter, fallback !== undefined),
    ...(fallback === undefined
      ? valueFrom === undefined && value !== undefined
        ? { default: lowerText(desk, value) }
        : {}
      : { default: lowerText(desk, fallback) }),
    ...(globalName === undefined || globalName === "" ? {} : { publishedAs: lowerText(desk, globalName) }),
  };
}

function lowerParameterSource(desk: Lowering, parameter: Parameter, hasDefault: boolean): Output["from"] {
  const { valueFrom, value } = parameter;
  if (valueFrom?.supplied !== undefined) return { kind: "supplied" };
  if (valueFrom?.expression !== undefined && valueFrom.expression !== "") {
    const dialect = hasDefault ? dialects.optionalExpr : dialects.expr;
    return {
      kind: "expression",
      value: intern(desk, dialect, valueFrom.expression, "text"),
      optional: false,
    };
  }
  if (valueFrom?.parameter !== undefined && valueFrom.parameter !== "") {
    return {
      kind: "expression",
      value: intern(desk, dialects.ref, valueFrom.parameter, "text"),
      optional: false,
    };
  }
  if (valueFrom?.jsonPath !== undefined && valueFrom.jsonPath !== "") {
    const found = intern(desk, dialects.objectPath, valueFrom.jsonPath, "text");
    return { kind: "expression", value: found, optional: false };
  }
  if (valueFrom?.jqFilter !== undefined && valueFrom.jqFilter !== "") {
    const found = intern(desk, dialects.objectFilter, valueFrom.jqFilter, "text");
    return { kind: "expression", value: found, optional: false };
  }
  if (valueFrom === undefined && value !== undefined) {
    return { kind: "expression", value: intern(desk, dialects.text, value, "text"), optional: false };
  }
  return { kind: "attempt" };
}

function lowerArtifactOutput(
  desk: Lowering,
  artifact: Artifact,
  isLeaf: boolean,
  place: Place,
): readonly Output[] {
  const { globalName } = artifact;
  const rest =
    globalName === undefined || globalName === "" ? {} : { publishedAs: lowerText(desk, globalName) };
  const name = artifact.name ?? "";
  const isComputed = artifact.from !== undefined || artifact.fromExpression !== undefined;
  if (isLeaf && !isComputed) {
    if (artifact.path === undefined) return [];
    return [{ name, kind: "file", from: { kind: "attempt" }, ...rest }];
  }
  const source = lowerArtifactSource(desk, artifact, place);
  if (source === undefined) return [];
  const value =
    source.kind === "expression"
      ? source
      : intern(desk, dialects.text, source.kind === "text" ? source.text : "", "file");
  return [
    {
      name,
      kind: "file",
      from: { kind: "expression", value, optional: artifact.optional ?? false },
      ...rest,
    },
  ];
}
