/**
 * Environment variables of a container, and the `$(NAME)` references to them in its command line
 * (Kubernetes core/v1, EnvVar and Container.command).
 */
import type { Expression, Templated } from "../../../model/plan/expression.ts";
import type { AttemptCommand } from "../../../model/run/attempt.ts";
import type { Container, EnvVar, KeySelector, Template } from "../read/types.ts";
import { readPodField, readResourceField } from "./downward-fields.ts";
import { dialects, intern, lowerLiteral, lowerText, report, settleText } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

type LoweredEnv = Templated<AttemptCommand["env"]>;

/** One variable before it becomes an expression: its value as text with tags. */
export interface EnvText {
  readonly name: string;
  readonly source: string;
  readonly secret: boolean;
  /** Set instead of the source when only the run can tell which key is meant. */
  readonly lookup?: Expression;
  /** Set instead of both for all keys of an object that only the run can tell; the name says nothing then. */
  readonly all?: {
    readonly kind: "ConfigMap" | "Secret";
    readonly object: string;
    readonly prefix: string;
    readonly optional: boolean;
  };
}

/** Variables of a container in order; `$(NAME)` of earlier ones is replaced. */
export function readEnvironment(
  desk: Lowering,
  container: Container,
  template: Template,
  place: Place,
): readonly EnvText[] {
  const byName = new Map<string, EnvText>();
  const add = (variable: EnvText): void => {
    // A computed `envFrom` counts over what stands before it, so what replaces a variable must not take its place.
    byName.delete(variable.name);
    byName.set(variable.name, variable);
  };
  for (const variable of readEnvFrom(desk, container, place)) add(variable);
  for (const variable of container.env ?? []) {
    const read = readVariable(desk, variable, byName, { container, template, place });
    if (read !== undefined) add(read);
  }
  return [...byName.values()];
}

export function lowerEnvironment(desk: Lowering, variables: readonly EnvText[]): LoweredEnv {
  if (variables.some(({ all }) => all !== undefined)) return lowerWithAll(desk, variables);
  return variables.map(({ name, source, secret, lookup }) => ({
    name,
    value: lookup ?? lowerText(desk, source),
    secret,
  }));
}

/** How many variables there are only the run can tell, so the list is computed as one. */
function lowerWithAll(desk: Lowering, variables: readonly EnvText[]): LoweredEnv {
  const parts = variables.map(({ name, source, secret, lookup, all }) => {
    if (all === undefined)
      return { name, secret, ...(lookup === undefined ? { text: source } : { lookup: lookup.source }) };
    needStored(desk, all.kind);
    return all;
  });
  // A list may be computed as a whole, which the type of templated lists does not say.
  return intern(desk, dialects.variables, JSON.stringify(parts), "json") as unknown as LoweredEnv;
}

/** A word of a command line, with `$(NAME)` replaced by the variable and `$$` by `$`. */
export function lowerWord(desk: Lowering, word: string, variables: readonly EnvText[]): string | Expression {
  return lowerText(
    desk,
    expandVariables(word, new Map(variables.map((variable) => [variable.name, variable]))),
  );
}

/** Kubernetes' third_party/forked/golang/expansion: unknown names stay as they are, `$$` is a plain `$`. */
function expandVariables(text: string, variables: ReadonlyMap<string, EnvText>): string {
  if (!text.includes("$")) return text;
  return text.replace(/\$\$|\$\(([^()]*)\)/gu, (whole, name: string | undefined) => {
    if (name === undefined) return "$";
    const variable = variables.get(name);
    const isKnown = variable !== undefined && variable.lookup === undefined && variable.all === undefined;
    return isKnown ? variable.source : whole;
  });
}

interface VariableOwner {
  readonly container: Container;
  readonly template: Template;
  readonly place: Place;
}

function readVariable(
  desk: Lowering,
  variable: EnvVar,
  earlier: ReadonlyMap<string, EnvText>,
  { container, template, place }: VariableOwner,
): EnvText | undefined {
  const { name, valueFrom } = variable;
  if (name === undefined) return undefined;
  if (valueFrom === undefined)
    return { name, source: expandVariables(variable.value ?? "", earlier), secret: false };
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = valueFrom;
  if (configMapKeyRef !== undefined) return readKey(desk, name, configMapKeyRef, "ConfigMap", place);
  if (secretKeyRef !== undefined) return readKey(desk, name, secretKeyRef, "Secret", place);
  if (fieldRef !== undefined)
    return { name, source: readPodField(desk, template, fieldRef.fieldPath ?? ""), secret: false };
  if (resourceFieldRef !== undefined)
    return { name, source: readResourceField(template, container, resourceFieldRef), secret: false };
  report(
    desk,
    "warning",
    "argo/unsupported-env-source",
    `environment variable ${name} has a source that is not supported; it is not set`,
    place,
  );
  return undefined;
}

