/** Secrets part from a submission before anything else happens to it: values to the store, seals to the engine. */
import type { SubmitRequest } from "../api/house.ts";
import { isJsonObject } from "../base/json.ts";
import { sealSecrets, type SecretTexts } from "../model/run/sealed-secret.ts";
import type { SecretStore } from "../ports/secret-store.ts";
import { findLanguage } from "./languages.ts";

export function takeRequestSecrets(request: SubmitRequest, store: SecretStore): SubmitRequest {
  const language = findLanguage(request.source, request.file);
  const taken: SecretTexts[] = [];
  const take = <T extends { readonly source: string; readonly file: string }>(text: T): T => {
    const parted = language.takeSecrets?.(text.source, text.file);
    if (parted === undefined) return text;
    taken.push(parted.secrets);
    return { ...text, source: parted.source };
  };
  const { definitions, facts } = request.submission;
  const document = take({ source: request.source, file: request.file });
  const others = definitions?.map(take);
  const secrets: SecretTexts = Object.assign({}, ...taken);
  for (const [name, texts] of Object.entries(secrets)) store.put(name, texts);
  const known = isJsonObject(facts?.["secrets"]) ? facts["secrets"] : {};
  const sealed = { ...known, ...sealSecrets(secrets) };
  return {
    ...request,
    ...document,
    submission: {
      ...request.submission,
      ...(others === undefined ? {} : { definitions: others }),
      facts: { ...facts, ...(Object.keys(sealed).length === 0 ? {} : { secrets: sealed }) },
    },
  };
}
