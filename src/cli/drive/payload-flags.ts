/** --payload and --callbacks: files that go with a submission. */
import type { SubmitRequest } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import type { CommandContext } from "../command.ts";
import { readDocument } from "../read-input.ts";

type Given = SubmitRequest["submission"];

/** The payload travels as compact JSON. MillraceError `payload/not-json`. */
export async function addPayload(
  { io }: CommandContext,
  submission: Given,
  operand: string | undefined,
): Promise<Given> {
  if (operand === undefined) return submission;
  const { source, file } = await readDocument(io, operand);
  return { ...submission, payload: compact(source, file) };
}

function compact(source: string, file: string): string {
  try {
    return JSON.stringify(JSON.parse(source));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new MillraceError("payload/not-json", "invalid", `${file} is not JSON: ${why}`, { cause });
  }
}

/** The same annotation that a document may have, over the document's own. */
export async function addCallbacks(
  { io }: CommandContext,
  submission: Given,
  operand: string | undefined,
): Promise<Given> {
  if (operand === undefined) return submission;
  const { source } = await readDocument(io, operand);
  return { ...submission, annotations: { ...submission.annotations, "millrace/callbacks": source } };
}