function readKey(
  desk: Lowering,
  name: string,
  selector: KeySelector,
  kind: "ConfigMap" | "Secret",
  place: Place,
): EnvText | undefined {
  const secret = kind === "Secret";
  const object = settleText(desk, selector.name ?? "");
  const key = settleText(desk, selector.key ?? "");
  const settled = { ...selector, name: object, key };
  if (object.includes("{{") || key.includes("{{"))
    return { name, source: "", secret, lookup: lowerLookup(desk, settled, kind) };
  const value = findKey(desk, settled, kind);
  // What a cluster puts into the environment never passes through Argo's substitution.
  if (value !== undefined) return { name, source: lowerLiteral(value), secret };
  if (selector.optional !== true) reportMissingKey(desk, settled, kind, place);
  return undefined;
}

/** A key whose name, or whose object's name, is known only when the attempt starts. Files may be bytes. */
export function lowerLookup(
  desk: Lowering,
  selector: KeySelector,
  kind: "ConfigMap" | "Secret",
  isFile = false,
): Expression {
  needStored(desk, kind);
  const { name = "", key = "", optional = false } = selector;
  const file = isFile ? { file: true } : {};
  return intern(desk, dialects.stored, JSON.stringify({ kind, name, key, optional, ...file }), "text");
}

/** The run keeps what is looked up while it goes on. */
export function needStored(desk: Lowering, kind: "ConfigMap" | "Secret"): void {
  if (kind === "Secret") desk.needsSecrets = true;
  else desk.needsConfigMaps = true;
}

/** Value of a key of a ConfigMap or a Secret that came with the submission. */
export function findKey(
  desk: Lowering,
  selector: KeySelector,
  kind: "ConfigMap" | "Secret",
): string | undefined {
  const objects = kind === "Secret" ? desk.around.secrets : desk.around.configMaps;
  return objects.get(selector.name ?? "")?.get(selector.key ?? "");
}

/** Says that a key is not there, and what to do. */
export function reportMissingKey(
  desk: Lowering,
  selector: KeySelector,
  kind: "ConfigMap" | "Secret",
  place: Place,
): void {
  const { name = "", key = "" } = selector;
  const objects = kind === "Secret" ? desk.around.secrets : desk.around.configMaps;
  const message = objects.has(name)
    ? `${kind} ${name} has no key ${JSON.stringify(key)}`
    : `${kind} ${name} is not stored`;
  report(
    desk,
    "error",
    kind === "Secret" ? "argo/unknown-secret" : "argo/unknown-config-map",
    message,
    place,
    `store a ${kind} named ${JSON.stringify(name)} with the key ${JSON.stringify(key)}`,
  );
}

/** Says that a whole ConfigMap or Secret is not there. */
export function describeMissing(kind: "ConfigMap" | "Secret", name: string): string {
  return name.includes("{{")
    ? `the name ${name} of a ${kind} must be known before the run`
    : `${kind} ${name} is not stored`;
}

export function hintMissing(kind: "ConfigMap" | "Secret", name: string): string {
  return name.includes("{{")
    ? "only workflow parameters with a plain value can be used here"
    : `store a ${kind} named ${JSON.stringify(name)}`;
}

function* readEnvFrom(desk: Lowering, container: Container, place: Place): Generator<EnvText> {
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    const secret = secretRef !== undefined;
    const reference = secretRef ?? configMapRef;
    const object = settleText(desk, reference?.name ?? "");
    if (object.includes("{{")) {
      const kind = secret ? "Secret" : "ConfigMap";
      const all = { kind, object, prefix, optional: reference?.optional === true } as const;
      // A name that no variable has keeps it apart from the others.
      yield { name: `=${kind}/${object}/${prefix}`, source: "", secret, all };
      continue;
    }
    const values = (secret ? desk.around.secrets : desk.around.configMaps).get(object);
    if (values === undefined) {
      if (reference?.optional !== true) {
        const kind = secret ? "Secret" : "ConfigMap";
        report(
          desk,
          "error",
          secret ? "argo/unknown-secret" : "argo/unknown-config-map",
          describeMissing(kind, object),
          place,
          hintMissing(kind, object),
        );
      }
      continue;
    }
    for (const [key, source] of values) yield { name: prefix + key, source: lowerLiteral(source), secret };
  }
}
