/** What is submitted: a document with everything that a person says over it. */
import type { JsonObject } from "../base/json.ts";
import type { Submission } from "../model/run/language.ts";

export interface SubmitRequest {
  readonly source: string;
  readonly file: string;
  readonly submission: Omit<Submission, "facts"> & { readonly facts?: JsonObject };
}
