/** What is kept under one kind: the part of an object keeper that differs from kind to kind. */
import type { JsonObject } from "../../base/json.ts";
import type { ObjectCaller } from "../../ports/object-keeper.ts";

export interface ObjectCollection {
  /** As command lines spell the kind, in lower case: singular, plural, short forms. */
  readonly words: readonly string[];
  readonly kind: string;
  /** Group of the kind, for messages: `workflows.argoproj.io`. */
  readonly resource: string;
  get(name: string): Promise<JsonObject | undefined>;
  list(): Promise<readonly JsonObject[]>;
  /** Makes an object whose name is free. Throws MillraceErrors for what is wrong with it. */
  create(object: JsonObject, caller: ObjectCaller): Promise<void>;
  /** Makes an object what it shall be. Throws MillraceErrors for what cannot be changed. */
  replace(name: string, object: JsonObject): Promise<void>;
  /** False when there was none. */
  remove(name: string): Promise<boolean>;
  /** Calls back after each change of an object, until the returned function is called. */
  watch(name: string, changed: () => void): () => void;
}
