/**
 * Environment variables of a container (Kubernetes core/v1, EnvVar and EnvFromSource). Of those with one name the last
 * counts, and `env` comes after `envFrom`.
 */
import type { Templated } from "../../../model/plan/expression.ts";
import type { AttemptCommand } from "../../../model/run/attempt.ts";
import type { Container, EnvVar, KeySelector, Template } from "../read/types.ts";
import { readPodField, readResourceField } from "./downward-fields.ts";
import { expandVariables, lowerParts } from "./lower-words.ts";
import type { EnvText } from "./lower-words.ts";
import { dialects, intern, lowerLiteral, report, settleText } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";
import {
  findKey,
  findObject,
  keepStored,
  reportMissingKey,
  reportMissingObject,
} from "./stored-references.ts";
import type { ObjectKind } from "./stored-references.ts";

type LoweredEnv = Templated<AttemptCommand["env"]>;

/** Variables of a container in order; `$(NAME)` of earlier ones is replaced. */
export function readEnvironment(
  desk: Lowering,
  container: Container,
  template: Template,
  place: Place,
): readonly EnvText[] {
  const read = [...readEnvFrom(desk, container, place)];
  for (const variable of container.env ?? [])
    read.push(...readVariable(desk, variable, read, { container, template, place }));
  const last = new Map(
    read.flatMap((variable, index) => ("name" in variable ? [[variable.name, index]] : [])),
  );
  return read.filter((variable, index) => !("name" in variable) || last.get(variable.name) === index);
}

/** Where only the run can tell how many there are, the list is computed as one. */
export function lowerEnvironment(desk: Lowering, variables: readonly EnvText[]): LoweredEnv {
  const known = variables.flatMap((variable) => ("name" in variable ? [variable] : []));
  if (known.length === variables.length)
    return known.map(({ name, word, secret }) => ({ name, value: lowerParts(desk, word), secret }));
  // A list may be computed as a whole, which the type of templated lists does not say.
  return intern(desk, dialects.variables, JSON.stringify(variables), "json") as unknown as LoweredEnv;
}

interface VariableOwner {
  readonly container: Container;
  readonly template: Template;
  readonly place: Place;
}

/** None for a variable that is not set. */
function readVariable(
  desk: Lowering,
  variable: EnvVar,
  earlier: readonly EnvText[],
  { container, template, place }: VariableOwner,
): readonly EnvText[] {
  const { name, valueFrom } = variable;
  if (name === undefined) return [];
  if (valueFrom === undefined)
    return [{ name, word: expandVariables(variable.value ?? "", earlier), secret: false }];
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = valueFrom;
  if (configMapKeyRef !== undefined) return readKey(desk, name, configMapKeyRef, "ConfigMap", place);
  if (secretKeyRef !== undefined) return readKey(desk, name, secretKeyRef, "Secret", place);
  if (fieldRef !== undefined)
    return [{ name, word: [readPodField(desk, template, fieldRef.fieldPath ?? "")], secret: false }];
  if (resourceFieldRef !== undefined)
    return [
      { name, word: [readResourceField(desk, template, container, resourceFieldRef, place)], secret: false },
    ];
  report(
    desk,
    "warning",
    "argo/unsupported-env-source",
    `environment variable ${name} has a source that is not supported; it is not set`,
    place,
  );
  return [];
}

function readKey(
  desk: Lowering,
  variable: string,
  { name: from = "", key: of = "", optional = false }: KeySelector,
  kind: ObjectKind,
  place: Place,
): readonly EnvText[] {
  const secret = kind === "Secret";
  const reference = { kind, name: settleText(desk, from), key: settleText(desk, of), optional };
  if (reference.name.includes("{{") || reference.key.includes("{{"))
    return [{ name: variable, word: [keepStored(desk, reference)], secret }];
  const value = findKey(desk, reference, kind);
  // What a cluster puts into the environment never passes through Argo's substitution.
  if (value !== undefined) return [{ name: variable, word: [lowerLiteral(value)], secret }];
  if (!optional) reportMissingKey(desk, reference, kind, place);
  return [];
}

function* readEnvFrom(desk: Lowering, container: Container, place: Place): Generator<EnvText> {
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    const kind = secretRef === undefined ? "ConfigMap" : "Secret";
    const { name: from = "", optional = false } = secretRef ?? configMapRef ?? {};
    const name = settleText(desk, from);
    if (name.includes("{{")) {
      yield { all: keepStored(desk, { kind, name, prefix, optional }) };
      continue;
    }
    const texts = findObject(desk, kind, name);
    if (texts === undefined && !optional) reportMissingObject(desk, kind, name, place);
    for (const [key, text] of texts ?? [])
      yield { name: prefix + key, word: [lowerLiteral(text)], secret: kind === "Secret" };
  }
}
