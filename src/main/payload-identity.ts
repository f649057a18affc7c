/** What makes two submissions the same: the workflow, the payload, and the parameters that were given with it. */
import { createHash } from "node:crypto";
import { MillraceError } from "../base/errors.ts";
import { canonicalJson, isJsonObject } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import type { Submission } from "../model/run/language.ts";

/** The parameter by which a workflow gets its payload. */
const payloadParameter = "payload";

/** Plain JSON, because the row of a run keeps it. */
export type PayloadIdentity = {
  readonly key: string;
  readonly id: string;
};

/** Undefined for a submission without a payload. MillraceError `payload/not-json`. */
export function identifyPayload(workflow: string, submission: Submission): PayloadIdentity | undefined {
  if (submission.payload === undefined) return undefined;
  const payload = parsePayload(submission.payload);
  const { [payloadParameter]: _own, ...parameters } = submission.parameters;
  const key = createHash("sha256").update(canonicalJson({ workflow, payload, parameters })).digest("hex");
  return { key, id: readId(payload) ?? key.slice(0, 12) };
}

/** What the payload calls itself, as STAC items and the payloads of cirrus do. */
function readId(payload: Json): string | undefined {
  const id = isJsonObject(payload) ? payload["id"] : undefined;
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** MillraceError `payload/not-json`. */
export function parsePayload(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new MillraceError("payload/not-json", "invalid", `the payload is not JSON: ${why}`, { cause });
  }
}

/** The submission as its language sees it: the payload is the value of a parameter. */
export function withPayload(submission: Submission): Submission {
  const { payload, parameters } = submission;
  if (payload === undefined) return submission;
  return { ...submission, parameters: { ...parameters, [payloadParameter]: payload } };
}
