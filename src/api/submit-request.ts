/** What is submitted: a document with everything that a person says over it. */
import type { JsonObject } from "../base/json.ts";
import type { Submission } from "../model/run/language.ts";

export interface SubmitRequest {
  readonly source: string;
  readonly file: string;
  /** A payload that has a run which ended well gets another one. */
  readonly force?: boolean;
  readonly submission: Omit<Submission, "facts"> & { readonly facts?: JsonObject };
}
