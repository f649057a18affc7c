/**
 * Words of a command line, values of variables and paths that name variables of their container as `$(NAME)`
 * (Kubernetes core/v1, EnvVar and Container.command). What a variable is may be known only when the attempt starts; then
 * the word stays in parts until then (evaluate/evaluate-words.ts).
 */
import type { Expression } from "../../../model/plan/expression.ts";
import { dialects, intern, lowerText } from "./lowering.ts";
import type { Lowering } from "./lowering.ts";
import type { StoredKey, StoredObject } from "./stored-references.ts";

/** Parts in order: texts with tags, keys that are looked up, and variables that whole objects may bring. */
export type Word = readonly (string | StoredKey | SoughtVariable)[];

/** All keys of an object as variables, with a prefix before their names. */
export interface VariableObject extends StoredObject {
  readonly prefix: string;
}

/** The variable of the first object that has it, else what it is without them. */
export interface SoughtVariable {
  readonly variable: string;
  readonly objects: readonly VariableObject[];
  readonly otherwise: Word;
}

/** A variable of a container; or all those of an object whose name is known only when the attempt starts. */
export type EnvText =
  { readonly name: string; readonly word: Word; readonly secret: boolean } | { readonly all: VariableObject };

/** A word with `$(NAME)` replaced by the variable and `$$` by `$`. */
export function lowerWord(desk: Lowering, text: string, variables: readonly EnvText[]): string | Expression {
  return lowerParts(desk, expandVariables(text, variables));
}

export function lowerParts(desk: Lowering, word: Word): string | Expression {
  const texts = word.filter((part) => typeof part === "string");
  return texts.length === word.length
    ? lowerText(desk, texts.join(""))
    : intern(desk, dialects.word, JSON.stringify(word), "text");
}

/** Kubernetes' third_party/forked/golang/expansion: unknown names stay as they are, `$$` is a plain `$`. */
export function expandVariables(text: string, variables: readonly EnvText[]): Word {
  if (!text.includes("$")) return [text];
  const parts: Word[number][] = [];
  let end = 0;
  for (const { 0: whole, 1: name, index } of text.matchAll(/\$\$|\$\(([^()]*)\)/gu)) {
    parts.push(
      text.slice(end, index),
      ...(name === undefined ? ["$"] : findVariable(name, whole, variables)),
    );
    end = index + whole.length;
  }
  return joinTexts([...parts, text.slice(end)]);
}

/** The last one counts; objects whose keys are not known yet may have it, if they come after all that are known to. */
function findVariable(name: string, whole: string, variables: readonly EnvText[]): Word {
  const at = variables.findLastIndex((variable) => "name" in variable && variable.name === name);
  const found = variables[at];
  const otherwise = found !== undefined && "word" in found ? found.word : [whole];
  const objects = variables
    .slice(at + 1)
    .flatMap((variable) => ("all" in variable && name.startsWith(variable.all.prefix) ? [variable.all] : []))
    .reverse();
  return objects.length === 0 ? otherwise : [{ variable: name, objects, otherwise }];
}

/** Texts that stand side by side may be one tag together. */
function joinTexts(parts: Word): Word {
  const joined: Word[number][] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === "string" && typeof last === "string") joined[joined.length - 1] = last + part;
    else if (part !== "") joined.push(part);
  }
  return joined;
}
