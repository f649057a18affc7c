/** From a file to stored definitions: check it, take it apart, part secret values from it, and put all of it at once. */
import type { StoreAnswer, StoreRequest } from "../api/definitions.ts";
import { MillraceError } from "../base/errors.ts";
import type { Diagnostic } from "../base/diagnostic.ts";
import { definitionKinds, describeDefinition } from "../model/run/definition.ts";
import type { DefinitionKind } from "../model/run/definition.ts";
import type { CronOverrides, Language, ListedObject } from "../model/run/language.ts";
import { openSeals, sealSecrets } from "../model/run/sealed-secret.ts";
import type { SecretTexts } from "../model/run/sealed-secret.ts";
import type { DefinitionDraft, DefinitionStore } from "../ports/definition-store.ts";
import type { SecretStore } from "../ports/secret-store.ts";
import { drawDefinition } from "./draw-definition.ts";
import { fetchDefinitions } from "./fetch-definitions.ts";
import { findLanguage } from "./languages.ts";
import { makeSuffix, makeUuid } from "./random-id.ts";
import { systemClock } from "./system-clock.ts";

export async function storeDefinitions(
  request: StoreRequest,
  store: DefinitionStore,
  secretStore: SecretStore,
): Promise<StoreAnswer> {
  const language = findLanguage(request.source, request.file);
  const { file, strict, overrides } = request;
  const given =
    overrides === undefined
      ? request.source
      : (language.adjustCron?.(request.source, makeUpName(overrides)) ?? request.source);
  const { source, secrets } = language.takeSecrets?.(given, file) ?? { source: given, secrets: {} };
  const { definitions } = await fetchDefinitions(language, [source], {}, store, true);
  const diagnostics = language.lint(source, file, { strict, definitions });
  if (diagnostics.some(({ severity }) => severity === "error")) return { ok: false, diagnostics };
  const { wanted, others } = chooseObjects(language, source, request.kinds);
  if (wanted.length === 0) throw nothingToStore(request, others);
  const drafts = await makeDrafts(wanted, request, store, secrets);
  const hasSecrets = drafts.some(({ kind }) => kind === "Secret");
  if (hasSecrets) secretStore.checkKey();
  const answers = await store.put(drafts, systemClock.now());
  // After the definitions: a refused one must leave the values of the one that is there alone.
  const changed = new Set<string>();
  for (const { kind, name } of drafts)
    if (kind === "Secret" && secretStore.put(name, openTexts(secrets[name] ?? {}, secretStore)))
      changed.add(name);
  return {
    ok: true,
    stored: answers.map(({ change, definition }) => ({
      // The text of a Secret stays the same when only its values are others.
      change:
        change === "unchanged" && definition.kind === "Secret" && changed.has(definition.name)
          ? "updated"
          : change,
      definition: drawDefinition(definition),
    })),
    leftAlone: others.map(({ kind }) => kind),
    warnings: keepWarnings(diagnostics, request.kinds),
  };
}

/** Who changes a part of a stored Secret hands back seals for the rest. */
function openTexts(
  texts: Readonly<Record<string, string>>,
  store: SecretStore,
): Readonly<Record<string, string>> {
  const find = (name: string, key: string): string => store.find(name, key) ?? "";
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, openSeals(text, find)]));
}

function makeUpName({ namePrefix, ...overrides }: CronOverrides): CronOverrides {
  return namePrefix === undefined ? overrides : { name: `${namePrefix}${makeSuffix()}`, ...overrides };
}

function keepWarnings(diagnostics: readonly Diagnostic[], kinds: readonly DefinitionKind[]) {
  // A file with nothing but ConfigMaps is no Argo document, and need not be one.
  const isStranger = (code: string): boolean => code === "argo/no-document" && kinds.includes("ConfigMap");
  return diagnostics.filter(({ code }) => !isStranger(code));
}

interface Chosen {
  readonly wanted: readonly (ListedObject & { readonly kind: DefinitionKind })[];
  readonly others: readonly ListedObject[];
}

function chooseObjects(language: Language, source: string, kinds: readonly DefinitionKind[]): Chosen {
  const objects = language.listObjects?.(source) ?? [];
  const wanted = objects.flatMap((object) => {
    const kind = definitionKinds.find((one) => one === object.kind);
    return kind === undefined || !kinds.includes(kind) ? [] : [{ ...object, kind }];
  });
  return { wanted, others: objects.filter(({ kind }) => !kinds.some((one) => one === kind)) };
}

function nothingToStore({ file, kinds }: StoreRequest, others: readonly ListedObject[]): MillraceError {
  const found = [...new Set(others.map(({ kind }) => kind))].join(", ");
  const holds = found === "" ? "nothing that can be read" : found;
  const wanted = kinds.length === 1 ? `no ${kinds[0]}` : "nothing that can be stored";
  return new MillraceError("definition/none", "invalid", `${file} holds ${wanted}, but ${holds}`, {
    hint: "`millrace template`, `cluster-template` and `cron` each store their own kind; `millrace apply` stores all.",
  });
}

async function makeDrafts(
  wanted: Chosen["wanted"],
  { mode, file }: StoreRequest,
  store: DefinitionStore,
  secrets: SecretTexts,
): Promise<readonly DefinitionDraft[]> {
  const seen = new Set<string>();
  const drafts: DefinitionDraft[] = [];
  for (const object of wanted) {
    const { kind, name, labels } = object;
    const key = describeDefinition({ kind, name });
    if (name === "")
      throw new MillraceError("definition/no-name", "invalid", `a ${kind} in ${file} has no metadata.name`, {
        hint: "A stored definition is known by its name; a made-up one (generateName) would be of no use.",
      });
    if (seen.has(key))
      throw new MillraceError("definition/twice", "invalid", `${file} holds ${kind} '${name}' twice`);
    seen.add(key);
    const found = mode === "update" ? await store.get({ kind, name }) : undefined;
    if (mode === "update" && found === undefined)
      throw new MillraceError(
        "definition/unknown",
        "not-found",
        `there is no ${kind} '${name}' in this home`,
        {
          hint: "`create` makes it, `apply` does either.",
        },
      );
    const source = kind === "Secret" ? sealText(object, secrets) : object.source;
    const expects = mode === "create" ? "none" : (found?.version ?? "any");
    drafts.push({ kind, name, labels, source, uid: makeUuid(), expects });
  }
  return drafts;
}

/** The text of a Secret, with seals in place of its values: which keys it has is no secret. */
function sealText({ name, value }: ListedObject, secrets: SecretTexts): string {
  const { [name]: stringData = {} } = sealSecrets(secrets);
  return `${JSON.stringify({ ...value, stringData }, undefined, 2)}\n`;
}
