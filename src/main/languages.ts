/** The languages that this Millrace reads. A new one is a folder below languages/ and one line here. */
import { MillraceError } from "../base/errors.ts";
import type { Language } from "../model/run/language.ts";
import { argo } from "../languages/argo/argo.ts";

const languages: readonly Language[] = [argo];

/** The language of a document; the first one when none recognises it, because its errors are the best there are. */
export function findLanguage(source: string, file: string): Language {
  return languages.find((language) => language.recognizes(source, file)) ?? (languages[0] as Language);
}

/** Whether some language takes the text for its own. */
export function isDocument(source: string, file: string): boolean {
  return languages.some((language) => language.recognizes(source, file));
}

/** By id, as the history has it. */
export function getLanguage(id: string): Language {
  const found = languages.find((language) => language.id === id);
  if (found !== undefined) return found;
  throw new MillraceError(
    "history/unknown-language",
    "invalid",
    `this Millrace does not know the language '${id}'`,
    {
      hint: "Use the version of Millrace that started the run.",
    },
  );
}
