/** Words and variables of a container that are known only when the attempt starts (lower/lower-words.ts). */
import type { Json } from "../../../base/json.ts";
import type { Evaluated } from "../../../model/run/scope.ts";
import type { EnvText, SoughtVariable, Word } from "../lower/lower-words.ts";
import type { Reading } from "./names.ts";
import { renderText } from "./render.ts";
import type { Compiler, Rendered } from "./render.ts";
import { findMember, readKey, readObject } from "./stored-objects.ts";

/** The text of a word. What lies in ConfigMaps and Secrets is not looked through for tags or variables. */
export function evaluateWord(reading: Reading, source: string, compiler: Compiler): Evaluated {
  const word = readWord(reading, JSON.parse(source) as Word, compiler);
  return word.ok ? { ok: true, value: word.text } : word;
}

/** The variables of a container in order; of those with one name the last counts (Kubernetes core/v1, EnvFromSource). */
export function evaluateVariables(reading: Reading, source: string, compiler: Compiler): Evaluated {
  const found = new Map<string, Json>();
  const add = (name: string, value: Json, secret: boolean): void => {
    found.delete(name);
    found.set(name, { name, value, secret });
  };
  for (const variable of JSON.parse(source) as readonly EnvText[]) {
    if ("all" in variable) {
      const { kind, prefix } = variable.all;
      const object = readObject(reading, variable.all, compiler);
      if (!object.ok) return object;
      for (const [key, value] of Object.entries(object.texts)) add(prefix + key, value, kind === "Secret");
      continue;
    }
    const value = readWord(reading, variable.word, compiler);
    if (!value.ok) return value;
    add(variable.name, value.text, variable.secret);
  }
  return { ok: true, value: [...found.values()] };
}

function readWord(reading: Reading, word: Word, compiler: Compiler): Rendered {
  let text = "";
  for (const part of word) {
    const read =
      typeof part === "string"
        ? renderText(part, reading, compiler)
        : "variable" in part
          ? seekVariable(reading, part, compiler)
          : readKey(reading, part, compiler);
    if (!read.ok) return read;
    text += read.text;
  }
  return { ok: true, text };
}

function seekVariable(reading: Reading, sought: SoughtVariable, compiler: Compiler): Rendered {
  for (const reference of sought.objects) {
    const object = readObject(reading, reference, compiler);
    if (!object.ok) return object;
    const text = findMember(object.texts, sought.variable.slice(reference.prefix.length));
    if (text !== undefined) return { ok: true, text };
  }
  return readWord(reading, sought.otherwise, compiler);
}
