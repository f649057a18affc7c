/** `submit --dry-run`: what would be submitted, without a run. */
import type { House, SubmitRequest } from "../../api/house.ts";
import { isJsonObject } from "../../base/json.ts";
import type { CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { printStructured } from "../render/structured.ts";
import { cleanText } from "../render/text-width.ts";
import { printDiagnostics } from "./print-diagnostics.ts";

/**
 * Prints the document with what was given beside it, or the name alone. With `named` it has the name and the id that a
 * run gets with its submission (argo submit --server-dry-run); they are made up anew for the run itself.
 */
export async function rehearseRun(
  context: CommandContext,
  house: House,
  request: SubmitRequest,
  wishes: { readonly output?: string | undefined; readonly named: boolean },
): Promise<number> {
  const answer = await house.rehearse(request);
  await printDiagnostics(context, answer.ok ? answer.warnings : answer.diagnostics, request.file, "run");
  if (!answer.ok) return exitCodes.usage;
  const { out } = context;
  const { output, named } = wishes;
  const { name, runId: uid, document } = answer;
  if (output === "json" || output === "yaml") {
    const metadata = isJsonObject(document["metadata"]) ? document["metadata"] : {};
    const shown = named ? { ...document, metadata: { ...metadata, name, uid } } : document;
    printStructured(out, output, shown);
  } else out.line(output === "name" ? name : `${cleanText(name)} submitted (dry-run)`);
  return exitCodes.succeeded;
}
