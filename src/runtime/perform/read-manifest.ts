/** A request to an object whose manifest lies in a file gets its text before anybody is asked. */
import { MillraceError } from "../../base/errors.ts";
import type { ObjectRequest } from "../../model/plan/plan.ts";
import type { RuntimePorts } from "../runtime-ports.ts";

/** The request with its manifest, or why there is none. Rejects only when the machine fails. */
export async function readManifest(
  { readInput }: RuntimePorts,
  request: ObjectRequest,
): Promise<ObjectRequest | { readonly problem: string }> {
  const { manifestFrom, ...rest } = request;
  if (manifestFrom === undefined) return request;
  if (readInput === undefined)
    return { problem: "this engine reads no artifacts, and the manifest is in one" };
  try {
    return { ...rest, manifest: await readInput(manifestFrom) };
  } catch (error) {
    if (!(error instanceof MillraceError) || error.category === "exhausted") throw error;
    return { problem: `the manifest cannot be read: ${error.message}` };
  }
}
