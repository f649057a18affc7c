/**
 * References to ConfigMaps and Secrets: what is found before the run, what is said when it is not there, and the form in
 * which a plan holds those whose names are known only when an attempt starts (evaluate/stored-objects.ts reads it).
 */
import { report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

export type ObjectKind = "ConfigMap" | "Secret";

/** A whole object. Its name may hold tags. */
export interface StoredObject {
  readonly kind: ObjectKind;
  readonly name: string;
  /** Then it is no error when there is none. */
  readonly optional: boolean;
}

/** A key of an object. The key may hold tags as well; an optional one that is not there is empty. */
export interface StoredKey extends StoredObject {
  readonly key: string;
}

/** Notes a reference that is followed while the run goes on: the run keeps the objects until then. */
export function keepStored<Reference extends StoredObject>(desk: Lowering, reference: Reference): Reference {
  if (reference.kind === "Secret") desk.needsSecrets = true;
  else desk.needsConfigMaps = true;
  return reference;
}

/** Texts by key of an object that came with the submission. */
export function findObject(
  { around }: Lowering,
  kind: ObjectKind,
  name: string,
): ReadonlyMap<string, string> | undefined {
  return (kind === "Secret" ? around.secrets : around.configMaps).get(name);
}

interface KeyReference {
  readonly name?: string | undefined;
  readonly key?: string | undefined;
}

/** Value of a key of an object that came with the submission. */
export function findKey(
  desk: Lowering,
  { name = "", key = "" }: KeyReference,
  kind: ObjectKind,
): string | undefined {
  return findObject(desk, kind, name)?.get(key);
}

/** Says that a whole object is not there, and what to do. */
export function reportMissingObject(desk: Lowering, kind: ObjectKind, name: string, place: Place): void {
  const hint = `store a ${kind} named ${JSON.stringify(name)}`;
  report(desk, "error", codeOf(kind), `${kind} ${name} is not stored`, place, hint);
}

/** Says that a key is not there, and what to do. */
export function reportMissingKey(
  desk: Lowering,
  { name = "", key = "" }: KeyReference,
  kind: ObjectKind,
  place: Place,
  hint = `store a ${kind} named ${JSON.stringify(name)} with the key ${JSON.stringify(key)}`,
): void {
  const message =
    findObject(desk, kind, name) === undefined
      ? `${kind} ${name} is not stored`
      : `${kind} ${name} has no key ${JSON.stringify(key)}`;
  report(desk, "error", codeOf(kind), message, place, hint);
}

function codeOf(kind: ObjectKind): string {
  return kind === "Secret" ? "argo/unknown-secret" : "argo/unknown-config-map";
}
