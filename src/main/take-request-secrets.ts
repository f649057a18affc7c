/** Secrets part from a submission before anything else happens to it: values to the store, seals to the engine. */
import type { SubmitRequest } from "../api/house.ts";
import { isJsonObject } from "../base/json.ts";
import { sealSecrets, type SecretTexts } from "../model/run/sealed-secret.ts";
import type { SecretStore } from "../ports/secret-store.ts";
import { findLanguage } from "./languages.ts";

export function takeRequestSecrets(request: SubmitRequest, store: SecretStore): SubmitRequest {
  const language = findLanguage(request.source, request.file);
  const taken: SecretTexts[] = [];
  const take = ({ source, file }: { readonly source: string; readonly file: string }) => {
    const parted = language.takeSecrets?.(source, file);
    if (parted === undefined) return { source, file };
    taken.push(parted.secrets);
    return { source: parted.source, file };
  };
  const { definitions, facts } = request.submission;
  const document = take(request);
  const others = definitions?.map(take);
  const secrets: SecretTexts = Object.assign({}, ...taken);
  for (const [name, texts] of Object.entries(secrets)) store.put(name, texts);
  const known = isJsonObject(facts?.["secrets"]) ? facts["secrets"] : {};
  const sealed = { ...known, ...sealSecrets(secrets) };
  return {
    ...document,
    submission: {
      ...request.submission,
      ...(others === undefined ? {} : { definitions: others }),
      facts: { ...facts, ...(Object.keys(sealed).length === 0 ? {} : { secrets: sealed }) },
    },
  };
}
